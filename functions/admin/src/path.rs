//! What the URLs below `/admin/accounts` name.

use colca_accounts::{AccountName, SecretId};
use colca_api::{FromUrl, Names};
use colca_model::Invalid;

/// An account.
#[derive(Debug, Clone)]
pub(crate) struct AccountPath(pub(crate) AccountName);

/// One secret of an account.
#[derive(Debug, Clone)]
pub(crate) struct SecretPath {
    pub(crate) account: AccountName,
    pub(crate) id: SecretId,
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
