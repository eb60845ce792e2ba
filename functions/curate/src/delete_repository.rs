//! `DELETE` of a repository: of all its files, and of what is published of them.

use std::collections::BTreeSet;

use axum::extract::State;
use axum::http::StatusCode;
use colca_api::{App, UrlPath, User};
use colca_model::{Arch, RepoPath};
use futures::{StreamExt, TryStreamExt, stream};

use crate::{find, remove};

/// How many files are deleted at once.
const AT_ONCE: usize = 32;

/// 204 when nothing of it is in the catalog. Repeat it if it ends in an error: it goes on where it stopped.
pub(crate) async fn delete_repository(
    State(app): State<App>,
    user: User,
    UrlPath(path): UrlPath<RepoPath>,
) -> colca_api::Result<StatusCode> {
    user.may_upload_to(&path.project)?;
    find(&app, &path).await?;
    let services = &app.services;
    services.request_build(&path).await?;
    let binaries = services.catalog.binaries(&path).await?;
    let archs: BTreeSet<Arch> = binaries.iter().map(|binary| binary.arch.clone()).collect();
    let removals: Vec<_> = binaries.into_iter().map(|binary| remove::remove(services, binary)).collect();
    stream::iter(removals).buffer_unordered(AT_ONCE).try_collect::<Vec<bool>>().await?;
    remove::settle(services, &path, &Vec::from_iter(archs)).await?;
    user.record("deleted", &path);
    Ok(StatusCode::NO_CONTENT)
}
