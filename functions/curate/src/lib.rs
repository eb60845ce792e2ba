//! What changes what is there: files and repositories are deleted, repositories have their type and their `extra` set, and
//! are built when somebody asks. Everything it does ends in a change that `repo-build` publishes.

mod ask_build;
mod delete_file;
mod delete_repository;
mod operations;
mod pin_revision;
mod promote;
mod remove;
mod set_extra;
mod set_type;

use axum::Router;
use axum::http::Method;
use colca_api::paths::{ARCH, REPOSITORY, below};
use colca_api::{App, Routes, complete};

/// The routes of changes.
#[must_use]
pub fn routes() -> Routes<App> {
    let file = below(ARCH, "{filename}");
    let [update, recreate, extra, promote, pin] =
        ["update", "recreate", "extra", "promote", "revisions/{revision}/pin"].map(|name| below(REPOSITORY, name));
    Routes::default()
        .on(&Method::DELETE, &file, delete_file::delete_file, &operations::file())
        .on(&Method::DELETE, &REPOSITORY, delete_repository::delete_repository, &operations::repository())
        .post(&REPOSITORY, set_type::set_type, &operations::set_type())
        .post(&update, ask_build::update, &operations::update())
        .post(&recreate, ask_build::recreate, &operations::recreate())
        .post(&extra, set_extra::set_extra, &operations::extra())
        .post(&promote, promote::promote, &operations::promote())
        .on(&Method::PUT, &pin, pin_revision::pin, &operations::pin())
        .on(&Method::DELETE, &pin, pin_revision::unpin, &operations::unpin())
}

/// The whole function.
pub fn router(app: App) -> Router {
    complete(routes().router(), app)
}
