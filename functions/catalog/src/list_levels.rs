//! The upper levels of the tree: `{child: [grandchildren]}`, as chacra shows them. The trees of files and of repositories
//! are the same, since every file is in a repository; they differ in their last levels.

use axum::Json;
use axum::extract::State;
use colca_api::{ApiError, App, Level, UrlPath};
use colca_model::Project;
use colca_store::Listing;

/// All projects, with their refs.
pub(crate) async fn list_projects(State(app): State<App>) -> colca_api::Result<Json<Listing>> {
    Ok(Json(app.services.catalog.listing("").await?))
}

/// A project, with its refs and commits; nothing for one that was created and has no files yet.
pub(crate) async fn list_project(
    State(app): State<App>,
    UrlPath(project): UrlPath<Project>,
) -> colca_api::Result<Json<Listing>> {
    let catalog = &app.services.catalog;
    let listing = catalog.listing(project.as_str()).await?;
    if listing.is_empty() && !catalog.has_project(&project).await? {
        return Err(ApiError::NotFound(format!("the project {project}")));
    }
    Ok(Json(listing))
}

/// A ref, a commit or a distribution, with two levels of what is below it.
pub(crate) async fn list_level(
    State(app): State<App>,
    UrlPath(level): UrlPath<Level>,
) -> colca_api::Result<Json<Listing>> {
    find(&app, &level).await.map(Json)
}

/// The versions of a distribution, as the tree of repositories shows them: a plain list.
pub(crate) async fn list_versions(
    State(app): State<App>,
    UrlPath(level): UrlPath<Level>,
) -> colca_api::Result<Json<Vec<String>>> {
    Ok(Json(find(&app, &level).await?.into_keys().collect()))
}

/// The flavors of a version, as the tree of repositories shows them: a plain list.
pub(crate) async fn list_flavors(
    State(app): State<App>,
    UrlPath(level): UrlPath<Level>,
) -> colca_api::Result<Json<Vec<String>>> {
    Ok(Json(app.services.catalog.listing(&level.path).await?.into_keys().collect()))
}

async fn find(app: &App, level: &Level) -> colca_api::Result<Listing> {
    let listing = app.services.catalog.listing(&level.path).await?;
    if listing.is_empty() { Err(ApiError::NotFound(format!("{:?}", level.path))) } else { Ok(listing) }
}
