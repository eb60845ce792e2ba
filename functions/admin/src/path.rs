//! What the URLs below `/admin` name.

use colca_accounts::{AccountName, SecretId};
use colca_api::{FromUrl, Names};
use colca_model::{Invalid, KeyName};

/// An account.
#[derive(Debug, Clone)]
pub(crate) struct AccountPath(pub(crate) AccountName);

/// One secret of an account.
#[derive(Debug, Clone)]
pub(crate) struct SecretPath {
    pub(crate) account: AccountName,
    pub(crate) id: SecretId,
}

/// A key that signs.
#[derive(Debug, Clone)]
pub(crate) struct KeyPath(pub(crate) KeyName);

impl FromUrl for KeyPath {
    fn from_url(names: &Names) -> Result<Self, Invalid> {
        names.get("name").map(Self)
    }
}

impl FromUrl for AccountPath {
    fn from_url(names: &Names) -> Result<Self, Invalid> {
        names.get("name").map(Self)
    }
}

impl FromUrl for SecretPath {
    fn from_url(names: &Names) -> Result<Self, Invalid> {
        Ok(Self { account: names.get("name")?, id: names.get("secret")? })
    }
}
