//! Secrets Manager.

use colca_accounts::Accounts;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{Error, ErrorKind, Result};

/// A user and key: of whoever may do everything, or ours at the receiver of callbacks.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credentials {
    /// The name of the user.
    pub user: String,
    /// The key that proves it.
    pub key: String,
}

/// The accounts, as they were when they were read.
#[derive(Debug, Clone)]
pub struct KnownAccounts {
    /// The accounts.
    pub accounts: Accounts,
    version: String,
}

/// Where secrets are kept.
#[derive(Debug, Clone)]
pub struct Secrets {
    pub(crate) client: aws_sdk_secretsmanager::Client,
    credentials: String,
    accounts: String,
    pub(crate) callbacks: String,
}

/// The label of the version that everybody reads.
const CURRENT: &str = "AWSCURRENT";

impl Secrets {
    /// The longest text of a secret, in bytes.
    pub const LONGEST: usize = 65_536;

    /// `credentials` is the name or ARN of the secret with the user and key, `accounts` of that with the accounts,
    /// `callbacks` of that with what proves to the receiver of callbacks that it is us.
    #[must_use]
    pub fn new(
        client: aws_sdk_secretsmanager::Client,
        credentials: String,
        accounts: String,
        callbacks: String,
    ) -> Self {
        Self { client, credentials, accounts, callbacks }
    }

    /// The user and key, as they are now.
    ///
    /// # Errors
    /// Whatever the service answers; [`ErrorKind::Corrupt`] if the secret is not of the form `{"user": …, "key": …}`.
    pub async fn credentials(&self) -> Result<Credentials> {
        let request = self.client.get_secret_value().secret_id(&self.credentials);
        let answer = request.send().await.map_err(|error| Error::sdk("read the credentials", error))?;
        let text = answer.secret_string().unwrap_or_default();
        // The parser's own message would quote the secret.
        serde_json::from_str(text).map_err(|_| Error::new(ErrorKind::Corrupt, "read the credentials as {user, key}"))
    }

    /// The accounts, as they are now.
    ///
    /// # Errors
    /// Whatever the service answers; [`ErrorKind::Corrupt`] if the secret does not hold accounts.
    pub async fn accounts(&self) -> Result<KnownAccounts> {
        let request = self.client.get_secret_value().secret_id(&self.accounts);
        let answer = request.send().await.map_err(|error| Error::sdk("read the accounts", error))?;
        let accounts = Accounts::parse(answer.secret_string().unwrap_or_default());
        let accounts = accounts.map_err(|error| Error::corrupt("read the accounts", error))?;
        Ok(KnownAccounts { accounts, version: answer.version_id.unwrap_or_default() })
    }

    /// Replaces the accounts, if they are still those that `before` is.
    ///
    /// The service has no conditional write. But it makes a version once only, under an id that the writer chooses; so
    /// whoever replaces a version gives the next one an id that follows from it. Of two who saw the same version, the
    /// second finds the id taken.
    ///
    /// So there is one next version to each: to go back to earlier accounts, put their text as a new version. If `AWSCURRENT`
    /// is moved back to one that was replaced already, every change is a conflict, until somebody does.
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`] if somebody else was faster, or whatever else the service answers.
    pub async fn replace_accounts(&self, before: &KnownAccounts, accounts: &Accounts) -> Result<()> {
        let what = "replace the accounts";
        let request = self.client.put_secret_value().secret_id(&self.accounts).secret_string(accounts.to_json());
        let written = request.client_request_token(successor(&before.version)).send().await;
        let written = written.map_err(|error| {
            let error = Error::sdk(what, error);
            if error.kind() == ErrorKind::AlreadyExists { error.into_conflict() } else { error }
        })?;
        // The same text under the same id is no error, and does nothing.
        if written.version_stages().iter().any(|stage| stage == CURRENT) {
            return Ok(());
        }
        Err(Error::new(ErrorKind::Conflict, what))
    }
}

/// The id of the version that replaces `version`, within the 32 to 64 characters that the service allows.
fn successor(version: &str) -> String {
    hex::encode(Sha256::digest(version))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_has_one_successor_and_shares_it_with_no_other() {
        let first = "c2b3a5f0-7d1e-4f6a-9b8c-0d1e2f3a4b5c";
        let second = successor(first);
        assert_eq!(second, successor(first));
        assert_eq!(second.len(), 64);
        assert_ne!(second, successor(&second));
    }
}
