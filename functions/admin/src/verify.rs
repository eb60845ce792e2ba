//! `/admin/verify`: whether what a repository publishes is what it should be. A builder looks, and has all of it made anew if
//! not.

use std::collections::HashMap;
use std::time::Duration;

use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use colca_api::{ApiError, App, Fields, JsonBody};
use colca_model::{Invalid, RepoPath};
use colca_store::{BuildMessage, Task, Verification};
use serde_json::{Value, json};

use crate::admin::Admin;

/// Asks.
pub(crate) async fn ask(
    State(app): State<App>,
    admin: Admin,
    JsonBody(body): JsonBody,
) -> colca_api::Result<(StatusCode, Json<Value>)> {
    let mut fields = Fields::of(body)?;
    let path: RepoPath = fields.text("repository")?;
    fields.end()?;
    let services = &app.services;
    if services.catalog.repository(&path).await?.is_none() {
        return Err(ApiError::NotFound(format!("the repository {path}")));
    }
    let asked = services.clock.now();
    services.jobs.ask_to_verify(&path, asked, services.config.retention).await?;
    let message = BuildMessage { repository: path.clone(), task: Task::Verify };
    services.queues.send_build(&message, Duration::ZERO).await?;
    admin.record("asked to verify", &path);
    Ok((StatusCode::ACCEPTED, Json(object(&Verification { repository: path, asked, found: None }))))
}

/// What was found.
pub(crate) async fn show(
    State(app): State<App>,
    _: Admin,
    Query(query): Query<HashMap<String, String>>,
) -> colca_api::Result<Json<Value>> {
    let given = query.get("repository").map_or("", String::as_str);
    let path: RepoPath = given.parse()?;
    if let Some(other) = query.keys().find(|name| *name != "repository") {
        return Err(Invalid::new("query", "must have repository alone", other).into());
    }
    let known = app.services.jobs.verification(&path).await?;
    let known = known.ok_or_else(|| ApiError::NotFound(format!("a verification of the repository {path}")))?;
    Ok(Json(object(&known)))
}

fn object(verification: &Verification) -> Value {
    let Verification { repository, asked, found } = verification;
    json!({"repository": repository, "asked": asked, "found": found})
}
