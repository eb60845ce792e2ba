//! What there is: files, repositories, repository files, health. Reads only.
//!
//! The paths and the JSON are chacra's, so that what reads a chacra reads this.

mod get_error;
mod get_file;
mod get_health;
mod get_public;
mod get_repository;
mod get_repository_file;
mod get_root;
mod get_status;
mod list_binaries;
mod list_levels;
mod list_revisions;
mod operations;
mod search_binaries;
mod search_parameters;
mod show_binary;

use axum::Router;
use axum::http::Method;
use colca_api::paths::{ARCH, REPOSITORY, below};
use colca_api::{App, Routes, complete};

/// The routes of everything that is read.
#[must_use]
pub fn routes() -> Routes<App> {
    let routes = Routes::default()
        .get(&["/"], get_root::get_root, &operations::root())
        .get(&["/openapi.json"], get_root::get_openapi, &operations::openapi())
        .get(&["/health"], get_health::get_health, &operations::health())
        .get(&["/errors/{name}"], get_error::get_error, &operations::error())
        .get(&["/search"], search_binaries::search_binaries, &operations::search())
        .get(&["/r/{*path}"], get_public::get_public, &operations::public());
    repositories(files(routes))
}

fn files(routes: Routes<App>) -> Routes<App> {
    let level = operations::level();
    let file = below(ARCH, "{filename}");
    routes
        .get(&["/binaries"], list_levels::list_projects, &level)
        .get(&["/binaries/{project}"], list_levels::list_project, &level)
        .get(
            &[
                "/binaries/{project}/{ref}",
                "/binaries/{project}/{ref}/{sha1}",
                "/binaries/{project}/{ref}/{sha1}/{distro}",
            ],
            list_levels::list_level,
            &level,
        )
        .get(
            &["/binaries/{project}/{ref}/{sha1}/{distro}/{distro_version}"],
            list_binaries::list_version,
            &operations::version(),
        )
        .get(&ARCH, list_binaries::list_arch, &operations::arch())
        .get(&[format!("{}/flavors", ARCH[0])], list_binaries::list_arch_flavors, &operations::flavors())
        .get(&file, get_file::get_file, &operations::file())
        .on(&Method::HEAD, &file, get_file::head_file, &operations::file_head())
}

fn repositories(routes: Routes<App>) -> Routes<App> {
    let [file, sources, status] = ["repo", "repo.sources", "status"].map(|name| below(REPOSITORY, name));
    let [update, recreate, extra, promote] =
        ["update", "recreate", "extra", "promote"].map(|name| below(REPOSITORY, name));
    let [revisions, revision, diff] =
        ["revisions", "revisions/{revision}", "revisions/{revision}/diff"].map(|name| below(REPOSITORY, name));
    let action = [update, recreate].concat();
    let posted = [extra, promote].concat();
    let level = operations::level();
    routes
        .get(&["/repos"], list_levels::list_projects, &level)
        .get(&["/repos/{project}"], list_levels::list_project, &level)
        .get(&["/repos/{project}/{ref}", "/repos/{project}/{ref}/{sha1}"], list_levels::list_level, &level)
        .get(&["/repos/{project}/{ref}/{sha1}/{distro}"], list_levels::list_versions, &operations::names())
        .get(&[format!("{}/flavors", REPOSITORY[0])], list_levels::list_flavors, &operations::names())
        .get(&REPOSITORY, get_repository::get_repository, &operations::repository())
        .get(&status, get_status::get_status, &operations::status())
        .get(&file, get_repository_file::get_repository_file, &operations::repository_file())
        .on(&Method::HEAD, &action, get_repository::head_action, &operations::action_head())
        .get(&action, get_repository::get_action, &operations::action_get())
        .get(&posted, get_repository::get_action, &operations::action_get())
        .get(&sources, get_repository_file::get_sources_file, &operations::sources_file())
        .get(&revisions, list_revisions::list_revisions, &operations::revisions())
        .get(&revision, list_revisions::show_revision, &operations::revision())
        .get(&diff, list_revisions::compare_revisions, &operations::difference())
}

/// The whole function.
pub fn router(app: App) -> Router {
    complete(routes().router(), app)
}
