//! Entering a file into the catalog and having its repository built.

use colca_model::{Binary, RepositoryKind, Upload, UploadState};
use colca_rpmmd::{Location, Package};
use colca_runtime::Services;
use colca_store::{ObjectKey, PackageRow, Registered, Registration, StoredFragments};

use crate::notes::notes;
use crate::place::{self, Placed};
use crate::refusal::Refusal;

/// How often somebody else may register the same name at the same time before we let the queue try again.
const TRIES: usize = 4;

/// Registers a file, ends its upload, and asks for a build.
pub(crate) async fn register(
    services: &Services,
    upload: &Upload,
    incoming: &ObjectKey,
    package: Option<&Package>,
) -> Result<(), Refusal> {
    let request = &upload.request;
    let kind = if package.is_some() { RepositoryKind::Rpm } else { RepositoryKind::Raw };
    services.catalog.record_levels(&request.repository, &request.arch).await?;

    for _ in 0..TRIES {
        let before = services.catalog.binary(&request.repository, &request.arch, &request.filename).await?;
        match &before {
            Some(binary) if binary.sha256 == request.sha256 => return same_again(services, upload, kind).await,
            Some(binary) if !request.force => {
                place::withdraw(services, upload, package).await?;
                return Err(Refusal::Rejected(format!(
                    "filename: {} is registered with other bytes (sha256 {}) and \"force\" was not used",
                    request.filename, binary.sha256
                )));
            }
            // Of two that may replace it, the later ticket wins, however late the other's message is delivered again.
            Some(binary) if binary.upload > upload.id => {
                place::withdraw(services, upload, package).await?;
                return Err(Refusal::Rejected(format!(
                    "filename: {} was replaced meanwhile by upload {}, whose ticket is newer",
                    request.filename, binary.upload
                )));
            }
            _ => {}
        }
        let placed = place::place(services, upload, incoming, package, before.is_some()).await?;
        if let Some(binary) = &before {
            place::note_replaced(services, binary).await?;
        }
        let registration = registration(services, upload, package, before, placed).await?;
        let now = services.clock.now();
        match services.catalog.register(&services.jobs, registration, now, services.config.retention).await? {
            Registered::Done => return Ok(services.builds.request(&request.repository, kind, now).await?),
            Registered::NameTaken => {}
            // Another delivery of our message did all this, or is about to ask for the build.
            Registered::UploadEnded => return Ok(()),
        }
    }
    place::withdraw(services, upload, package).await?;
    Err(Refusal::Failed(colca_store::Error::contended(&request.filename)))
}

/// The same bytes are registered under this name already: there is nothing to build, but for what another upload
/// has registered and may have died before asking for.
async fn same_again(services: &Services, upload: &Upload, kind: RepositoryKind) -> Result<(), Refusal> {
    let repository = &upload.request.repository;
    let now = services.clock.now();
    let end = UploadState::Registered { notes: vec!["the same bytes were registered already".to_owned()] };
    services.jobs.end_upload(&upload.id, &end, now, services.config.retention).await?;
    if services.catalog.has_changes(repository).await? {
        services.builds.request(repository, kind, now).await?;
    }
    Ok(())
}

async fn registration(
    services: &Services,
    upload: &Upload,
    package: Option<&Package>,
    before: Option<Binary>,
    placed: Placed,
) -> Result<Registration, Refusal> {
    let request = &upload.request;
    let now = services.clock.now();
    let binary = Binary {
        repository: request.repository.clone(),
        arch: request.arch.clone(),
        filename: request.filename.clone(),
        size: request.size,
        sha256: request.sha256,
        sha512: request.sha512,
        nevra: package.map(|package| package.nevra().clone()),
        key: placed.key.path(),
        upload: upload.id.clone(),
        built_by: upload.built_by.clone(),
        created: before.as_ref().map_or(now, |before| before.created),
        modified: now,
        version: before.map_or(1, |before| before.version + 1),
    };
    let mut notes = notes(upload, package);
    if placed.is_taken {
        let directory = package.map_or(request.arch.as_str(), Package::arch_dir);
        notes.push(format!(
            "{directory}/{} was uploaded before for another arch: the repository lists the one registered first",
            request.filename
        ));
    }
    let row = match package {
        Some(package) => Some(package_row(services, &binary, package, placed.href).await?),
        None => None,
    };
    Ok(Registration { binary, package: row, notes })
}

/// The metadata of a package: in the item if it fits, else in an object beside.
async fn package_row(
    services: &Services,
    binary: &Binary,
    package: &Package,
    href: String,
) -> Result<PackageRow, Refusal> {
    let directory = package.arch_dir();
    let href = if binary.repository.has_single_repodata() { format!("{directory}/{href}") } else { href };
    let location = Location { href, size: binary.size, sha256: binary.sha256, file_time: binary.modified.as_second() };
    let bytes = package.fragments(&location).to_bytes();
    let fragments = if bytes.len() <= StoredFragments::INLINE {
        StoredFragments::Inline(bytes)
    } else {
        let key = ObjectKey::Fragments { upload: binary.upload.clone() };
        services.objects.write(&key, bytes).await?;
        StoredFragments::Object(key.path())
    };
    Ok(PackageRow {
        arch: binary.arch.clone(),
        filename: binary.filename.clone(),
        directory: directory.to_owned(),
        version: binary.version,
        created: binary.created,
        fragments,
    })
}
