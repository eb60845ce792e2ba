//! Who asks: HTTP Basic against the deployment's own user and key, and against the accounts.

use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use colca_accounts::{Accounts, TOKEN_PREFIX, Verified};
use colca_model::{Project, SharedClock};
use colca_runtime::Services;
use colca_store::{Credentials, Secrets};
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};
use tokio::sync::{Mutex, Semaphore};

use crate::{ApiError, Result};

/// A key or token that was withdrawn is refused everywhere after this long.
const REMEMBERED: SignedDuration = SignedDuration::from_mins(1);

/// A new one is taken everywhere after this long: whoever shows one that is not known has us look again.
const LOOK_AGAIN: SignedDuration = SignedDuration::from_secs(2);

/// What we know is taken for this long while the secrets cannot be read.
const AT_MOST: SignedDuration = SignedDuration::from_mins(10);

/// How many slow hashes are computed at once; each takes 19 MiB.
const SLOW_HASHES: usize = 2;

/// The user who made a request, proven. A handler that takes one refuses everybody else with 401.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User(colca_accounts::User);

impl User {
    /// What they are called: what `built_by` says.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// # Errors
    /// 403 if they may not change what is in a project.
    pub fn may_upload_to(&self, project: &Project) -> Result<()> {
        if self.0.may_upload_to(project) {
            return Ok(());
        }
        Err(ApiError::Forbidden(format!("{} needs the scope upload:{project} for this", self.0.name)))
    }

    /// # Errors
    /// 403 if they may not administrate.
    pub fn may_administrate(&self) -> Result<()> {
        if self.0.is_admin() {
            Ok(())
        } else {
            Err(ApiError::Forbidden(format!("{} needs the scope admin for this", self.0.name)))
        }
    }

    /// Writes down who changed what.
    pub fn record(&self, action: &'static str, what: &impl std::fmt::Display) {
        tracing::info!(audit = true, user = self.0.name, action, what = %what, "{} {action} {what}", self.0.name);
    }
}

/// Knows who may do what.
#[derive(Clone)]
pub struct Authenticator {
    secrets: Secrets,
    clock: SharedClock,
    known: Arc<Mutex<Option<Arc<Known>>>>,
    verified: Arc<Verified>,
    slow: Arc<Semaphore>,
}

/// Whom we know.
struct Known {
    since: Timestamp,
    owner: Credentials,
    accounts: Accounts,
}

impl Authenticator {
    /// Reads the secrets at the first request, and again every minute.
    #[must_use]
    pub fn new(services: &Services) -> Self {
        Self {
            secrets: services.secrets.clone(),
            clock: services.clock.clone(),
            known: Arc::default(),
            verified: Arc::new(Verified::new()),
            slow: Arc::new(Semaphore::new(SLOW_HASHES)),
        }
    }

    async fn user(&self, name: &str, given: &str) -> Result<Option<User>> {
        let known = self.known(REMEMBERED).await?;
        if let Some(user) = self.verify(known.clone(), name, given).await {
            return Ok(Some(user));
        }
        // It may be newer than what we know.
        let Ok(again) = self.known(LOOK_AGAIN).await else { return Ok(None) };
        if again.since == known.since {
            return Ok(None);
        }
        Ok(self.verify(again, name, given).await)
    }

    async fn verify(&self, known: Arc<Known>, name: &str, given: &str) -> Option<User> {
        // Both are always compared, so that the time tells nothing about either.
        if same(name, &known.owner.user) & same(given, &known.owner.key) {
            return Some(User(colca_accounts::User::owner(name)));
        }
        let now = self.clock.now();
        // The check of a token is quick.
        if given.starts_with(TOKEN_PREFIX) {
            return known.accounts.verify(name, given, now).map(User);
        }
        // Who is known does not queue behind those who guess.
        if let Some(remembered) = self.verified.recall(&known.accounts, name, given, now) {
            return remembered.map(User);
        }
        let (verified, name, given) = (self.verified.clone(), name.to_owned(), given.to_owned());
        let _turn = self.slow.acquire().await.ok()?;
        let check = tokio::task::spawn_blocking(move || verified.verify(&known.accounts, &name, &given, now));
        check.await.ok().flatten().map(User)
    }

    /// Whom we know, and not from longer ago than `age`.
    async fn known(&self, age: SignedDuration) -> Result<Arc<Known>> {
        let now = self.clock.now();
        let mut last = self.known.lock().await;
        if let Some(known) = &*last
            && now.duration_since(known.since) < age
        {
            return Ok(known.clone());
        }
        match futures::try_join!(self.secrets.credentials(), self.secrets.accounts()) {
            Ok((owner, accounts)) => {
                let known = Arc::new(Known { since: now, owner, accounts: accounts.accounts });
                *last = Some(known.clone());
                Ok(known)
            }
            // Better to go on with whom we knew than to refuse everybody.
            Err(error) => match &*last {
                Some(known) if now.duration_since(known.since) < AT_MOST => {
                    tracing::error!(%error, "The accounts cannot be read; the last ones stay in effect");
                    Ok(known.clone())
                }
                _ => Err(error.into()),
            },
        }
    }
}

impl<S> FromRequestParts<S> for User
where
    Authenticator: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let header = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let (user, key) = header.and_then(basic).ok_or(ApiError::Unauthorized)?;
        Authenticator::from_ref(state).user(&user, &key).await?.ok_or(ApiError::Unauthorized)
    }
}

/// User and password of a Basic header (RFC 7617).
fn basic(header: &str) -> Option<(String, String)> {
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(BASE64_STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (user, password) = decoded.split_once(':')?;
    Some((user.to_owned(), password.to_owned()))
}

/// Compares digests: how far two of them agree says nothing about what was digested.
fn same(given: &str, known: &str) -> bool {
    Sha256::digest(given) == Sha256::digest(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_basic_headers_only() {
        assert_eq!(basic("Basic dXNlcjprOmV5"), Some(("user".to_owned(), "k:ey".to_owned())));
        assert_eq!(basic("basic dXNlcjo="), Some(("user".to_owned(), String::new())));
        for bad in ["", "Basic", "Bearer dXNlcjprZXk=", "Basic ***", "Basic dXNlcg==", "Basic /w=="] {
            assert_eq!(basic(bad), None, "{bad}");
        }
    }
}
