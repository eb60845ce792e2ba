//! How we speak HTTP: who may ask, how bodies are read, what errors look like, what OpenAPI says of it.
//!
//! The only crate that knows status codes of errors.

mod app;
mod auth;
mod body;
mod error;
mod fields;
mod lookups;
mod openapi;
mod operation;
mod other_sites;
mod over_quota;
pub mod paths;
mod routes;
mod security_headers;
mod show_repository;
mod standing;
mod url_path;
mod why;

pub use app::{App, complete};
pub use auth::{Authenticator, User};
pub use body::{JsonBody, read_body, read_json};
pub use error::{ApiError, Result};
pub use fields::Fields;
pub use openapi::openapi;
pub use operation::Operation;
pub use over_quota::OverQuota;
pub use routes::Routes;
pub use show_repository::{moment, show_repository};
pub use standing::{BuildRules, Standing};
pub use url_path::{ArchPath, FilePath, FromUrl, Level, Names, RevisionPath, UrlPath};
