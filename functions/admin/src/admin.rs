//! Who may come in here.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use colca_api::{ApiError, App, User};

/// A user with the scope `admin`, proven. Every handler takes one before it reads anything else of a request.
#[derive(Debug, Clone)]
pub(crate) struct Admin(User);

impl Admin {
    /// What the user is called.
    pub(crate) fn name(&self) -> &str {
        self.0.name()
    }

    /// Writes down who changed what.
    pub(crate) fn record(&self, action: &'static str, what: &impl std::fmt::Display) {
        self.0.record(action, what);
    }
}

impl FromRequestParts<App> for Admin {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> colca_api::Result<Self> {
        let user = User::from_request_parts(parts, app).await?;
        user.may_administrate()?;
        Ok(Self(user))
    }
}
