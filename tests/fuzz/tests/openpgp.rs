//! Keys that somebody brings.

use base64::{Engine, prelude::BASE64_STANDARD};
use colca_fuzz::{check_words, fuzz};
use colca_signing::{NewKey, PublicKey, SecretKey, UserId};
use jiff::Timestamp;

fn created() -> Timestamp {
    Timestamp::from_second(1_750_000_000).expect("a moment")
}

fn secret_key() -> SecretKey {
    let user_id = UserId::new("Fuzz <a@example.org>").expect("a good one");
    SecretKey::generate(NewKey::Ed25519, &user_id, created(), None, [1; 32]).expect("a key")
}

/// The packets of a key that is written as text.
fn packets(armored: &str) -> Vec<u8> {
    let body = armored.split("\n\n").nth(1).expect("a body behind the head");
    let lines: String = body.lines().take_while(|line| !line.starts_with(['=', '-'])).collect();
    BASE64_STANDARD.decode(lines).expect("base64")
}

fn block(kind: &str, packets: &[u8]) -> String {
    let body = BASE64_STANDARD.encode(packets);
    format!("-----BEGIN PGP {kind} KEY BLOCK-----\n\n{body}\n-----END PGP {kind} KEY BLOCK-----\n")
}

fn import(armored: &str) -> bool {
    let Ok(key) = SecretKey::import(armored, created()).inspect_err(check_words) else { return false };
    let again = SecretKey::restore(&key.to_armored()).expect("kept and read again");
    assert_eq!(again.public_key(), key.public_key());
    assert!(publish(&key.public_key().to_armored()), "its public half");
    true
}

fn publish(armored: &str) -> bool {
    let Ok(key) = PublicKey::parse(armored).inspect_err(check_words) else { return false };
    assert_eq!(PublicKey::parse(&key.to_armored()).as_ref(), Ok(&key), "written, and read again");
    assert_eq!((key.fingerprint().len(), key.key_id().len()), (40, 16));
    true
}

#[test]
fn secret_keys() {
    let made = vec![packets(&secret_key().to_armored())];
    fuzz("secret-key", made, |bytes| import(&block("PRIVATE", bytes)));
}

#[test]
fn public_keys() {
    let made = vec![secret_key().public_key().to_bytes()];
    fuzz("public-key", made, |bytes| publish(&block("PUBLIC", bytes)));
}

#[test]
fn armor() {
    let key = secret_key();
    let made = vec![key.to_armored().as_bytes().to_vec(), key.public_key().to_armored().into_bytes()];
    fuzz("armor", made, |bytes| {
        let Ok(text) = str::from_utf8(bytes) else { return false };
        import(text) | publish(text)
    });
}
