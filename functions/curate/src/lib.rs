//! What changes what is there: files and repositories are deleted, repositories have their type and their `extra` set, and
//! are built when somebody asks. Everything it does ends in a change that `repo-build` publishes.

mod ask_build;
mod delete_file;
mod delete_repository;
mod operations;
mod remove;
mod set_extra;
mod set_type;

use axum::Json;
use axum::Router;
use axum::http::Method;
use colca_api::{ApiError, App, Routes, complete, show_repository};
use colca_model::RepoPath;
use colca_store::Repository;
use serde_json::Value;

/// The routes of changes.
#[must_use]
pub fn routes() -> Routes<App> {
    const REPOSITORY: [&str; 2] = [
        "/repos/{project}/{ref}/{sha1}/{distro}/{distro_version}",
        "/repos/{project}/{ref}/{sha1}/{distro}/{distro_version}/flavors/{flavor}",
    ];
    const FILE: [&str; 2] = [
        "/binaries/{project}/{ref}/{sha1}/{distro}/{distro_version}/{arch}/{filename}",
        "/binaries/{project}/{ref}/{sha1}/{distro}/{distro_version}/{arch}/flavors/{flavor}/{filename}",
    ];
    let below = |name: &str| REPOSITORY.map(|path| format!("{path}/{name}"));
    let [update, recreate, extra] = ["update", "recreate", "extra"].map(below);
    Routes::default()
        .on(&Method::DELETE, &FILE, delete_file::delete_file, &operations::file())
        .on(&Method::DELETE, &REPOSITORY, delete_repository::delete_repository, &operations::repository())
        .post(&REPOSITORY, set_type::set_type, &operations::set_type())
        .post(&update.each_ref().map(String::as_str), ask_build::update, &operations::update())
        .post(&recreate.each_ref().map(String::as_str), ask_build::recreate, &operations::recreate())
        .post(&extra.each_ref().map(String::as_str), set_extra::set_extra, &operations::extra())
}

/// The whole function.
pub fn router(app: App) -> Router {
    let services = app.services.clone();
    complete(routes().router().with_state(app), &services)
}

/// The repository, or 404.
async fn find(app: &App, path: &RepoPath) -> colca_api::Result<Repository> {
    let repository = app.services.catalog.repository(path).await?;
    repository.ok_or_else(|| not_found(path))
}

fn not_found(path: &RepoPath) -> ApiError {
    ApiError::NotFound(format!("the repository {path}"))
}

/// The repository object, as it is now.
async fn show(app: &App, path: &RepoPath) -> colca_api::Result<Json<Value>> {
    let (repository, archs) =
        futures::try_join!(find(app, path), async { Ok(app.services.catalog.archs(path).await?) })?;
    Ok(Json(show_repository(&repository, &archs, app.services.clock.now())))
}
