//! Taking files out of the catalog, and what follows.

use colca_intake::note_superseded;
use colca_model::{Arch, Binary, RepoPath, RepositoryKind};
use colca_runtime::Services;

/// How often somebody else may replace a file while we try to delete it.
const TRIES: usize = 4;

/// Deletes a file, whichever version it has by then. `false` if somebody else was faster.
pub(crate) async fn remove(services: &Services, mut binary: Binary) -> colca_store::Result<bool> {
    for _ in 0..TRIES {
        note_superseded(services, &binary).await?;
        if services.catalog.unregister(&binary, services.ids.upload_id()).await? {
            return Ok(true);
        }
        let Binary { repository, arch, filename, .. } = &binary;
        match services.catalog.binary(repository, arch, filename).await? {
            None => return Ok(false),
            Some(again) => binary = again,
        }
    }
    Err(colca_store::Error::contended(&binary.filename))
}

/// Has what was deleted published, and takes out of the listings what has nothing below it any more: architectures and
/// everything above them, and the repository if that was its last file.
pub(crate) async fn settle(services: &Services, repository: &RepoPath, archs: &[Arch]) -> colca_store::Result<()> {
    let catalog = &services.catalog;
    for arch in archs {
        catalog.prune_levels(repository, arch).await?;
    }
    if catalog.archs(repository).await?.is_empty() && catalog.binaries(repository).await?.is_empty() {
        catalog.mark_gone(repository, services.clock.now()).await?;
        // Somebody may have registered a file in between.
        if let Some(binary) = catalog.binaries(repository).await?.first() {
            let kind = RepositoryKind::of(&binary.filename);
            catalog.note_file(repository, kind, services.clock.now()).await?;
        }
    }
    services.request_build(repository).await
}
