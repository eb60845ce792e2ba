//! Every minute: finds what a crash, or a lost message, left behind, deletes what is over, and sees to what expires.
//!
//! What it does not find this minute it finds the next; nothing but what expires depends on it in the ordinary course of things.

mod expire_uploads;
mod give_up_parts;
mod pinned;
mod purged;
mod refresh_releases;
mod resume_builds;
mod resume_imports;
mod sweep_garbage;
mod tell_health;
mod watch_keys;

use colca_runtime::Services;

/// One round.
///
/// # Errors
/// The first failure; each of the eight was tried.
pub async fn reap(services: &Services) -> colca_store::Result<()> {
    // Beside the others, since it may have to wait for somebody else.
    let (swept, told) = futures::join!(sweep(services), tell_health::tell_health(services));
    swept.and(told)
}

async fn sweep(services: &Services) -> colca_store::Result<()> {
    let builds = resume_builds::resume_builds(services).await;
    let uploads = expire_uploads::expire_uploads(services).await;
    let imports = resume_imports::resume_imports(services).await;
    let refreshes = refresh_releases::refresh_releases(services).await;
    let keys = watch_keys::watch_keys(services).await;
    let parts = give_up_parts::give_up_parts(services).await;
    let retention = colca_retention::go_on(services).await;
    // Last, since nothing waits for it and it may take long.
    let garbage = sweep_garbage::sweep_garbage(services).await;
    builds.and(uploads).and(imports).and(refreshes).and(keys).and(parts).and(retention).and(garbage)
}
