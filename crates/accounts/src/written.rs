//! Accounts as JSON.

use colca_model::Invalid;
use serde::Deserialize;

use crate::{Account, Accounts, MOST_SECRETS};

/// Accounts as they are written, in any order.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Written {
    accounts: Vec<Account>,
}

/// Why a text is no accounts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAccounts {
    /// It is not of the form of [`Accounts`]. Only the place is said: the text is full of secrets.
    #[error("accounts: must be JSON as the admin function writes it, wrong at line {line}, column {column}")]
    Form {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// It is of that form, but breaks a rule.
    #[error(transparent)]
    Invalid(#[from] Invalid),
}

impl Accounts {
    /// Reads the JSON of [`Accounts::to_json`].
    ///
    /// # Errors
    /// [`NotAccounts`] says where it is wrong, or which rule it breaks. It shows no secret.
    pub fn parse(json: &str) -> Result<Self, NotAccounts> {
        let written: Written = serde_json::from_str(json)
            .map_err(|error| NotAccounts::Form { line: error.line(), column: error.column() })?;
        Ok(Self::try_from(written)?)
    }

    /// The JSON that is kept.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("texts and times are JSON")
    }
}

impl TryFrom<Written> for Accounts {
    type Error = Invalid;

    fn try_from(written: Written) -> Result<Self, Invalid> {
        let mut accounts = written.accounts;
        accounts.sort_by(|one, other| one.name.cmp(&other.name));
        if let Some(pair) = accounts.windows(2).find(|pair| pair[0].name == pair[1].name) {
            return Err(Invalid::new("name", "must not be there twice", &pair[0].name));
        }
        for account in &accounts {
            let secrets = &account.secrets;
            if secrets.len() > MOST_SECRETS {
                let found = format!("{} of account {}", secrets.len(), account.name);
                return Err(Invalid::new("secrets", format!("must be {MOST_SECRETS} at most"), found));
            }
            let twice = |at: usize| secrets[..at].iter().any(|before| before.id == secrets[at].id);
            if let Some(at) = (0..secrets.len()).find(|at| twice(*at)) {
                let found = format!("{} of account {}", secrets[at].id, account.name);
                return Err(Invalid::new("id", "must not be there twice in an account", found));
            }
        }
        Ok(Self { accounts })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::fixtures::{accounts, any_accounts, at, name, secret};

    #[test]
    fn is_written_as_documented() {
        let mut accounts = Accounts::default();
        assert_eq!(accounts.to_json(), r#"{"accounts":[]}"#);
        accounts.put(name("ci"), vec!["read".parse().expect("good"), "upload:ceph*".parse().expect("good")], at(0));
        let hash = crate::SecretHash::Sha256([0xab; 32]);
        accounts.add_secret("ci", secret("k3f9", hash.clone(), None)).expect("taken");
        accounts.add_secret("ci", secret("m2x7", hash, Some(at(60)))).expect("taken");
        let hash = "ab".repeat(32);
        let json = format!(
            r#"{{"accounts":[{{"name":"ci","scopes":["read","upload:ceph*"],"created":"1970-01-01T00:00:00Z","secrets":[{{"id":"k3f9","hash":"sha256:{hash}","created":"1970-01-01T00:00:00Z"}},{{"id":"m2x7","hash":"sha256:{hash}","created":"1970-01-01T00:00:00Z","expires":"1970-01-01T00:01:00Z"}}]}}]}}"#
        );
        assert_eq!(accounts.to_json(), json);
        assert_eq!(Accounts::parse(&json), Ok(accounts));
    }

    #[test]
    fn says_where_the_form_is_wrong_and_shows_no_secret() {
        let json = accounts().to_json();
        for wrong in [
            json.replace("\"scopes\"", "\"scope\""),
            json.replacen("\"id\"", "\"password\":\"correct horse\",\"id\"", 1),
            json.replace("{\"accounts\"", "{\"version\":2,\"accounts\""),
            json.replacen("\"sha256:", "\"correct horse", 1),
            json.replacen("\"upload:ceph*\"", "\"correct horse\"", 1),
            r#"{"accounts":[{"name":"ci","scopes":[],"created":"1970-01-01T00:00:00Z","secrets":["correct horse"]}]}"#
                .into(),
            json[..40].to_owned(),
        ] {
            let error = Accounts::parse(&wrong).expect_err(&wrong);
            assert!(matches!(error, NotAccounts::Form { line: 1, column: 1.. }), "{error}");
            assert!(!error.to_string().contains("horse"), "{error}");
            assert!(serde_json::from_str::<Accounts>(&wrong).is_err());
        }
    }

    #[test]
    fn names_and_ids_are_there_once_and_secrets_five_times_at_most() {
        let account = |name: &str, ids: &[&str]| {
            let hash = "ab".repeat(32);
            let created = "1970-01-01T00:00:00Z";
            let secret = |id| format!(r#"{{"id":"{id}","hash":"sha256:{hash}","created":"{created}"}}"#);
            let secrets: Vec<_> = ids.iter().map(secret).collect();
            format!(r#"{{"name":"{name}","scopes":[],"created":"{created}","secrets":[{}]}}"#, secrets.join(","))
        };
        for (accounts, message) in [
            ([account("ci", &[]), account("ci", &[])], r#"name: must not be there twice, got "ci""#),
            (
                [account("a", &[]), account("ci", &["x", "y", "x"])],
                r#"id: must not be there twice in an account, got "x of account ci""#,
            ),
            (
                [account("a", &[]), account("ci", &["1", "2", "3", "4", "5", "6"])],
                r#"secrets: must be 5 at most, got "6 of account ci""#,
            ),
        ] {
            let json = format!(r#"{{"accounts":[{}]}}"#, accounts.join(","));
            assert_eq!(Accounts::parse(&json).expect_err("refused").to_string(), message);
            assert!(serde_json::from_str::<Accounts>(&json).is_err());
        }
    }

    proptest! {
        #[test]
        fn json_round_trips_in_any_order(accounts in any_accounts()) {
            prop_assert_eq!(Accounts::parse(&accounts.to_json()), Ok(accounts.clone()));
            let mut value = serde_json::to_value(&accounts).expect("serializes");
            value["accounts"].as_array_mut().expect("a list").reverse();
            prop_assert_eq!(serde_json::from_value::<Accounts>(value).expect("reads back"), accounts);
        }

        #[test]
        fn no_text_makes_it_panic(text in any::<String>(), cut in 0usize..600) {
            prop_assert!(Accounts::parse(&text).is_err());
            let json = accounts().to_json();
            let part: String = json.chars().take(cut).collect();
            prop_assert!(Accounts::parse(&part).is_err());
        }
    }
}
