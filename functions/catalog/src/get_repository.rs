//! A repository in chacra's words.

use axum::Json;
use axum::extract::State;
use colca_api::{ApiError, UrlPath};
use colca_model::RepoPath;
use colca_runtime::Services;
use colca_store::{ObjectKey, Repository};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::Shared;
use crate::path::Names;
use crate::show_binary::moment;

/// The repository object.
pub(crate) async fn get_repository(
    State(services): Shared,
    UrlPath(names): UrlPath<Names>,
) -> colca_api::Result<Json<Value>> {
    let path = names.repository()?;
    let repository = find(&services, &path).await?;
    let archs = services.catalog.children(&path.to_string()).await?;
    Ok(Json(show(&repository, &archs, services.clock.now())))
}

/// The flavors of a version: a plain list.
pub(crate) async fn list_flavors(
    State(services): Shared,
    UrlPath(names): UrlPath<Names>,
) -> colca_api::Result<Json<Vec<String>>> {
    let version = names.repository()?.version_level();
    Ok(Json(services.catalog.flavors(&version).await?))
}

/// The repository, or 404.
pub(crate) async fn find(services: &Services, path: &RepoPath) -> colca_api::Result<Repository> {
    let repository = services.catalog.repository(path).await?;
    repository.ok_or_else(|| ApiError::NotFound(format!("the repository {path}")))
}

fn show(repository: &Repository, archs: &[String], now: Timestamp) -> Value {
    let path = &repository.repository;
    let published = repository.revision > 0;
    json!({
        "path": published.then(|| ObjectKey::repository(path)),
        "project_name": path.project,
        "ref": path.git_ref,
        "sha1": path.sha1,
        "distro": path.distro,
        "distro_version": path.distro_version,
        "flavor": path.flavor,
        "modified": Timestamp::from_millisecond(repository.modified).ok().map(moment),
        "signed": false,
        "needs_update": repository.needs_update(),
        "is_queued": repository.is_queued(now),
        "is_updating": repository.is_updating(now),
        "type": repository.kind,
        // chacra has this field and never fills it in.
        "size": 0,
        "archs": archs,
        "extra": {},
        "revision": repository.revision,
        "packages": repository.packages,
    })
}
