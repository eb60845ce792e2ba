//! One build, from lease to lease given back.

use std::collections::BTreeSet;
use std::time::Duration;

use colca_model::{Arch, RepoPath, RepositoryKind};
use colca_runtime::Services;
use colca_store::{Change, Lease, Published, Repository, What};
use tracing::info;

use crate::Builder;
use crate::failure::Failure;
use crate::heartbeat::{self, LEASE};
use crate::plan::{Revision, plan};
use crate::{directory, packages, publish, vanish};

/// How often a build starts again when it was overtaken, and how long it waits before.
const TRIES: u32 = 3;
const PAUSE: Duration = Duration::from_millis(200);

/// Publishes what has changed. `message` names the message that asked for it: a second delivery of the same one
/// takes over what the first left behind.
pub(crate) async fn build_repository(builder: &Builder, path: &RepoPath, message: &str) -> Result<(), Failure> {
    let services = &builder.services;
    services.catalog.begin_build(path).await?;
    let now = services.clock.now();
    let Some(lease) = services.catalog.lease(path, message, now, now + LEASE).await? else {
        // The holder looks for changes once more after giving the lease back.
        info!(repository = %path, "Somebody else is building {path}");
        return Ok(());
    };
    // Whatever goes wrong in between, the lease is given back: the next delivery must not wait for it to lapse.
    let built = heartbeat::keeping(services, path, &lease, try_to_publish(builder, path, &lease)).await;
    services.catalog.release(path, &lease).await?;
    built?;
    look_once_more(builder, path).await
}

/// The last look for changes. Whoever found the lease taken relies on it: what somebody asked for is built, and what was
/// uploaded meanwhile, where uploads alone have a repository built.
async fn look_once_more(builder: &Builder, path: &RepoPath) -> Result<(), Failure> {
    let services = &builder.services;
    let settings = services.settings.get().await?;
    let changes = services.catalog.changes(path).await?;
    let is_due = |change: &Change| settings.is_automatic(&path.project) || change.is_wanted();
    if changes.iter().any(is_due) && !settings.is_disabled(&path.project) {
        services.request_build(path).await?;
    } else {
        services.catalog.settle(path).await?;
    }
    Ok(())
}

/// Publishes, and does so again from the start if what it read was overtaken meanwhile.
async fn try_to_publish(builder: &Builder, path: &RepoPath, lease: &Lease) -> Result<(), Failure> {
    let mut tries = 1;
    loop {
        match publish_changes(builder, path, lease).await {
            Err(failure) if failure.is_overtaken() && tries < TRIES => {
                info!(repository = %path, %failure, "Building {path} once more");
                tokio::time::sleep(PAUSE * tries).await;
                tries += 1;
            }
            result => return result,
        }
    }
}

async fn publish_changes(builder: &Builder, path: &RepoPath, lease: &Lease) -> Result<(), Failure> {
    let services = &builder.services;
    let entries = directory::entries(services, path).await?;
    let changes = services.catalog.changes(path).await?;
    let removed = removed_archs(&changes);
    if changes.is_empty() && !lease.repository.is_gone() {
        return Ok(());
    }
    // Whoever deleted something may have died before tidying up behind it.
    for arch in &removed {
        services.catalog.prune_levels(path, arch).await?;
    }
    if (lease.repository.is_gone() || !removed.is_empty()) && services.catalog.binaries(path).await?.is_empty() {
        return vanish::vanish(services, path, lease, entries, &changes).await;
    }
    if services.settings.get().await?.is_disabled(&path.project) {
        info!(repository = %path, "The configuration says that {path} is not to be built");
        let (asked, _) = changes.into_iter().partition::<Vec<_>, _>(|change| matches!(change.what, What::Asked { .. }));
        return Ok(services.catalog.remove_changes(path, &asked).await?);
    }
    let packages = packages::read(services, path, &changes).await?;
    let count = packages.len() as u64;
    let kind = kind(&lease.repository, count);
    if kind == RepositoryKind::Rpm {
        let anew = changes.iter().any(|change| change.what == What::Asked { anew: true });
        let revision = Revision { number: lease.fence, timestamp: services.clock.now().as_second(), anew };
        let codec = builder.codecs.codec(path.distro.as_str(), path.distro_version.as_str());
        let of = path.clone();
        // Compressing keeps a thread busy; the lease is renewed meanwhile on another.
        let plans = tokio::task::spawn_blocking(move || plan(&of, revision, codec, entries, packages)).await;
        publish::publish(services, path, plans.map_err(|panic| Failure::Panicked(panic.to_string()))?).await?;
    } else {
        vanish::retract(services, path, entries).await?;
    }
    let published = Published { kind, packages: count, at: services.clock.now() };
    if !services.catalog.record_revision(path, lease, &published).await? {
        return Err(Failure::LeaseLost);
    }
    strike_off(services, path, &changes).await?;
    info!(
        repository = %path, revision = lease.fence, packages = count, changes = changes.len(),
        "Published revision {} of {path}", lease.fence
    );
    Ok(())
}

/// The architectures of which something was deleted.
fn removed_archs(changes: &[Change]) -> BTreeSet<Arch> {
    let removed = |change: &Change| match &change.what {
        What::Removed(file) => Some(file.arch.clone()),
        What::Added(_) | What::Asked { .. } => None,
    };
    changes.iter().filter_map(removed).collect()
}

/// What is published: what somebody chose, else what its files are. One rpm is enough to list it; a script or an archive
/// that was uploaded first does not stand in the way.
fn kind(repository: &Repository, packages: u64) -> RepositoryKind {
    match repository.chosen_kind() {
        Some(kind) => kind,
        None if packages > 0 => RepositoryKind::Rpm,
        None => repository.kind().unwrap_or(RepositoryKind::Raw),
    }
}

/// Strikes changes off, those that added something first: were only the deletion of a file struck off, its addition would
/// wait for a package that never comes.
pub(crate) async fn strike_off(services: &Services, path: &RepoPath, changes: &[Change]) -> colca_store::Result<()> {
    let (added, others): (Vec<_>, Vec<_>) =
        changes.iter().cloned().partition(|change| matches!(change.what, What::Added(_)));
    services.catalog.remove_changes(path, &added).await?;
    services.catalog.remove_changes(path, &others).await
}
