//! Reading request bodies, with answers that help.

use std::error::Error as _;

use axum::body::{Bytes, to_bytes};
use axum::extract::{FromRequest, Request};
use colca_model::Invalid;
use http_body_util::LengthLimitError;
use serde_json::Value;

use crate::{ApiError, Result};

/// The largest JSON body, in bytes: a hundred tickets with the longest names there can be.
const LARGEST: usize = 1024 * 1024;

/// A body that is JSON, of whatever form.
#[derive(Debug, Clone, PartialEq)]
pub struct JsonBody(pub Value);

/// A body of at most `limit` bytes.
///
/// # Errors
/// 413 if it is larger, 400 if it is cut off.
pub async fn read_body(request: Request, limit: usize) -> Result<Bytes> {
    to_bytes(request.into_body(), limit).await.map_err(|error| {
        if error.source().is_some_and(|source| source.is::<LengthLimitError>()) {
            ApiError::TooLarge(format!("body: must not be larger than {limit} bytes"))
        } else {
            Invalid::new("body", "must come to its end", error).into()
        }
    })
}

/// A body that is JSON, read by a handler that has its own words for one that is not; `None` if it is not.
///
/// # Errors
/// As [`read_body`].
pub async fn read_json(request: Request) -> Result<Option<Value>> {
    Ok(serde_json::from_slice(&read_body(request, LARGEST).await?).ok())
}

impl<S: Send + Sync> FromRequest<S> for JsonBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self> {
        let bytes = read_body(request, LARGEST).await?;
        let value = serde_json::from_slice(&bytes).map_err(|error| {
            Invalid::new("body", format!("must be JSON ({error})"), String::from_utf8_lossy(&bytes))
        })?;
        Ok(Self(value))
    }
}
