//! Who asks: HTTP Basic against the user and key in Secrets Manager.

use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use colca_model::SharedClock;
use colca_store::{Credentials, Secrets};
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};
use tokio::sync::RwLock;

use crate::{ApiError, Result};

/// A rotated key is known everywhere after this long.
const REMEMBERED: SignedDuration = SignedDuration::from_mins(5);

/// The user who made a request, proven. A handler that takes one refuses everybody else with 401.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User(pub String);

/// Knows who may write.
#[derive(Clone)]
pub struct Authenticator {
    secrets: Secrets,
    clock: SharedClock,
    known: Arc<RwLock<Option<(Credentials, Timestamp)>>>,
}

impl Authenticator {
    /// Reads the secret at the first request, and again every five minutes.
    #[must_use]
    pub fn new(secrets: Secrets, clock: SharedClock) -> Self {
        Self { secrets, clock, known: Arc::default() }
    }

    async fn credentials(&self) -> Result<Credentials> {
        let now = self.clock.now();
        if let Some((credentials, since)) = &*self.known.read().await
            && now.duration_since(*since) < REMEMBERED
        {
            return Ok(credentials.clone());
        }
        let credentials = self.secrets.credentials().await?;
        *self.known.write().await = Some((credentials.clone(), now));
        Ok(credentials)
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
        let known = Authenticator::from_ref(state).credentials().await?;
        // Both are always compared, so that the time tells nothing about either.
        if same(&user, &known.user) & same(&key, &known.key) { Ok(Self(user)) } else { Err(ApiError::Unauthorized) }
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
