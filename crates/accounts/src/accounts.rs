//! All named accounts of a deployment, as the secret in AWS Secrets Manager holds them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::written::Written;
use crate::{Account, AccountName, AccountSecret, MOST_SECRETS, Scope, SecretId};

/// The named accounts; none by default. A name is there once, and so is the id of a secret within its account.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written")]
pub struct Accounts {
    /// By name.
    pub(crate) accounts: Vec<Account>,
}

/// Whether there was an account of that name before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    /// There was none.
    Created,
    /// There was one; it has other scopes now, and its secrets still.
    Updated,
}

/// Why an account does not take another secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretRefused {
    /// There is no account of that name.
    #[error("there is no account {0:?}")]
    NoAccount(String),
    /// It has as many as it may have.
    #[error("account {0} has {MOST_SECRETS} secrets, the most there may be: remove one before you add another")]
    TooMany(AccountName),
    /// It has one that is called so.
    #[error("account {0} has a secret {1} already")]
    SameId(AccountName, SecretId),
}

impl Accounts {
    /// The account of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Account> {
        self.find(name).ok().map(|at| &self.accounts[at])
    }

    /// All accounts, by name.
    #[must_use]
    pub fn all(&self) -> &[Account] {
        &self.accounts
    }

    /// Makes an account without secrets, or gives the one of that name other scopes.
    pub fn put(&mut self, name: AccountName, scopes: Vec<Scope>, now: Timestamp) -> Put {
        match self.find(name.as_str()) {
            Ok(at) => {
                self.accounts[at].scopes = scopes;
                Put::Updated
            }
            Err(at) => {
                self.accounts.insert(at, Account { name, scopes, created: now, secrets: Vec::new() });
                Put::Created
            }
        }
    }

    /// Removes an account with all its secrets. False if there was none of that name.
    pub fn remove(&mut self, name: &str) -> bool {
        self.find(name).is_ok_and(|at| {
            self.accounts.remove(at);
            true
        })
    }

    /// Gives an account one more secret, beside those it has.
    ///
    /// # Errors
    /// [`SecretRefused`] if there is no such account, if it has five secrets, or one with that id.
    pub fn add_secret(&mut self, name: &str, secret: AccountSecret) -> Result<(), SecretRefused> {
        let at = self.find(name).map_err(|_| SecretRefused::NoAccount(name.to_owned()))?;
        let account = &mut self.accounts[at];
        if account.secrets.iter().any(|known| known.id == secret.id) {
            return Err(SecretRefused::SameId(account.name.clone(), secret.id));
        }
        if account.secrets.len() >= MOST_SECRETS {
            return Err(SecretRefused::TooMany(account.name.clone()));
        }
        account.secrets.push(secret);
        Ok(())
    }

    /// Removes one secret of an account. False if there was none with that id.
    pub fn remove_secret(&mut self, name: &str, id: &str) -> bool {
        let Ok(at) = self.find(name) else { return false };
        let secrets = &mut self.accounts[at].secrets;
        let before = secrets.len();
        secrets.retain(|secret| secret.id.as_str() != id);
        secrets.len() < before
    }

    /// Where that name stands, or would stand.
    fn find(&self, name: &str) -> Result<usize, usize> {
        self.accounts.binary_search_by(|account| account.name.as_str().cmp(name))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::fixtures::{accounts, any_accounts, at, name, secret, token};

    #[test]
    fn putting_again_changes_the_scopes_alone() {
        let mut accounts = accounts();
        let before = accounts.get("ci").expect("there").clone();
        let admin = vec![Scope::Admin];
        assert_eq!(accounts.put(name("ci"), admin.clone(), at(50)), Put::Updated);
        assert_eq!(accounts.get("ci"), Some(&Account { scopes: admin.clone(), ..before }));
        assert_eq!(accounts.put(name("samba"), admin.clone(), at(50)), Put::Created);
        let samba = Account { name: name("samba"), scopes: admin, created: at(50), secrets: Vec::new() };
        assert_eq!(accounts.get("samba"), Some(&samba));
    }

    #[test]
    fn removes_what_is_there() {
        let mut accounts = accounts();
        assert!(accounts.remove("ci") && !accounts.remove("ci"));
        assert_eq!(accounts.get("ci"), None);
        assert!(accounts.remove_secret("team", "one") && !accounts.remove_secret("team", "one"));
        assert!(!accounts.remove_secret("ci", "one"));
        let left: Vec<_> =
            accounts.get("team").expect("there").secrets.iter().map(|secret| secret.id.as_str()).collect();
        assert_eq!(left, ["two"]);
    }

    #[test]
    fn takes_five_secrets_and_no_id_twice() {
        let mut accounts = accounts();
        let mut add = |account, id| accounts.add_secret(account, secret(id, token(9).hash(), None));
        let error = add("nobody", "one").expect_err("no such account");
        assert_eq!(error.to_string(), r#"there is no account "nobody""#);
        assert_eq!(add("ci", "one").expect_err("an id again").to_string(), "account ci has a secret one already");
        for id in ["three", "four", "five"] {
            add("ci", id).expect("room for it");
        }
        let error = add("ci", "six").expect_err("too many");
        assert_eq!(
            error.to_string(),
            "account ci has 5 secrets, the most there may be: remove one before you add another"
        );
    }

    proptest! {
        #[test]
        fn stays_sorted_and_finds_everything(accounts in any_accounts()) {
            prop_assert!(accounts.all().is_sorted_by(|one, other| one.name < other.name));
            for account in accounts.all() {
                prop_assert_eq!(accounts.get(account.name.as_str()), Some(account));
                prop_assert!(account.secrets.len() <= MOST_SECRETS);
            }
        }
    }
}
