//! `POST …/update` and `POST …/recreate`: have a repository built, whatever the configuration says of uploads.

use axum::Json;
use axum::extract::State;
use colca_api::{App, UrlPath, User};
use colca_model::RepoPath;
use colca_store::{Status, What};
use serde_json::Value;

/// Publishes what has changed.
pub(crate) async fn update(
    State(app): State<App>,
    user: User,
    UrlPath(path): UrlPath<RepoPath>,
) -> colca_api::Result<Json<Value>> {
    ask(&app, &user, &path, false).await
}

/// Writes all metadata anew. Clients use what is published until the new one is there.
pub(crate) async fn recreate(
    State(app): State<App>,
    user: User,
    UrlPath(path): UrlPath<RepoPath>,
) -> colca_api::Result<Json<Value>> {
    ask(&app, &user, &path, true).await
}

/// The repository object, after a build was asked for.
pub(crate) async fn ask(app: &App, user: &User, path: &RepoPath, anew: bool) -> colca_api::Result<Json<Value>> {
    user.may_upload_to(&path.project)?;
    app.repository(path).await?;
    let services = &app.services;
    // Before the build is asked for, so that nothing it tells comes before it.
    services.tell(path, Status::Requested, &services.ids.upload_id()).await?;
    services.ask_for_build(path, What::Asked { anew, all: anew }).await?;
    user.record(if anew { "asked to recreate" } else { "asked to update" }, path);
    app.repository_object(path).await
}
