//! The files of a version, an architecture, a flavor. Each is one query.

use axum::Json;
use axum::extract::State;
use colca_api::{ApiError, App, ArchPath, UrlPath};
use colca_model::{Binary, RepoPath};
use colca_store::Listing;
use serde_json::Value;

use crate::show_binary::show_binary;

/// The files of a version: `{arch: [names]}`, of all flavors.
pub(crate) async fn list_version(
    State(app): State<App>,
    UrlPath(repository): UrlPath<RepoPath>,
) -> colca_api::Result<Json<Listing>> {
    let binaries = app.services.catalog.binaries_of_version(&repository.version_level()).await?;
    if binaries.is_empty() {
        return Err(ApiError::NotFound(format!("{:?}", repository.version_level())));
    }
    Ok(Json(names_by(binaries, |binary| binary.arch.to_string())))
}

/// The files of an architecture: `{name: file}`, of all flavors or of one. Of a name that several flavors have, the file
/// of the last flavor.
pub(crate) async fn list_arch(
    State(app): State<App>,
    UrlPath(path): UrlPath<ArchPath>,
) -> colca_api::Result<Json<Value>> {
    let binaries = find(&app, &path).await?;
    if binaries.is_empty() {
        return Err(ApiError::NotFound(format!("any file for {:?}", path.arch.as_str())));
    }
    let now = app.services.clock.now();
    let named = binaries.into_iter().map(|binary| (binary.filename.to_string(), show_binary(&binary, now)));
    Ok(Json(Value::Object(named.collect())))
}

/// The flavors of an architecture: `{flavor: [names]}`; nothing where there are none.
pub(crate) async fn list_arch_flavors(
    State(app): State<App>,
    UrlPath(path): UrlPath<ArchPath>,
) -> colca_api::Result<Json<Listing>> {
    let binaries = find(&app, &path).await?;
    Ok(Json(names_by(binaries, |binary| binary.repository.flavor.to_string())))
}

async fn find(app: &App, path: &ArchPath) -> colca_api::Result<Vec<Binary>> {
    let version = path.repository.version_level();
    Ok(app.services.catalog.binaries_of_arch(&version, &path.arch, path.flavor.as_ref()).await?)
}

fn names_by(binaries: Vec<Binary>, heading: impl Fn(&Binary) -> String) -> Listing {
    let mut listing = Listing::new();
    for binary in binaries {
        listing.entry(heading(&binary)).or_default().push(binary.filename.to_string());
    }
    listing
}
