//! Reading request bodies, with answers that help.

use axum::body::{Bytes, to_bytes};
use axum::extract::{FromRequest, Request};
use colca_model::Invalid;
use serde_json::Value;

use crate::{ApiError, Result};

/// The largest JSON body, in bytes: a hundred tickets with the longest names there can be.
const LARGEST: usize = 1024 * 1024;

/// A body that is JSON, of whatever form.
#[derive(Debug, Clone, PartialEq)]
pub struct JsonBody(pub Value);

impl<S: Send + Sync> FromRequest<S> for JsonBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self> {
        let bytes: Bytes = to_bytes(request.into_body(), LARGEST)
            .await
            .map_err(|_| ApiError::TooLarge(format!("the body must not be larger than {LARGEST} bytes")))?;
        let value = serde_json::from_slice(&bytes).map_err(|error| {
            Invalid::new("body", format!("must be JSON ({error})"), String::from_utf8_lossy(&bytes))
        })?;
        Ok(Self(value))
    }
}
