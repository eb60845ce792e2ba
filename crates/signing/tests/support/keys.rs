//! Our keys. Made once for each test program, since RSA takes its time.

use std::sync::LazyLock;

use colca_signing::{NewKey, SecretKey, UserId};
use jiff::Timestamp;

/// When all is made: in the past for the programs that check, which know no other time than the present.
pub(crate) fn created() -> Timestamp {
    Timestamp::from_second(1_750_000_000).expect("a moment")
}

pub(crate) fn make(algorithm: NewKey, user_id: &str, seed: u8) -> SecretKey {
    let user_id = UserId::new(user_id).expect("a good user ID");
    SecretKey::generate(algorithm, &user_id, created(), None, [seed; 32]).expect("a key")
}

pub(crate) static ED25519: LazyLock<SecretKey> =
    LazyLock::new(|| make(NewKey::Ed25519, "Short Key <short@example.org>", 1));

/// A seed that leads to primes in a second. It can take ten.
const QUICK: u8 = 1;

pub(crate) static RSA: LazyLock<SecretKey> =
    LazyLock::new(|| make(NewKey::Rsa4096, "Repository <packages@example.org>", QUICK));
