//! How we speak HTTP: who may ask, how bodies are read, what errors look like.
//!
//! The only crate that knows status codes of errors.

mod auth;
mod body;
mod error;
mod fields;
mod url_path;

pub use auth::{Authenticator, User};
pub use body::JsonBody;
pub use error::{ApiError, Result};
pub use fields::Fields;
pub use url_path::UrlPath;
