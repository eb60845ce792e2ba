//! What follows a registration.

use colca_model::{RepositoryKind, UploadRequest};
use colca_runtime::Services;

/// Makes a registered file visible in the listings, notes its repository, and has that built if the configuration says
/// that uploads do. All of it is harmless to repeat, and is repeated when the message of an upload is delivered again.
///
/// Levels come after the file, never before: see [`colca_store::Catalog::prune_levels`].
///
/// # Errors
/// Whatever a service answers.
pub async fn announce(services: &Services, request: &UploadRequest) -> colca_store::Result<()> {
    let UploadRequest { repository, arch, filename, .. } = request;
    let kind = RepositoryKind::of(filename);
    services.catalog.record_levels(repository, arch).await?;
    services.catalog.note_file(repository, kind, services.clock.now()).await?;
    if services.settings.get().await?.is_automatic(&repository.project) {
        services.request_build(repository).await?;
    }
    Ok(())
}
