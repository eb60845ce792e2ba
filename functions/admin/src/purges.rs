//! `GET /admin/retention/purged`: what was purged, and until when it can be restored; `POST …/restore` has that done.

use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use colca_api::{ApiError, App, FromUrl, Names, UrlPath};
use colca_model::{Invalid, UploadId};
use colca_retention::{NotRestorable, is_restorable, restore};
use colca_store::{Purge, PurgeState};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::admin::Admin;
use crate::retention::{limit, named};

/// How many purges an answer holds, at most and if nothing is said.
const MOST: usize = 1000;
const STANDARD: usize = 100;

/// One purge.
#[derive(Debug, Clone)]
pub(crate) struct PurgePath(UploadId);

impl FromUrl for PurgePath {
    fn from_url(names: &Names) -> Result<Self, Invalid> {
        names.get("purge").map(Self).map_err(|invalid| Invalid { field: "purge".to_owned(), ..invalid })
    }
}

/// The latest first.
pub(crate) async fn list_purges(
    State(app): State<App>,
    _: Admin,
    Query(query): Query<Vec<(String, String)>>,
) -> colca_api::Result<Json<Value>> {
    let (mut before, mut most) = (None, STANDARD);
    for (name, value) in query {
        match name.as_str() {
            "page-token" => before = Some(named::<UploadId>("page-token", &value)?),
            "limit" => most = limit(&value, MOST)?,
            other => return Err(Invalid::new("query", "must have limit or page-token alone", other).into()),
        }
    }
    let purges = app.services.jobs.purges(before.as_ref(), i32::try_from(most).unwrap_or(i32::MAX)).await?;
    let next = purges.last().filter(|_| purges.len() == most).map(|last| last.id.clone());
    let now = app.services.clock.now();
    let purged: Vec<_> = purges.iter().map(|purge| purge_object(purge, now)).collect();
    Ok(Json(json!({"purged": purged, "next_page_token": next})))
}

pub(crate) async fn get_purge(
    State(app): State<App>,
    _: Admin,
    UrlPath(PurgePath(id)): UrlPath<PurgePath>,
) -> colca_api::Result<Json<Value>> {
    let purge = find(&app, &id).await?;
    Ok(Json(purge_object(&purge, app.services.clock.now())))
}

/// 202; `reap` does it within a minute or so.
pub(crate) async fn restore_purge(
    State(app): State<App>,
    admin: Admin,
    UrlPath(PurgePath(id)): UrlPath<PurgePath>,
) -> colca_api::Result<(StatusCode, Json<Value>)> {
    let purge = find(&app, &id).await?;
    let now = app.services.clock.now();
    is_restorable(&purge, now).map_err(|reason| ApiError::Conflict(refused(&purge, &reason)))?;
    let Some(restoring) = restore(&app.services, &purge, admin.name()).await? else {
        return Err(ApiError::Conflict(format!("the purge {id} has just changed: look at it again")));
    };
    admin.record("has restored", &purge.repository);
    Ok((StatusCode::ACCEPTED, Json(purge_object(&restoring, now))))
}

async fn find(app: &App, id: &UploadId) -> colca_api::Result<Purge> {
    let purge = app.services.jobs.purge(id).await?;
    purge.ok_or_else(|| ApiError::NotFound(format!("the purge {id}")))
}

fn refused(purge: &Purge, reason: &NotRestorable) -> String {
    let path = &purge.repository;
    match reason {
        NotRestorable::Over(until) if purge.state == PurgeState::Restored => {
            format!("{path} was restored already; what was left of it could be put back until {until}")
        }
        NotRestorable::Over(until) => {
            format!("{path} could be restored until {until}, which is over: its files are gone")
        }
        NotRestorable::Restored => format!("{path} was restored already"),
        NotRestorable::Purging => format!("{path} is being purged: restore it when its state is \"purged\""),
    }
}

fn purge_object(purge: &Purge, now: Timestamp) -> Value {
    let Purge { id, repository, state, by, why, changed, begun, until, files, bytes, turned_back, left, .. } = purge;
    json!({
        "purge": id,
        "repository": repository,
        "state": state,
        "by": by,
        "why": why,
        "changed": changed,
        "begun": begun,
        "until": until,
        "restorable": is_restorable(purge, now).is_ok(),
        "files": files,
        "bytes": bytes,
        "turned_back": turned_back,
        "left": left,
    })
}
