//! One build, from lease to lease given back.

use colca_model::RepoPath;
use colca_runtime::{Services, phases};
use colca_store::{BuildMessage, Change, Lease, Purpose, Task};
use tracing::info;

use crate::Builder;
use crate::failure::Failure;
use crate::heartbeat::LEASE;
use crate::measured;
use crate::tries::{Outcome, try_to_publish};

/// Builds a repository. `message` names the message that asked for it: a second delivery of the same one
/// takes over what the first left behind.
pub(crate) async fn build_repository(
    builder: &Builder,
    path: &RepoPath,
    message: &str,
    purpose: Purpose,
) -> Result<(), Failure> {
    let services = &builder.services;
    let mut leased = lease(services, path, message, purpose).await?;
    if leased.is_none() {
        services.catalog.begin_build(path).await?;
        leased = lease(services, path, message, purpose).await?;
    }
    let Some(mut lease) = leased else {
        // The holder looks for changes once more after giving the lease back.
        info!(repository = %path, "Somebody else is building {path}");
        return Ok(());
    };
    // Whatever goes wrong in between, the lease is given back: the next delivery must not wait for it to lapse.
    let mut outcome = Outcome::of(&lease);
    let publishing = try_to_publish(builder, path, (message, &mut lease), purpose, &mut outcome);
    let (built, phases) = phases::timed(publishing).await;
    measured::record(services, path, &outcome, &built, &phases);
    if !services.catalog.release(path, &lease, built.is_ok() && outcome.is_sound).await? {
        // What this one told may have been heard after what its successor told: the next look says how it stands.
        let look = BuildMessage { repository: path.clone(), task: Task::Publish };
        services.queues.send_build(&look, LEASE.unsigned_abs()).await?;
    }
    // A build that failed looks again when its message comes again. That of a merge may not come for what somebody else
    // asked for meanwhile.
    if built.is_ok() || purpose == Purpose::Merge {
        let is_done = built.is_ok() && (purpose == Purpose::Changes || outcome.is_sound);
        look_once_more(builder, path, &outcome, is_done).await?;
    }
    built
}

/// Takes the lease for the delivery of a message, or again for the same one; `None` if somebody else has it.
pub(crate) async fn lease(
    services: &Services,
    path: &RepoPath,
    message: &str,
    purpose: Purpose,
) -> colca_store::Result<Option<Lease>> {
    let now = services.clock.now();
    services.catalog.lease(path, message, purpose, now, now + LEASE).await
}

/// The last look for changes. Whoever found the lease taken relies on it: what somebody asked for is built, and what was
/// uploaded meanwhile, where uploads alone have a repository built.
///
/// What a build has seen and left, because it can publish nothing or is to publish something else, waits for the next upload
/// or for somebody to ask: nothing else can change the outcome. A merge that is not done, since it broke off, or somebody before
/// it did, leaves the repository where the sweep finds it.
async fn look_once_more(builder: &Builder, path: &RepoPath, outcome: &Outcome, is_done: bool) -> Result<(), Failure> {
    let services = &builder.services;
    let settings = services.settings.get().await?;
    let mut changes = services.catalog.changes(path).await?;
    let waits = !changes.is_empty();
    if outcome.has_left_some {
        changes.retain(|change| !outcome.seen.contains(&change.id));
    }
    let is_due = |change: &Change| settings.is_automatic(&path.project) || change.is_wanted();
    if changes.iter().any(is_due) && !settings.is_disabled(&path.project) {
        services.request_build(path).await?;
    } else if is_done {
        services.catalog.settle(path, waits).await?;
    }
    Ok(())
}
