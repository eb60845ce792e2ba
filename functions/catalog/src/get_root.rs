//! What stands at the root: what this is, where to read on, what there is.

use axum::Json;
use axum::extract::State;
use colca_api::App;
use serde_json::{Value, json};

/// The projects that have files in `binaries`, and those with a repository in `repos`; each is a key of the listing below.
pub(crate) async fn get_root(State(app): State<App>) -> colca_api::Result<Json<Value>> {
    let projects = app.services.catalog.listing("").await?;
    let with_repositories = projects.iter().filter(|(_, refs)| !refs.is_empty()).map(|(project, _)| project);
    Ok(Json(json!({
        "description": "Colca: package repositories with no server to run",
        "documentation": "/openapi.json",
        "repos": with_repositories.collect::<Vec<_>>(),
        "binaries": projects.keys().collect::<Vec<_>>(),
    })))
}

/// The description of the whole API. A test keeps it true.
pub(crate) async fn get_openapi() -> Json<Value> {
    Json(serde_json::from_str(include_str!("../../../docs/openapi.json")).expect("a test reads it as well"))
}
