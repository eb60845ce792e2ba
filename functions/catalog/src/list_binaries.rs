//! The files of a version, an architecture, a flavor.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use colca_api::{ApiError, UrlPath};
use colca_model::{Arch, Binary};
use colca_runtime::Services;
use serde_json::Value;

use crate::Shared;
use crate::path::{FileNames, Names};
use crate::show_binary::show_binary;

/// Lists of file names, by what they are sorted under.
type FileNameLists = Json<BTreeMap<String, Vec<String>>>;

/// The files of a version: `{arch: [names]}`, of all flavors.
pub(crate) async fn list_version(
    State(services): Shared,
    UrlPath(names): UrlPath<Names>,
) -> colca_api::Result<FileNameLists> {
    let mut listing: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for binary in all_flavors(&services, &names, None).await? {
        listing.entry(binary.arch.to_string()).or_default().push(binary.filename.to_string());
    }
    if listing.is_empty() {
        return Err(ApiError::NotFound("this version".to_owned()));
    }
    Ok(Json(listing))
}

/// The files of an architecture: `{name: binary}`, of all flavors.
pub(crate) async fn list_arch(
    State(services): Shared,
    UrlPath(names): UrlPath<FileNames>,
) -> colca_api::Result<Json<Value>> {
    listing(&services, all_flavors(&services, &names.repository, Some(&names.arch)).await?)
}

/// The flavors of an architecture: `{flavor: [names]}`.
pub(crate) async fn list_flavors(
    State(services): Shared,
    UrlPath(names): UrlPath<FileNames>,
) -> colca_api::Result<FileNameLists> {
    let mut listing: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for binary in all_flavors(&services, &names.repository, Some(&names.arch)).await? {
        listing.entry(binary.repository.flavor.to_string()).or_default().push(binary.filename.to_string());
    }
    Ok(Json(listing))
}

/// The files of an architecture in one flavor: `{name: binary}`.
pub(crate) async fn list_flavor(
    State(services): Shared,
    UrlPath(names): UrlPath<FileNames>,
) -> colca_api::Result<Json<Value>> {
    let repository = names.repository.repository()?;
    listing(&services, services.catalog.binaries_of_arch(&repository, &names.arch).await?)
}

async fn all_flavors(services: &Services, names: &Names, arch: Option<&Arch>) -> colca_api::Result<Vec<Binary>> {
    let version = names.clone().repository()?.version_level();
    let mut binaries = Vec::new();
    for flavor in services.catalog.flavors(&version).await? {
        let repository = names.in_flavor(&flavor)?;
        binaries.extend(match arch {
            Some(arch) => services.catalog.binaries_of_arch(&repository, arch).await?,
            None => services.catalog.binaries(&repository).await?,
        });
    }
    Ok(binaries)
}

fn listing(services: &Services, binaries: Vec<Binary>) -> colca_api::Result<Json<Value>> {
    if binaries.is_empty() {
        return Err(ApiError::NotFound("this architecture".to_owned()));
    }
    let now = services.clock.now();
    let named = binaries.into_iter().map(|binary| (binary.filename.to_string(), show_binary(&binary, now)));
    Ok(Json(Value::Object(named.collect())))
}
