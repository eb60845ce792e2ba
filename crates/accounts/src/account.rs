//! One account.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{AccountName, Scope, SecretHash, SecretId};

/// How many secrets an account has at most. Two are enough to change one without a pause; the limit keeps what a wrong
/// password costs within bounds.
pub const MOST_SECRETS: usize = 5;

/// Somebody who may do something, mostly a CI.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// The user of the Basic header.
    pub name: AccountName,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// When it was made.
    pub created: Timestamp,
    /// Each of them proves the name. There may be none, then nobody can use the account.
    pub secrets: Vec<AccountSecret>,
}

/// One of an account's secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountSecret {
    /// What it is called.
    pub id: SecretId,
    /// What is kept of it.
    pub hash: SecretHash,
    /// When it was made.
    pub created: Timestamp,
    /// From when on it proves nothing any more; never if nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Timestamp>,
}

impl Account {
    /// The secrets that still prove something.
    pub(crate) fn valid_secrets(&self, now: Timestamp) -> impl Iterator<Item = &AccountSecret> {
        self.secrets.iter().filter(move |secret| secret.expires.is_none_or(|end| now < end))
    }

    /// Another one as soon as anything in the account is another.
    pub(crate) fn fingerprint(&self) -> [u8; 32] {
        Sha256::digest(serde_json::to_vec(self).expect("texts and times are JSON")).into()
    }
}
