//! Giving a file its public place and entering it into the catalog.

use colca_model::{Binary, RepositoryKind, Sha256, Upload, UploadId};
use colca_rpmmd::{Location, Package};
use colca_runtime::Services;
use colca_store::{Copied, ErrorKind, Garbage, ObjectKey, Owner, PackageRow, Registration, StoredFragments};
use sha2::Digest;

use crate::refusal::Refusal;

/// How often somebody else may register the same name at the same time before we let the queue try again.
const TRIES: usize = 4;

/// Registers a file and has its repository built; gives notes for the uploader.
pub(crate) async fn register(
    services: &Services,
    upload: &Upload,
    incoming: &ObjectKey,
    package: Option<&Package>,
) -> Result<Vec<String>, Refusal> {
    let request = &upload.request;
    let kind = if package.is_some() { RepositoryKind::Rpm } else { RepositoryKind::Raw };
    services.catalog.record_levels(&request.repository, &request.arch).await?;

    let mut tries = 0;
    loop {
        let before = services.catalog.binary(&request.repository, &request.arch, &request.filename).await?;
        match &before {
            Some(binary) if binary.sha256 == request.sha256 => {
                // Ours from an attempt that died halfway, or the same bytes again: then there is nothing to build.
                if services.catalog.has_changes(&request.repository).await? {
                    services.builds.request(&request.repository, kind, services.clock.now()).await?;
                }
                return Ok(notes(upload, package));
            }
            Some(binary) if !request.force => {
                return Err(Refusal::Rejected(format!(
                    "filename: {} is registered with other bytes (sha256 {}) and \"force\" was not used",
                    request.filename, binary.sha256
                )));
            }
            _ => {}
        }
        let placed = place(services, upload, incoming, package, before.is_some()).await?;
        if let Some(binary) = &before {
            discard(services, binary).await?;
        }
        let registration = registration(services, upload, package, before, placed.clone()).await?;
        match services.catalog.register(&registration).await {
            Ok(()) => break,
            Err(error) if error.kind() == ErrorKind::Conflict => {
                take_back(services, upload, &placed).await?;
                tries += 1;
                if tries == TRIES {
                    return Err(error.into());
                }
            }
            Err(error) => return Err(error.into()),
        }
    }
    services.builds.request(&request.repository, kind, services.clock.now()).await?;
    Ok(notes(upload, package))
}

/// Where a file was put.
#[derive(Clone)]
struct Placed {
    key: ObjectKey,
    /// Relative to the directory of the architecture.
    href: String,
    created: bool,
}

/// Copies the bytes to where the public reads them, over nobody else's.
async fn place(
    services: &Services,
    upload: &Upload,
    incoming: &ObjectKey,
    package: Option<&Package>,
    replaces: bool,
) -> Result<Placed, Refusal> {
    let request = &upload.request;
    let directory = package.map_or(request.arch.as_str(), Package::arch_dir);
    let at = |replacement: Option<UploadId>| ObjectKey::File {
        repository: request.repository.clone(),
        directory: directory.to_owned(),
        filename: request.filename.clone(),
        replacement,
    };
    let copy = async |key: &ObjectKey| services.objects.copy_new(incoming, key, request.size, request.sha256).await;

    if !replaces {
        let key = at(None);
        let copied = copy(&key).await?;
        if copied != Copied::Taken {
            return Ok(Placed { key, href: request.filename.to_string(), created: copied == Copied::Created });
        }
    }
    let key = at(Some(upload.id.clone()));
    let copied = copy(&key).await?;
    Ok(Placed { key, href: format!("{}/{}", upload.id, request.filename), created: copied == Copied::Created })
}

/// Removes our copy after somebody else registered the name first, unless they registered this very copy (they are
/// then another delivery of our message). Nobody can come to use it later: either it has a key of its own, or it
/// has the plain one, which only the first registration of a name leads to.
async fn take_back(services: &Services, upload: &Upload, placed: &Placed) -> Result<(), Refusal> {
    let request = &upload.request;
    let winner = services.catalog.binary(&request.repository, &request.arch, &request.filename).await?;
    if placed.created && winner.is_none_or(|binary| binary.key != placed.key.path()) {
        services.objects.delete(&placed.key).await?;
    }
    Ok(())
}

/// Has the bytes of a file deleted after the grace period, unless the catalog still names them then: this is
/// noted before the catalog changes, so that a crash in between forgets nothing.
async fn discard(services: &Services, binary: &Binary) -> Result<(), Refusal> {
    let Binary { repository, arch, filename, key, .. } = binary.clone();
    let garbage = Garbage { key, owner: Owner::File { repository, arch, filename } };
    let due = services.clock.now() + services.config.grace;
    Ok(services.jobs.discard([garbage], due).await?)
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
        built_by: upload.built_by.clone(),
        created: before.as_ref().map_or(now, |before| before.created),
        modified: now,
        version: before.map_or(1, |before| before.version + 1),
    };
    let package = match package {
        Some(package) => Some(package_row(services, &binary, package, placed.href).await?),
        None => None,
    };
    Ok(Registration { upload: upload.id.clone(), binary, package })
}

/// The metadata of a package: in the item if it fits, else in an object beside.
async fn package_row(
    services: &Services,
    binary: &Binary,
    package: &Package,
    href: String,
) -> Result<PackageRow, Refusal> {
    let directory = package.arch_dir();
    let below_top = binary.repository.has_single_repodata();
    let href = if below_top { format!("{directory}/{href}") } else { href };
    let location = Location { href, size: binary.size, sha256: binary.sha256, file_time: binary.modified.as_second() };
    let bytes = package.fragments(&location).to_bytes();
    let fragments = if bytes.len() <= StoredFragments::INLINE {
        StoredFragments::Inline(bytes)
    } else {
        let digest = Sha256::new(sha2::Sha256::digest(&bytes).into());
        let key = ObjectKey::Fragments { package: binary.sha256, fragments: digest };
        services.objects.write(&key, bytes).await?;
        StoredFragments::Object(key.path())
    };
    Ok(PackageRow {
        arch: binary.arch.clone(),
        filename: binary.filename.clone(),
        directory: directory.to_owned(),
        created: binary.created,
        fragments,
    })
}

/// What is worth knowing, but no reason to refuse.
fn notes(upload: &Upload, package: Option<&Package>) -> Vec<String> {
    let Some(package) = package else { return vec![] };
    let request = &upload.request;
    let mut notes = vec![];
    let usual = package.nevra().file_name();
    if usual != request.filename.as_str() {
        notes.push(format!("the file is named {}, its header says {usual}", request.filename));
    }
    let directory = package.arch_dir();
    if directory != request.arch.as_str() && !package.is_source() {
        notes.push(format!("it was uploaded as {}, its header says {directory}: published there", request.arch));
    }
    notes
}
