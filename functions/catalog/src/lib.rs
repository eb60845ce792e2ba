//! What there is: files, repositories, repository files, health. Reads only, for everybody.
//!
//! The paths and the JSON are chacra's, so that what reads a chacra reads this.

mod get_file;
mod get_health;
mod get_repository;
mod get_repository_file;
mod list_binaries;
mod list_levels;
mod path;
mod show_binary;

use axum::Router;
use axum::extract::State;
use axum::routing::{MethodRouter, get};
use colca_api::ApiError;
use colca_runtime::Services;

/// What every handler shares.
pub(crate) type Shared = State<Services>;

const VERSION: &str = "/{project}/{git_ref}/{sha1}/{distro}/{distro_version}";

/// The routes of everything that is read.
pub fn router(services: Services) -> Router {
    let binaries = |rest: &str| format!("/binaries{VERSION}/{{arch}}{rest}");
    let repos = |rest: &str| format!("/repos{VERSION}{rest}");
    let routes: [(String, MethodRouter<Services>); 18] = [
        ("/health".to_owned(), get(get_health::get_health)),
        ("/binaries".to_owned(), get(list_levels::list_projects)),
        ("/binaries/{project}".to_owned(), get(list_levels::list_level)),
        ("/binaries/{project}/{git_ref}".to_owned(), get(list_levels::list_level)),
        ("/binaries/{project}/{git_ref}/{sha1}".to_owned(), get(list_levels::list_level)),
        ("/binaries/{project}/{git_ref}/{sha1}/{distro}".to_owned(), get(list_levels::list_distro)),
        (format!("/binaries{VERSION}"), get(list_binaries::list_version)),
        (binaries(""), get(list_binaries::list_arch)),
        (binaries("/{filename}"), get(get_file::get_file).head(get_file::head_file)),
        (binaries("/flavors"), get(list_binaries::list_flavors)),
        (binaries("/flavors/{flavor}"), get(list_binaries::list_flavor)),
        (binaries("/flavors/{flavor}/{filename}"), get(get_file::get_file).head(get_file::head_file)),
        (repos(""), get(get_repository::get_repository)),
        (repos("/repo"), get(get_repository_file::get_repository_file)),
        (repos("/flavors"), get(get_repository::list_flavors)),
        (repos("/flavors/{flavor}"), get(get_repository::get_repository)),
        (repos("/flavors/{flavor}/repo"), get(get_repository_file::get_repository_file)),
        ("/repos".to_owned(), get(list_levels::list_projects)),
    ];
    let mut router = Router::new();
    for (path, handler) in routes {
        // chacra redirects to the form with a slash; answering both saves everybody a round trip.
        router = router.route(&format!("{path}/"), handler.clone()).route(&path, handler);
    }
    router
        .fallback(async || ApiError::NotFound("this page".to_owned()))
        .method_not_allowed_fallback(async || ApiError::MethodNotAllowed("GET"))
        .with_state(services)
}
