//! The names in the path of a URL.

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use crate::{ApiError, Result};

/// The names in a path, as `T`. A name that breaks the rules of names cannot exist: 404.
#[derive(Debug, Clone)]
pub struct UrlPath<T>(pub T);

impl<S, T> FromRequestParts<S> for UrlPath<T>
where
    S: Send + Sync,
    T: DeserializeOwned + Send,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let path = Path::from_request_parts(parts, state).await;
        path.map(|Path(names)| Self(names)).map_err(|_| ApiError::NotFound(format!("{:?}", parts.uri.path())))
    }
}
