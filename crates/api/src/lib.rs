//! How we speak HTTP: who may ask, how bodies are read, what errors look like.
//!
//! The only crate that knows status codes of errors.

mod auth;
mod body;
mod error;
mod fields;

pub use auth::{Authenticator, User};
pub use body::JsonBody;
pub use error::{ApiError, Result};
pub use fields::Fields;
