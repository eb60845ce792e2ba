//! What follows a deletion.

use colca_model::{Arch, RepoPath, RepositoryKind};
use colca_runtime::Services;

use crate::wake::wake;

/// Takes out of the listings what has nothing below it any more: architectures and everything above them, and the
/// repository if it has no file left. Has the rest published. Harmless to repeat.
///
/// # Errors
/// Whatever a service answers.
pub async fn tidy_up(
    services: &Services,
    repository: &RepoPath,
    archs: impl IntoIterator<Item = Arch>,
) -> colca_store::Result<()> {
    let catalog = &services.catalog;
    for arch in archs {
        catalog.prune_levels(repository, &arch).await?;
    }
    if catalog.has_files(repository).await? {
        catalog.note_change(repository, services.clock.now()).await?;
    } else {
        catalog.mark_gone(repository, services.clock.now()).await?;
        catalog.note_if_filled(repository, services.clock.now()).await?;
    }
    services.request_build(repository).await?;
    for kind in [RepositoryKind::Rpm, RepositoryKind::Deb] {
        wake(services, repository, kind).await?;
    }
    Ok(())
}
