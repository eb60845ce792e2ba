//! Taking a repository out of the public tree, when its last file was deleted.

use colca_model::{RepoPath, RepositoryKind};
use colca_revisions::superseded;
use colca_runtime::Services;
use colca_store::{Change, Lease, ObjectKey, Revision, Status};
use tracing::info;

use crate::failure::Failure;
use crate::keep_lists::forget_lists;
use crate::live::{Live, entry};
use crate::shared;
use crate::strike_off::strike_off;

/// Retracts what is public of a repository in which there seems to be no file; or leaves it to the next build, if there is
/// one after all: `false`, then. It is told each time: what was told last may be from a builder that woke up too late.
pub(crate) async fn vanish(
    services: &Services,
    path: &RepoPath,
    lease: &Lease,
    (previous, live): (Option<&Revision>, &Live),
    changes: &[Change],
) -> Result<bool, Failure> {
    if !services.catalog.leave(path, lease, services.clock.now()).await? {
        // Or the lease was lost, which the next try finds out.
        return Err(Failure::NotSettled("what was registered meanwhile".to_owned()));
    }
    // After the entry files were looked at, as before every other publish.
    if services.catalog.note_if_filled(path, services.clock.now()).await? {
        return Ok(false);
    }
    if previous.is_some_and(|previous| previous.kind == RepositoryKind::Deb) {
        services.objects.delete(&ObjectKey::Contents { repository: path.clone() }).await?;
    }
    for number in lease.repository.kept() {
        if let Some(kept) = services.catalog.revision(path, number).await? {
            let garbage = superseded(services, path, &kept, lease.fence, kept.paths().into_iter());
            services.jobs.discard_each(garbage).await?;
        }
    }
    forget_lists(services, path, lease.repository.lists).await?;
    let adopted = services.catalog.all_adopted(path).await?;
    shared::let_go(services, path, &adopted).await?;
    for (file, etag) in live.files() {
        services.objects.retract(&entry(path, file), etag).await?;
    }
    if !services.catalog.record_retraction(path, lease).await? {
        return Err(Failure::LeaseLost);
    }
    services.tell(path, Status::Deleted, &lease.fence).await?;
    strike_off(services, path, changes).await?;
    info!(repository = %path, "Nothing is left of {path}");
    Ok(true)
}
