//! What follows a registration.

use std::collections::BTreeSet;

use colca_model::{Arch, RepoPath, RepositoryKind, Upload, UploadRequest};
use colca_runtime::Services;

use crate::tidy_up::tidy_up;
use crate::wake::wake;

/// Makes a registered file visible in the listings, notes its repository, and has that built if the configuration says
/// that uploads do and there is anything to publish; and so the repositories that list its files as well. All of it is harmless to repeat, and `reap` has it repeated until it
/// was done once.
///
/// Levels come after the file, never before: see [`colca_store::Catalog::prune_levels`]. If the file was deleted
/// meanwhile, what was made visible is taken out again.
///
/// # Errors
/// Whatever a service answers.
pub async fn announce(services: &Services, upload: &Upload) -> colca_store::Result<()> {
    let UploadRequest { repository, arch, filename, .. } = &upload.request;
    let catalog = &services.catalog;
    if catalog.binary(repository, arch, filename).await?.is_some() {
        catalog.record_levels(repository, arch).await?;
        catalog.note_file(repository, RepositoryKind::of(filename), services.clock.now()).await?;
        have_built(services, repository).await?;
        wake(services, repository, RepositoryKind::of(filename)).await?;
        if catalog.binary(repository, arch, filename).await?.is_none() {
            tidy_up(services, repository, [arch.clone()]).await?;
        }
    }
    services.jobs.upload_is_announced(&upload.id).await
}

/// Has a repository built, if there is anything to publish and the configuration says that uploads do; otherwise notes that it waits
/// for somebody who does.
async fn have_built(services: &Services, repository: &RepoPath) -> colca_store::Result<()> {
    if !services.catalog.has_changes(repository).await? {
        return Ok(());
    }
    if services.settings.get().await?.is_built_by_uploads(repository) {
        services.request_build(repository).await
    } else {
        services.catalog.note_stuck(repository).await
    }
}

/// Notes a repository of which a file may have been registered and not announced yet. Whoever takes a file out does that before, or
/// there would be nothing to build, and what was taken out would wait for a build for ever.
///
/// # Errors
/// Whatever a service answers.
pub async fn note_unannounced(
    services: &Services,
    repository: &RepoPath,
    kind: RepositoryKind,
) -> colca_store::Result<()> {
    match services.catalog.repository(repository).await? {
        Some(_) => Ok(()),
        None => services.catalog.note_file(repository, kind, services.clock.now()).await,
    }
}

/// Makes files that were registered together visible in the listings, and notes their repository, once for all of them.
/// Harmless to repeat, and repeated by whoever imports them until it was done once.
///
/// # Errors
/// Whatever a service answers.
pub async fn announce_all(
    services: &Services,
    repository: &RepoPath,
    kind: RepositoryKind,
    archs: BTreeSet<Arch>,
) -> colca_store::Result<()> {
    let catalog = &services.catalog;
    let mut noted = Vec::new();
    for arch in archs {
        if catalog.has_binaries(repository, &arch).await? {
            catalog.record_levels(repository, &arch).await?;
            noted.push(arch);
        }
    }
    if noted.is_empty() {
        return Ok(());
    }
    catalog.note_file(repository, kind, services.clock.now()).await?;
    let mut gone = Vec::new();
    for arch in noted {
        if !catalog.has_binaries(repository, &arch).await? {
            gone.push(arch);
        }
    }
    if !gone.is_empty() {
        tidy_up(services, repository, gone).await?;
    }
    Ok(())
}

/// Has all that imports have registered in a repository listed, whoever of them died before that, and published, as far as the
/// configuration says that uploads do.
///
/// # Errors
/// Whatever a service answers.
pub async fn announce_end(services: &Services, repository: &RepoPath) -> colca_store::Result<()> {
    let catalog = &services.catalog;
    let archs = catalog.archs_of_version(&repository.version_level()).await?;
    let kind = catalog.kind_of_packages(repository).await?.unwrap_or(RepositoryKind::Raw);
    announce_all(services, repository, kind, archs).await?;
    have_built(services, repository).await?;
    for kind in [RepositoryKind::Rpm, RepositoryKind::Deb] {
        wake(services, repository, kind).await?;
    }
    Ok(())
}
