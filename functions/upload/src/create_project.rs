//! `POST /binaries/{project}`: a project without files.

use axum::Json;
use axum::extract::State;
use colca_api::{App, UrlPath, User};
use colca_model::Project;
use colca_store::Listing;

/// Makes the project visible, and tells what is in it: nothing, if it is new. Harmless to repeat.
pub(crate) async fn create_project(
    State(app): State<App>,
    user: User,
    UrlPath(project): UrlPath<Project>,
) -> colca_api::Result<Json<Listing>> {
    user.may_upload_to(&project)?;
    app.services.catalog.create_project(&project).await?;
    user.record("created the project", &project);
    Ok(Json(app.services.catalog.listing(project.as_str()).await?))
}
