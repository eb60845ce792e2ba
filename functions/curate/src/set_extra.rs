//! `POST …/extra`: what the users of a repository note about it, such as the version of what it holds.

use axum::Json;
use axum::extract::State;
use colca_api::{ApiError, App, JsonBody, UrlPath, User};
use colca_model::RepoPath;
use serde_json::Value;

/// The longest `extra`, in bytes: it comes along with every look at the repository.
const LONGEST: usize = 64 * 1024;

/// Replaces the whole of it, by any JSON.
pub(crate) async fn set_extra(
    State(app): State<App>,
    user: User,
    UrlPath(path): UrlPath<RepoPath>,
    JsonBody(extra): JsonBody,
) -> colca_api::Result<Json<Value>> {
    user.may_upload_to(&path.project)?;
    if extra.to_string().len() > LONGEST {
        return Err(ApiError::TooLarge(format!("extra: must not be longer than {LONGEST} bytes")));
    }
    if app.services.catalog.set_extra(&path, &extra, app.services.clock.now()).await? {
        user.record("set the extra of", &path);
    }
    app.repository_object(&path).await
}
