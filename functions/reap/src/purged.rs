//! What only a repository needs that was purged, and that may be restored.

use colca_model::{Arch, Filename, RepoPath};
use colca_retention::is_over;
use colca_runtime::Services;
use colca_store::Garbage;

use crate::sweep_garbage::is_of;

/// Whether an object belongs to a file that may be entered again.
pub(crate) async fn may_be_restored(
    services: &Services,
    garbage: &Garbage,
    (repository, arch, filename): (&RepoPath, &Arch, &Filename),
) -> colca_store::Result<bool> {
    for file in services.jobs.purged_named(repository, arch, filename).await? {
        if is_of(&file.binary, &garbage.key)
            && let Some(purge) = services.jobs.purge(&file.purge).await?
            && !is_over(&purge, services.clock.now())
        {
            return Ok(true);
        }
    }
    Ok(false)
}
