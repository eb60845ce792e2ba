//! Who may do what: accounts, their secrets and scopes. No I/O: the JSON, the time and the random bytes come from the
//! caller.
//!
//! A deployment has one *owner*, chacra's single user and key, who may do everything ([`User::owner`]), and any number of
//! named [`Accounts`]. An account holds several secrets at once, so that one is changed without a pause: add the new one,
//! hand it out, remove the old one.
//!
//! # Two kinds of secrets
//!
//! A [`Token`] is 256 random bits that we made. Nobody guesses one, so the plain SHA-256 of it is all that is kept, and a
//! request costs a microsecond. A password was made up by somebody, and people's passwords are guessed; it is kept as
//! argon2id, which makes each guess cost 19 MiB and some tens of milliseconds. It makes each honest request cost that as well,
//! so [`Verified`] remembers what it has seen. The prefix `colca_` says which of the two a text is.

mod account;
mod accounts;
mod check;
mod name;
mod password;
mod project_glob;
mod recent;
mod scope;
mod secret_hash;
mod token;
mod user;
mod verified;
mod written;

#[cfg(test)]
mod fixtures;

pub use account::{Account, AccountSecret, MOST_SECRETS};
pub use accounts::{Accounts, Put, SecretRefused};
pub use check::Check;
pub use name::{AccountName, SecretId};
pub use password::{Argon2Hash, hash_password};
pub use project_glob::ProjectGlob;
pub use scope::Scope;
pub use secret_hash::SecretHash;
pub use token::{PREFIX as TOKEN_PREFIX, Token};
pub use user::User;
pub use verified::Verified;
pub use written::NotAccounts;
