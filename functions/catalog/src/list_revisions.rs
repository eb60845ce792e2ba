//! `GET …/revisions`: what was published, what each revision lists, and how two differ.

use axum::Json;
use axum::extract::{RawQuery, State};
use colca_api::{ApiError, App, RevisionPath, UrlPath};
use colca_model::{Invalid, RepoPath};
use colca_revisions::{Difference, Listed, contents};
use colca_store::{ErrorKind, Repository, Revision};
use serde_json::{Value, json};

/// How many are listed: the newest.
const MOST: i32 = 200;

/// The newest revisions that are still there, the newest first.
pub(crate) async fn list_revisions(
    State(app): State<App>,
    UrlPath(path): UrlPath<RepoPath>,
) -> colca_api::Result<Json<Vec<Value>>> {
    let repository = app.repository(&path).await?;
    let revisions = app.services.catalog.revisions(&path, MOST).await?;
    Ok(Json(revisions.iter().map(|revision| object(&app, &repository, revision)).collect()))
}

/// One revision, with all that it lists.
pub(crate) async fn show_revision(
    State(app): State<App>,
    UrlPath(RevisionPath { repository, revision }): UrlPath<RevisionPath>,
) -> colca_api::Result<Json<Value>> {
    let there = app.repository(&repository).await?;
    let revision = find(&app, &repository, revision).await?;
    let mut object = object(&app, &there, &revision);
    object["contents"] = json!(listed(&app, &repository, &revision).await?);
    Ok(Json(object))
}

/// What a revision lists that another does not, and the other way round.
pub(crate) async fn compare_revisions(
    State(app): State<App>,
    UrlPath(RevisionPath { repository, revision }): UrlPath<RevisionPath>,
    RawQuery(query): RawQuery,
) -> colca_api::Result<Json<Difference>> {
    app.repository(&repository).await?;
    let query = query.unwrap_or_default();
    let from = query.strip_prefix("from=").and_then(|number| number.parse().ok());
    let from = from.ok_or_else(|| Invalid::new("query", "must be from= and the number of a revision", &query))?;
    let (from, to) = (find(&app, &repository, from).await?, find(&app, &repository, revision).await?);
    let (from, to) = (listed(&app, &repository, &from).await?, listed(&app, &repository, &to).await?);
    Ok(Json(Difference::between(&from, &to)))
}

async fn find(app: &App, path: &RepoPath, number: u64) -> colca_api::Result<Revision> {
    let revision = app.services.catalog.revision(path, number).await?;
    revision.ok_or_else(|| missing(path, number))
}

async fn listed(app: &App, path: &RepoPath, revision: &Revision) -> colca_api::Result<Vec<Listed>> {
    contents(&app.services, path, revision).await.map_err(|error| match error.kind() {
        ErrorKind::NotFound => missing(path, revision.number),
        _ => error.into(),
    })
}

fn missing(path: &RepoPath, number: u64) -> ApiError {
    ApiError::NotFound(format!("revision {number} of {path}"))
}

fn object(app: &App, repository: &Repository, revision: &Revision) -> Value {
    let Revision { number, published, cause, kind, packages, .. } = revision;
    json!({
        "revision": number,
        "published": published,
        "cause": cause,
        "type": kind,
        "packages": packages,
        "pinned": repository.pins().contains(number),
        "current": repository.revision == *number,
        "url": format!("{}@{number}/", app.services.base_url(&repository.repository)),
    })
}
