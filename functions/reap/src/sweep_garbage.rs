//! Objects that may be garbage, and whose grace is over: deleted, unless somebody names them after all.

use colca_model::{Binary, ImportState, RepoPath, UploadId, UploadState};
use colca_revisions::{LONGER, Lists};
use colca_runtime::Services;
use colca_store::{AdoptedRow, DueGarbage, Garbage, ObjectKey, Owner};
use futures::{StreamExt, stream};
use jiff::SignedDuration;
use tracing::{error, info};

use crate::invalidate::note;
use crate::pinned::Listings;
use crate::purged::may_be_restored;
use crate::round::Round;

/// How many objects one round looks at, and how many at once.
const ROUND: i32 = 500;
const AT_ONCE: usize = 16;

/// When an object whose time has not quite come is looked at again.
const AGAIN: SignedDuration = SignedDuration::from_mins(5);

/// When a revision is looked at again that somebody keeps.
const KEPT: SignedDuration = SignedDuration::from_hours(1);

/// Longer than any function runs: whoever has found a plain name free has taken it by then, or failed to.
const LONGEST_WORK: SignedDuration = SignedDuration::from_mins(20);

/// What is to become of an object.
pub(crate) enum Verdict {
    Delete,
    Keep,
    /// Somebody may need it still, or again.
    AskAgain(SignedDuration),
    /// Nothing that is published now names it; what was published before may.
    Unnamed,
}

/// Deletes what nobody names. One that cannot be dealt with does not keep the others from it.
pub(crate) async fn sweep_garbage(services: &Services, round: &Round) -> colca_store::Result<()> {
    let due = services.jobs.due_garbage(services.clock.now(), ROUND).await?;
    let listed = Listings::default();
    let sweeps = due.into_iter().map(async |due| {
        if let Err(error) = sweep(services, &listed, &due).await {
            error!(key = due.garbage.key, %error, "Could not deal with {}", due.garbage.key);
            // Or it would stand in the way of what comes after it.
            let again = services.clock.now() + AGAIN;
            if let Err(error) = services.jobs.discard([due.garbage.clone()], again).await {
                error!(key = due.garbage.key, %error, "Could not put off {}", due.garbage.key);
            }
        }
    });
    stream::iter(sweeps).take_while(|_| round.goes_on()).buffer_unordered(AT_ONCE).collect::<()>().await;
    Ok(())
}

async fn sweep(services: &Services, listed: &Listings, due: &DueGarbage) -> colca_store::Result<()> {
    let garbage = &due.garbage;
    let object = ObjectKey::Stored(garbage.key.clone());
    // What is deleted is what lies there now. Whoever writes the same bytes under the same key again notes that
    // first, which we see, or writes them after this look, and those stay.
    let seen = services.objects.versions(&object).await?;
    if !services.jobs.is_due_as_before(due).await? {
        return Ok(());
    }
    match judge(services, listed, garbage).await? {
        Verdict::AskAgain(pause) => {
            return services.jobs.discard([garbage.clone()], services.clock.now() + pause).await;
        }
        Verdict::Unnamed if !garbage.unnamed => {
            let due = services.grace_ends() + LONGER;
            return services.jobs.discard([Garbage { unnamed: true, ..garbage.clone() }], due).await;
        }
        Verdict::Keep => {}
        Verdict::Delete | Verdict::Unnamed => {
            // Whoever repeats a registration finds the copy that was made for it, and notes it anew before.
            let is_file = matches!(garbage.owner, Owner::File { .. });
            if is_file && !services.jobs.is_due_as_before(due).await? {
                return Ok(());
            }
            if is_file && ObjectKey::is_plain(&garbage.key) && !services.catalog.is_used_up(&garbage.key).await? {
                services.catalog.use_up_key(&garbage.key).await?;
                let due = services.clock.now() + LONGEST_WORK;
                return services.jobs.discard([garbage.clone()], due).await;
            }
            info!(key = garbage.key, "Deleting {}", garbage.key);
            note(services, garbage).await?;
            services.objects.delete_as_seen(&object, seen).await?;
        }
    }
    services.jobs.forget_garbage(due).await
}

async fn judge(services: &Services, listed: &Listings, garbage: &Garbage) -> colca_store::Result<Verdict> {
    match &garbage.owner {
        Owner::File { repository, arch, filename } => {
            // Before the catalog is asked: once the upload has ended, nobody registers what was copied for it any more.
            if is_awaited(services, &garbage.key).await? {
                return Ok(Verdict::AskAgain(AGAIN));
            }
            let binary = services.catalog.binary(repository, arch, filename).await?;
            if binary.is_some_and(|binary| is_of(&binary, &garbage.key)) {
                return Ok(Verdict::Keep);
            }
            if may_be_restored(services, garbage, (repository, arch, filename)).await? {
                return Ok(Verdict::AskAgain(AGAIN));
            }
            // While changes wait, the metadata that is public may be from before the file was replaced.
            if services.catalog.has_changes(repository).await? {
                return Ok(Verdict::AskAgain(AGAIN));
            }
            if let Some(left) = half_grace_left(services, repository).await? {
                return Ok(Verdict::AskAgain(left));
            }
            listed.is_needed(services, repository, &garbage.key).await
        }
        Owner::Shared { repository, origin } => {
            if services.catalog.adopted(repository, origin).await?.is_some_and(|row| is_of_copy(&row, &garbage.key)) {
                return Ok(Verdict::Keep);
            }
            if services.catalog.has_changes(repository).await? {
                return Ok(Verdict::AskAgain(AGAIN));
            }
            listed.is_needed(services, repository, &garbage.key).await
        }
        Owner::Published { repository, revision } => {
            let there = services.catalog.repository_or_rest(repository).await?;
            let Some(there) = there else { return Ok(Verdict::Delete) };
            // Until a builder has retracted what is public of a repository without files, it may be filled again.
            if there.published < *revision || (there.is_gone() && there.revision > 0) {
                return Ok(Verdict::AskAgain(AGAIN));
            }
            for number in there.kept() {
                let kept = services.catalog.revision(repository, number).await?;
                let path = ObjectKey::below(repository, &garbage.key);
                if kept.is_some_and(|kept| kept.paths().contains(path)) {
                    // Whoever supersedes the current one notes what it has. One that is kept is let go without a word.
                    let is_current = number == there.revision;
                    return Ok(if is_current { Verdict::Keep } else { Verdict::AskAgain(KEPT) });
                }
            }
            Ok(Verdict::Delete)
        }
        Owner::Lists { repository } => {
            let there = services.catalog.repository_or_rest(repository).await?;
            let Some(current) = there.and_then(|there| there.lists) else { return Ok(Verdict::Delete) };
            if Lists::key(repository, current).path() == garbage.key {
                return Ok(Verdict::Keep);
            }
            let lists = Lists::of(services, repository, current).await?;
            let name = garbage.key.rsplit('/').next().unwrap_or_default();
            Ok(if lists.is_some_and(|lists| lists.names(name)) { Verdict::Keep } else { Verdict::Delete })
        }
        Owner::Revision { repository, revision } => {
            let is_over = services.catalog.forget_revision(repository, *revision).await?;
            Ok(if is_over { Verdict::Keep } else { Verdict::AskAgain(KEPT) })
        }
        Owner::Import { import } => {
            let import = services.jobs.import(import).await?;
            let is_running = import.is_some_and(|import| import.state == ImportState::Running);
            Ok(if is_running { Verdict::AskAgain(KEPT) } else { Verdict::Delete })
        }
    }
}

/// How long until a repository that was taken out is gone for half a grace: what named its files may have been public until then, however
/// long ago they were deleted.
async fn half_grace_left(services: &Services, repository: &RepoPath) -> colca_store::Result<Option<SignedDuration>> {
    let there = services.catalog.repository_or_rest(repository).await?;
    let since = there.and_then(|there| there.gone_since());
    let left = since.map(|since| services.config.grace / 2 - services.clock.now().duration_since(since));
    Ok(left.filter(SignedDuration::is_positive))
}

/// Whether the upload that an object was copied for may be registered with it yet, when its message comes again.
async fn is_awaited(services: &Services, key: &str) -> colca_store::Result<bool> {
    let head = services.objects.head(&ObjectKey::Stored(key.to_owned())).await?;
    let Some(id) = head.and_then(|head| head.upload) else { return Ok(false) };
    Ok(services.jobs.upload(&id).await?.is_some_and(|upload| upload.state == UploadState::Pending))
}

/// Whether an object belongs to a file as it is registered: its bytes, what is kept of them, or the copies of a source
/// package, which have the id of its upload in their path.
pub(crate) fn is_of(binary: &Binary, key: &str) -> bool {
    binary.key == key || is_kept_of(&binary.upload, key) || key.contains(&format!("/{}/", binary.upload))
}

/// Whether an object belongs to a copy as it is noted. Its bytes lie in a directory that has its id for a name.
fn is_of_copy(row: &AdoptedRow, key: &str) -> bool {
    let id = row.key.rsplit('/').nth(1).and_then(|id| id.parse().ok());
    row.key == key || id.is_some_and(|id| is_kept_of(&id, key))
}

/// Whether an object holds what was read off the bytes of an upload.
fn is_kept_of(upload: &UploadId, key: &str) -> bool {
    let upload = || upload.clone();
    [ObjectKey::Fragments { upload: upload() }, ObjectKey::Paths { upload: upload() }]
        .iter()
        .any(|kept| kept.path() == key)
}

#[cfg(test)]
mod tests {
    use colca_model::{Filename, Sha256};
    use std::collections::BTreeSet;

    use colca_store::{Format, StoredFragments};

    use super::*;

    #[test]
    fn what_is_kept_of_a_copy_is_known_by_its_id() {
        let id = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
        let row = AdoptedRow {
            origin: "repos/other/hello_1_amd64.deb".to_owned(),
            filename: Filename::new("hello_1_amd64.deb").expect("a good name"),
            sha256: Sha256::new([1; 32]),
            key: format!("repos/p/pool/main/h/hello/{id}/hello_1_amd64.deb"),
            path: format!("pool/main/h/hello/{id}/hello_1_amd64.deb"),
            format: Format::Deb,
            fragments: StoredFragments::Inline(vec![]),
            signed: false,
            codenames: BTreeSet::new(),
            promoted: None,
        };
        for key in [row.key.clone(), format!("state/paths/{id}"), format!("state/fragments/{id}")] {
            assert!(is_of_copy(&row, &key), "{key}");
        }
        assert!(!is_of_copy(&row, "state/paths/01ARZ3NDEKTSV4RRFFQ69G5FAW") && !is_of_copy(&row, "state/paths/hello"));
    }
}
