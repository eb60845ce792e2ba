//! The upper levels of the tree: `{child: [grandchildren]}`, as chacra shows them.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use colca_api::{ApiError, UrlPath};
use colca_store::Catalog;

use crate::Shared;

/// A listing of two levels.
type Listing = Json<BTreeMap<String, Vec<String>>>;

/// All projects, with their refs.
pub(crate) async fn list_projects(State(services): Shared) -> colca_api::Result<Listing> {
    let projects = services.catalog.projects().await?;
    let refs = services.catalog.children_of_each(&projects).await?;
    Ok(Json(projects.into_iter().zip(refs).collect()))
}

/// A project, a ref or a commit, with what is below it.
pub(crate) async fn list_level(
    State(services): Shared,
    UrlPath(names): UrlPath<Vec<(String, String)>>,
) -> colca_api::Result<Listing> {
    let (children, paths) = level(&services.catalog, names).await?;
    let below = services.catalog.children_of_each(&paths).await?;
    Ok(Json(children.into_iter().zip(below).collect()))
}

/// A distribution: its versions, with their architectures.
pub(crate) async fn list_distro(
    State(services): Shared,
    UrlPath(names): UrlPath<Vec<(String, String)>>,
) -> colca_api::Result<Listing> {
    let (versions, paths) = level(&services.catalog, names).await?;
    let archs = services.catalog.archs_of_each(&paths).await?;
    Ok(Json(versions.into_iter().zip(archs).collect()))
}

/// What is right below the path of a URL, by name and by path.
async fn level(catalog: &Catalog, names: Vec<(String, String)>) -> colca_api::Result<(Vec<String>, Vec<String>)> {
    let names: Vec<String> = names.into_iter().map(|(_, name)| name).collect();
    let path = names.join("/");
    let children = catalog.children(&path).await?;
    if children.is_empty() || names.iter().any(|name| name.contains('/')) {
        return Err(ApiError::NotFound(format!("{path:?}")));
    }
    let paths = children.iter().map(|child| format!("{path}/{child}")).collect();
    Ok((children, paths))
}
