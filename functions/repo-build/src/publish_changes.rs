//! One try to publish what has changed: what is read, what is made of it, and what is noted afterwards.

use std::collections::BTreeSet;
use std::sync::Arc;

use colca_model::{Arch, RepoPath};
use colca_runtime::{BuildEnd, Phase, Services, SigningKey, phases};
use colca_settings::Settings;
use colca_store::{Built, Cause, Change, Held, KeptLists, Lease, Purpose, Repository, Revision, Status, What};
use tracing::info;

use crate::Builder;
use crate::assemble::{Assembly, KeptBefore, kept};
use crate::failure::Failure;
use crate::follow_up::{FollowUp, is_all_new};
use crate::heartbeat::LEASE;
use crate::keep_lists::Keeping;
use crate::live::Live;
use crate::measured;
use crate::promotion::Promotion;
use crate::publish::publish;
use crate::revision::NewRevision;
use crate::sign;
use crate::strike_off::{strike_off, strike_off_asked};
use crate::told;
use crate::tries::Attempt;
use crate::vanish::vanish;
use crate::wanted::Wanted;

/// Publishes what has changed, once.
pub(crate) async fn publish_changes(
    builder: &Builder,
    path: &RepoPath,
    lease: &Lease,
    Attempt { number, tried, has_begun, after_crash, anew, all, purpose, outcome }: &mut Attempt<'_>,
) -> Result<(), Failure> {
    let services = &builder.services;
    let repository = &lease.repository;
    phases::begin(Phase::Read);
    // Before anything else is read: see `Live`.
    let previous = services.catalog.revision(path, repository.revision).await?;
    let noted = Live::as_noted(previous.as_ref());
    let live = if *after_crash {
        held_since(services, path, lease, Live::as_left(services, path).await?).await?
    } else if *number == 1 {
        noted
    } else {
        let paths = noted.paths().into_iter().chain(tried.clone()).collect();
        held_since(services, path, lease, Live::as_found(services, path, paths).await?).await?
    };
    let is_merge = *purpose == Purpose::Merge;
    let mut changes = if is_merge { vec![] } else { services.catalog.changes(path).await? };
    if changes.is_empty() && !repository.is_gone() && !is_merge {
        // Where nothing may be built a wish is struck off as soon as it is read: it would be noted again and again.
        if outcome.is_sound || services.settings.get().await?.is_disabled(&path.project) {
            return Ok(told::how_it_stands(services, path, lease).await?);
        }
        // Somebody else has published what had changed, and what is public may be what nobody noted. This is written down as something to
        // do: whoever dies from here on is followed.
        services.ask_for_build(path, What::Asked { anew: true, all: false }).await?;
        changes = services.catalog.changes(path).await?;
    }
    outcome.seen.extend(changes.iter().map(|change| change.id.clone()));
    let removed = removed_archs(&changes);
    // After a crash what is public may be newer than what is noted, and is not to be taken back.
    if is_merge && (repository.is_gone() || repository.held.is_some() || *after_crash) {
        return Ok(());
    }
    // Whoever deleted something may have died before tidying up behind it.
    for arch in &removed {
        services.catalog.prune_levels(path, arch).await?;
    }
    if (repository.is_gone() || !removed.is_empty()) && !services.catalog.has_files(path).await? {
        if vanish(services, path, lease, (previous.as_ref(), &live), &changes).await? {
            outcome.is_sound = true;
            outcome.end = BuildEnd::Retracted;
        }
        return Ok(());
    }
    let (settings, kept) = read_at_once(services, path, repository, previous.as_ref()).await?;
    if settings.is_disabled(&path.project) {
        info!(repository = %path, "The configuration says that {path} is not to be built");
        return strike_off_asked(services, path, changes).await;
    }
    if *number == 1 && !is_merge {
        services.tell(path, Status::Building, &lease.fence).await?;
    }

    *has_begun = true;
    let keys = services.signing_keys.get(settings.signing(&path.project).keys).await?;
    let signers = keys.iter().map(|key| key.public().fingerprint()).collect();
    outcome.has_left_some = repository.held.is_some();
    let new = NewRevision { number: lease.fence, at: services.clock.now(), signers };
    let is_asked = |of: fn(&What) -> bool| changes.iter().any(|change| of(&change.what));
    let anew = *anew || is_asked(|what| matches!(what, What::Asked { anew: true, .. }));
    let all = *all || is_asked(|what| matches!(what, What::Asked { all: true, .. }));
    if let Some(held @ Held { repository: None, .. }) = &repository.held {
        let build = Promotion { services, path, lease, held, keys: &keys, new: &new, anew };
        if let Some(end) = build.publish((previous.as_ref(), &live), tried).await? {
            outcome.is_sound |= anew;
            outcome.end = end;
        }
        services.tell(path, Status::Ready, &lease.fence).await?;
        return strike_off_asked(services, path, changes).await;
    }
    let assembly = Assembly {
        builder,
        path,
        repository,
        settings,
        changes: &changes,
        previous: previous.as_ref(),
        new: &new,
        anew,
        all,
    };
    phases::begin(Phase::Assemble);
    let wanted = if is_merge { assembly.merged(kept).await? } else { Some(assembly.wanted(kept).await?) };
    let Some(wanted) = wanted else { return Ok(()) };
    let cause = match &repository.held {
        Some(_) => Cause::Promoted,
        None if is_merge => Cause::Merged,
        None => cause(&changes),
    };
    if let Some(end) = publish_wanted(&assembly, lease, &live, &keys, cause, wanted, tried).await? {
        outcome.is_sound |= anew;
        outcome.end = end;
        if repository.held.is_none() {
            outcome.lags = measured::note_published(services, path, lease.fence, &changes);
        }
    }
    if !is_merge {
        services.tell(path, Status::Ready, &lease.fence).await?;
    }
    if repository.held.is_some() {
        return strike_off_asked(services, path, changes).await;
    }
    Ok(strike_off(services, path, &changes).await?)
}

/// What was found, if the lease was ours until then: what whoever took it has written may be among it, and would pass for
/// what we may overwrite.
async fn held_since(services: &Services, path: &RepoPath, lease: &Lease, found: Live) -> Result<Live, Failure> {
    let is_ours = services.catalog.renew(path, lease, services.clock.now() + LEASE).await?;
    if is_ours { Ok(found) } else { Err(Failure::LeaseLost) }
}

/// Reads what a build most often needs, at once, for each waits for S3: the configuration, the lists that were kept, and the
/// list of keys if keys signed the revision before.
async fn read_at_once(
    services: &Services,
    path: &RepoPath,
    repository: &Repository,
    previous: Option<&Revision>,
) -> colca_store::Result<(Arc<Settings>, Option<KeptBefore>)> {
    let keys = async {
        match previous {
            Some(previous) if !previous.signers.is_empty() => services.signing_keys.look().await,
            _ => Ok(()),
        }
    };
    let (settings, kept, ()) = futures::try_join!(services.settings.get(), kept(services, path, repository), keys)?;
    Ok((settings, kept))
}

/// Publishes what is wanted if any of it is new, and has done what follows; `None` if it is not.
async fn publish_wanted(
    assembly: &Assembly<'_>,
    lease: &Lease,
    live: &Live,
    keys: &[SigningKey],
    cause: Cause,
    mut wanted: Wanted,
    tried: &mut BTreeSet<String>,
) -> Result<Option<BuildEnd>, Failure> {
    let Assembly { path, repository, previous, new, anew, .. } = *assembly;
    let services = &assembly.builder.services;
    sign::add_keys(keys, &mut wanted);
    let problems = std::mem::take(&mut wanted.problems);
    let follow_up = FollowUp::of(services, &assembly.settings, path, wanted.kind);
    let mut keeping = Keeping::of(path, new.number, &mut wanted);
    if !wanted.keep_what_is_new(previous, anew) {
        let kept = keeping.write(services).await?;
        if !services.catalog.record_nothing_new(path, lease, &problems, kept).await? {
            return Err(Failure::LeaseLost);
        }
        follow_up.nothing_new(previous).await?;
        return Ok(None);
    }
    let all = is_all_new(&wanted);
    follow_up.before(new.at).await?;
    sign::sign(keys, new, &mut wanted).await?;
    keeping.with(services, &mut wanted);
    let origin = (cause, repository.held.clone());
    let revision = publish(services, path, new, origin, (previous, live), wanted, tried).await?;
    let end = record(services, path, lease, revision, problems, keeping.kept).await?;
    follow_up.published(new.number, new.at, all).await?;
    if keeping.is_worth_merging {
        follow_up.merge().await?;
    }
    Ok(Some(end))
}

/// Notes what was published.
pub(crate) async fn record(
    services: &Services,
    path: &RepoPath,
    lease: &Lease,
    revision: Revision,
    problems: Vec<String>,
    lists: KeptLists,
) -> Result<BuildEnd, Failure> {
    let (number, kind, packages) = (revision.number, revision.kind, revision.packages);
    info!(repository = %path, revision = number, packages, "Published revision {number} of {path}");
    let built = Built { revision, problems, lists, at: services.clock.now() };
    let noted = services.catalog.record_revision(path, lease, &built).await?;
    if noted { Ok(BuildEnd::Published { kind, packages }) } else { Err(Failure::LeaseLost) }
}

/// Why a revision is made.
fn cause(changes: &[Change]) -> Cause {
    let is_asked = |change: &Change| matches!(change.what, What::Asked { .. });
    if changes.iter().all(is_asked) { Cause::Asked } else { Cause::Changed }
}

/// The architectures of which something was deleted.
fn removed_archs(changes: &[Change]) -> BTreeSet<Arch> {
    let removed = |change: &Change| match &change.what {
        What::Removed(file) => Some(file.arch.clone()),
        What::Added(_) | What::Asked { .. } => None,
    };
    changes.iter().filter_map(removed).collect()
}
