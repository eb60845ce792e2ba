//! Every minute: finds what a crash, or a lost message, left behind, and deletes what is over.
//!
//! Nothing else depends on it in the ordinary course of things; what it does not find this minute it finds the next.

mod expire_uploads;
mod resume_builds;
mod sweep_garbage;

use colca_runtime::Services;

/// One round.
///
/// # Errors
/// The first failure; each of the three was tried.
pub async fn reap(services: &Services) -> colca_store::Result<()> {
    let builds = resume_builds::resume_builds(services).await;
    let uploads = expire_uploads::expire_uploads(services).await;
    let garbage = sweep_garbage::sweep_garbage(services).await;
    builds.and(uploads).and(garbage)
}
