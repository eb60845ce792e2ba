//! `PUT` and `DELETE …/revisions/N/pin`: a revision stays for as long as somebody wants it to.

use axum::extract::State;
use axum::http::StatusCode;
use colca_api::{ApiError, App, RevisionPath, UrlPath, User};
use colca_revisions::superseded;

/// 204; the revision stays, with all that it lists.
pub(crate) async fn pin(
    State(app): State<App>,
    user: User,
    UrlPath(RevisionPath { repository, revision }): UrlPath<RevisionPath>,
) -> colca_api::Result<StatusCode> {
    user.may_upload_to(&repository.project)?;
    app.repository(&repository).await?;
    if !app.services.catalog.pin(&repository, revision, app.services.clock.now()).await? {
        return Err(ApiError::NotFound(format!("revision {revision} of {repository}")));
    }
    user.record("pinned", &format_args!("revision {revision} of {repository}"));
    Ok(StatusCode::NO_CONTENT)
}

/// 204; the revision goes like any other, after the grace period that begins now.
pub(crate) async fn unpin(
    State(app): State<App>,
    user: User,
    UrlPath(RevisionPath { repository, revision }): UrlPath<RevisionPath>,
) -> colca_api::Result<StatusCode> {
    user.may_upload_to(&repository.project)?;
    let there = app.repository(&repository).await?;
    let services = &app.services;
    let pinned = services.catalog.revision(&repository, revision).await?.filter(|_| there.pins().contains(&revision));
    let Some(pinned) = pinned else {
        return Err(ApiError::NotFound(format!("a pin of revision {revision} of {repository}")));
    };
    // Before: who dies in between has noted too much, which is found out.
    let garbage = superseded(services, &repository, &pinned, there.published, pinned.paths().into_iter());
    services.jobs.discard_each(garbage).await?;
    services.catalog.unpin(&repository, revision, services.clock.now()).await?;
    user.record("unpinned", &format_args!("revision {revision} of {repository}"));
    Ok(StatusCode::NO_CONTENT)
}
