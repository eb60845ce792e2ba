//! Every minute: finds what a crash, or a lost message, left behind, deletes what is over, and sees to what expires.
//!
//! What it does not find this minute it finds the next; nothing but what expires depends on it in the ordinary course of things.

mod expire_uploads;
mod give_up_parts;
mod invalidate;
mod pinned;
mod purged;
mod refresh_releases;
mod resume_builds;
mod resume_imports;
mod round;
mod sweep_garbage;
mod tell_health;
mod watch_keys;

use colca_runtime::Services;
use tracing::warn;

use crate::round::{Round, Task};

/// One round.
///
/// # Errors
/// The first failure; each of the ten was tried, but for those that there was no time for.
pub async fn reap(services: &Services) -> colca_store::Result<()> {
    // Beside the others: two may have to wait for somebody else, and one comes once an hour and is short.
    let (swept, invalidated, told, watched) = futures::join!(
        sweep(services),
        invalidate::invalidate(services),
        tell_health::tell_health(services),
        watch_keys::watch_keys(services)
    );
    swept.and(invalidated).and(told).and(watched)
}

async fn sweep(services: &Services) -> colca_store::Result<()> {
    let round = Round::begin(services);
    let mut all = Ok(());
    for task in round.tasks() {
        if round.is_over() {
            warn!("This round has no time for {task:?} and what follows; others begin with it");
            break;
        }
        let done = match task {
            Task::Builds => resume_builds::resume_builds(services, &round).await,
            Task::Uploads => expire_uploads::expire_uploads(services, &round).await,
            Task::Imports => resume_imports::resume_imports(services, &round).await,
            Task::Releases => refresh_releases::refresh_releases(services, &round).await,
            Task::Parts => give_up_parts::give_up_parts(services, &round).await,
            Task::Retention => colca_retention::go_on(services, round.end()).await,
            Task::Garbage => sweep_garbage::sweep_garbage(services, &round).await,
        };
        all = all.and(done);
    }
    all
}
