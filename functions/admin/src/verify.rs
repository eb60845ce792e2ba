//! `POST /admin/verify`: whether what a repository publishes is what it should be. If it is not, all of it is made anew from
//! what the catalog kept of its packages.

use axum::Json;
use axum::extract::State;
use colca_api::{ApiError, App, Fields, JsonBody};
use colca_model::RepoPath;
use colca_store::{Change, What};
use serde_json::{Value, json};

use crate::admin::Admin;

/// How many of the problems are told.
const MOST: usize = 100;

pub(crate) async fn verify(
    State(app): State<App>,
    admin: Admin,
    JsonBody(body): JsonBody,
) -> colca_api::Result<Json<Value>> {
    let mut fields = Fields::of(body)?;
    let path: RepoPath = fields.text("repository")?;
    fields.end()?;
    let services = &app.services;
    let there = services.catalog.repository(&path).await?;
    let there = there.ok_or_else(|| ApiError::NotFound(format!("the repository {path}")))?;
    let mut problems = colca_revisions::verify(services, &path, &there).await?;
    let settings = services.settings.get().await?;
    let is_rebuilt = !problems.is_empty() && !settings.is_disabled(&path.project);
    if is_rebuilt {
        let change = Change { id: services.ids.upload_id(), what: What::Asked { anew: true, all: true } };
        services.catalog.add_change(&path, &change).await?;
        services.request_build(&path).await?;
        admin.record("had made anew", &path);
    }
    let count = problems.len();
    problems.truncate(MOST);
    Ok(Json(json!({"revision": there.revision, "count": count, "problems": problems, "is_rebuilt": is_rebuilt})))
}
