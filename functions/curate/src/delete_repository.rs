//! `DELETE` of a repository: of all its files, and of what is published of them.

use std::collections::BTreeSet;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use colca_api::{App, UrlPath, User};
use colca_intake::{note_unannounced, tidy_up};
use colca_model::{Arch, RepoPath, RepositoryKind};
use colca_runtime::Services;
use futures::{StreamExt, TryStreamExt, stream};

use crate::remove;

/// How many files are deleted at once.
const AT_ONCE: usize = 32;

/// How long one request deletes; the gateway gives up soon after.
const PATIENCE: Duration = Duration::from_secs(24);

/// 204 when nothing of it is in the catalog. Repeat it if it ends in 503: it goes on where it stopped.
pub(crate) async fn delete_repository(
    State(app): State<App>,
    user: User,
    UrlPath(path): UrlPath<RepoPath>,
) -> colca_api::Result<StatusCode> {
    user.may_upload_to(&path.project)?;
    // Its first file is registered before it is noted itself.
    if app.services.catalog.has_files(&path).await? {
        let kind = app.services.catalog.kind_of_packages(&path).await?.unwrap_or(RepositoryKind::Raw);
        note_unannounced(&app.services, &path, kind).await?;
    }
    app.repository(&path).await?;
    remove::to_its_end(async move {
        let services = &app.services;
        services.request_build(&path).await?;
        let archs = remove_all(services, &path).await?;
        tidy_up(services, &path, archs).await?;
        user.record("deleted", &path);
        Ok(StatusCode::NO_CONTENT)
    })
    .await
}

/// Deletes every file, and gives the architectures they were of, with those that an earlier try has left.
async fn remove_all(services: &Services, path: &RepoPath) -> colca_store::Result<BTreeSet<Arch>> {
    let binaries = services.catalog.binaries(path).await?;
    let mut archs: BTreeSet<Arch> = binaries.iter().map(|binary| binary.arch.clone()).collect();
    archs.extend(services.catalog.archs(path).await?.iter().filter_map(|arch| arch.parse().ok()));
    let removals: Vec<_> = binaries.into_iter().map(|binary| remove::remove(services, binary)).collect();
    let removals = stream::iter(removals).buffer_unordered(AT_ONCE).try_collect::<Vec<bool>>();
    match tokio::time::timeout(PATIENCE, removals).await {
        Ok(removed) => removed.map(|_| archs),
        Err(_) => Err(colca_store::Error::unfinished(&format_args!("delete {path} in one go"))),
    }
}
