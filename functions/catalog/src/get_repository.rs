//! A repository: its state, and what the addresses of its actions answer to who only looks.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use colca_api::{ApiError, App, UrlPath, User};
use colca_model::RepoPath;
use serde_json::Value;

/// The repository object.
pub(crate) async fn get_repository(
    State(app): State<App>,
    UrlPath(path): UrlPath<RepoPath>,
) -> colca_api::Result<Json<Value>> {
    app.repository_object(&path).await
}

/// `HEAD` of `update` and `recreate`: whether a POST would be heard. chacractl asks before it posts.
pub(crate) async fn head_action(
    State(app): State<App>,
    user: User,
    UrlPath(path): UrlPath<RepoPath>,
) -> colca_api::Result<StatusCode> {
    user.may_upload_to(&path.project)?;
    app.repository(&path).await.map(|_| StatusCode::OK)
}

/// Any other look at an action: only who may post is told that there is nothing to see.
pub(crate) async fn get_action(user: User, UrlPath(path): UrlPath<RepoPath>) -> colca_api::Result<()> {
    user.may_upload_to(&path.project)?;
    Err(ApiError::MethodNotAllowed("only POST request are accepted for this url".to_owned()))
}
