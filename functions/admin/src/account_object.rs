//! An account as it is answered: nothing in it is a secret, or the hash of one.

use colca_accounts::{Account, AccountSecret, SecretHash};
use serde_json::{Value, json};

pub(crate) fn account_object(account: &Account) -> Value {
    let Account { name, scopes, created, secrets } = account;
    let secrets: Vec<_> = secrets.iter().map(secret_object).collect();
    json!({"name": name, "scopes": scopes, "created": created, "secrets": secrets})
}

pub(crate) fn secret_object(secret: &AccountSecret) -> Value {
    let AccountSecret { id, hash, created, expires } = secret;
    let kind = match hash {
        SecretHash::Sha256(_) => "token",
        SecretHash::Argon2id(_) => "password",
    };
    json!({"id": id, "kind": kind, "created": created, "expires": expires})
}

#[cfg(test)]
mod tests {
    use colca_accounts::{Accounts, SecretId, Token, hash_password};
    use jiff::{SignedDuration, Timestamp};

    use super::*;

    #[test]
    fn shows_what_there_is_and_nothing_of_a_secret() {
        let (mut accounts, at) = (Accounts::default(), Timestamp::UNIX_EPOCH);
        accounts.put("ci".parse().expect("a name"), vec!["upload:ceph*".parse().expect("a scope")], at);
        let token = Token::generate([7; 32]);
        let password = hash_password("correct horse battery", [7; 16]).expect("a good password");
        for (id, hash, expires) in
            [("one", token.hash(), None), ("two", password, Some(at + SignedDuration::from_secs(60)))]
        {
            let id = SecretId::new(id).expect("an id");
            accounts.add_secret("ci", AccountSecret { id, hash, created: at, expires }).expect("taken");
        }
        let shown = account_object(accounts.get("ci").expect("there"));
        let (created, expires) = ("1970-01-01T00:00:00Z", "1970-01-01T00:01:00Z");
        let expected = json!({
            "name": "ci", "scopes": ["upload:ceph*"], "created": created,
            "secrets": [
                {"id": "one", "kind": "token", "created": created, "expires": null},
                {"id": "two", "kind": "password", "created": created, "expires": expires},
            ],
        });
        assert_eq!(shown, expected);
    }
}
