//! Accounts for tests.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use crate::{AccountName, AccountSecret, Accounts, Scope, SecretHash, SecretId, Token};

pub(crate) use crate::password::tests::cheap as cheap_hash;

/// So many seconds after the beginning of time.
pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_secs(seconds)
}

pub(crate) fn name(name: &str) -> AccountName {
    AccountName::new(name).expect("a good name")
}

pub(crate) fn secret(id: &str, hash: SecretHash, expires: Option<Timestamp>) -> AccountSecret {
    AccountSecret { id: SecretId::new(id).expect("a good id"), hash, created: at(0), expires }
}

pub(crate) fn token(random: u8) -> Token {
    Token::generate([random; 32])
}

/// `ci` may upload and has the tokens 1 and, until 100 s, 2; `team` reads, with the passwords "correct horse" and, until
/// 100 s, "battery staple"; `new` has no secret.
pub(crate) fn accounts() -> Accounts {
    let mut accounts = Accounts::default();
    for (account, scope) in [("ci", "upload:ceph*"), ("team", "read"), ("new", "read")] {
        accounts.put(name(account), vec![scope.parse().expect("a good scope")], at(0));
    }
    for (account, secret) in [
        ("ci", secret("one", token(1).hash(), None)),
        ("ci", secret("two", token(2).hash(), Some(at(100)))),
        ("team", secret("one", cheap_hash("correct horse"), None)),
        ("team", secret("two", cheap_hash("battery staple"), Some(at(100)))),
    ] {
        accounts.add_secret(account, secret).expect("the account takes it");
    }
    accounts
}

/// Any accounts at all.
pub(crate) fn any_accounts() -> impl Strategy<Value = Accounts> {
    let time = (0i64..4_000_000_000).prop_map(at);
    let scope = "read|admin|upload:[a-zé*]{1,9}".prop_map(|text| text.parse::<Scope>().expect("a good scope"));
    let hash = prop_oneof![
        any::<[u8; 32]>().prop_map(SecretHash::Sha256),
        "[ -~é]{1,20}".prop_map(|password| cheap_hash(&password)),
    ];
    let secret = (any::<[u8; 8]>(), hash, time.clone(), proptest::option::of(time.clone()))
        .prop_map(|(id, hash, created, expires)| AccountSecret { id: SecretId::generate(id), hash, created, expires });
    let account = (
        "[a-z0-9][a-z0-9._-]{0,9}",
        proptest::collection::vec(scope, 0..4),
        time,
        proptest::collection::vec(secret, 0..7),
    );
    proptest::collection::vec(account, 0..5).prop_map(|all| {
        let mut accounts = Accounts::default();
        for (text, scopes, created, secrets) in all {
            accounts.put(name(&text), scopes, created);
            for secret in secrets {
                // The sixth is refused, as it should be.
                let _ = accounts.add_secret(&text, secret);
            }
        }
        accounts
    })
}
