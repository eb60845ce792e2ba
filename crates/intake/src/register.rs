//! Entering a file into the catalog.

use colca_model::{Binary, Upload, UploadState};
use colca_rpmmd::{Location, Package};
use colca_runtime::Services;
use colca_store::{ObjectKey, PackageRow, Registered, Registration, StoredFragments};

use crate::announce::announce;
use crate::contents::Contents;
use crate::notes::notes;
use crate::place::{self, Placed};
use crate::refusal::Refusal;

/// How often somebody else may register the same name at the same time before we let the queue try again.
const TRIES: usize = 4;

/// How a file got in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// Nothing was registered under its name.
    New,
    /// It replaced other bytes.
    Replaced,
    /// The same bytes were registered already.
    SameAgain,
    /// Another delivery of its message did, or does, all this.
    Ended,
}

/// Reads what the verified bytes under `incoming` say of themselves, registers them, ends their upload, and has all that
/// follows done. The bytes are copied, and left where they are.
///
/// # Errors
/// [`Refusal`], with words for the uploader unless a service failed.
pub async fn take_in(services: &Services, upload: &Upload, incoming: &ObjectKey) -> Result<Taken, Refusal> {
    let contents = Contents::read(services, incoming, &upload.request).await?;
    let request = &upload.request;
    for _ in 0..TRIES {
        let before = services.catalog.binary(&request.repository, &request.arch, &request.filename).await?;
        let deleted = match &before {
            Some(binary) if binary.sha256 == request.sha256 => return same_again(services, upload, binary).await,
            Some(binary) => {
                if let Err(refusal) = may_replace(upload, binary) {
                    place::withdraw(services, upload, &contents).await?;
                    return Err(refusal);
                }
                0
            }
            None => services.catalog.deleted_version(&request.repository, &request.arch, &request.filename).await?,
        };
        let taken = if before.is_some() { Taken::Replaced } else { Taken::New };
        match enter(services, upload, incoming, &contents, before, deleted).await {
            Ok(Registered::Done) => {
                announce(services, upload).await?;
                return Ok(taken);
            }
            Ok(Registered::UploadEnded) => return Ok(Taken::Ended),
            // What was copied may be left with nobody to name it.
            Ok(Registered::NameTaken) => place::withdraw(services, upload, &contents).await?,
            Err(refusal) => {
                place::withdraw(services, upload, &contents).await?;
                return Err(refusal);
            }
        }
    }
    Err(Refusal::Failed(colca_store::Error::contended(&request.filename)))
}

/// Gives the bytes their place and enters them, if what is registered and deleted is still what it was.
async fn enter(
    services: &Services,
    upload: &Upload,
    incoming: &ObjectKey,
    contents: &Contents,
    before: Option<Binary>,
    deleted: u64,
) -> Result<Registered, Refusal> {
    let placed = place::place(services, upload, incoming, contents, before.is_some()).await?;
    if let Some(binary) = &before {
        place::note_superseded(services, binary).await?;
    }
    let registration = registration(services, upload, contents, before, deleted, placed).await?;
    let now = services.clock.now();
    Ok(services.catalog.register(&services.jobs, registration, now, services.config.retention).await?)
}

/// Of two that may replace a file, the later ticket wins, however late the other's message is delivered again.
fn may_replace(upload: &Upload, binary: &Binary) -> Result<(), Refusal> {
    let filename = &upload.request.filename;
    if !upload.request.force {
        return Err(Refusal::NameTaken(format!(
            "filename: {filename} is registered with other bytes (sha256 {}) and \"force\" was not used",
            binary.sha256
        )));
    }
    if binary.upload > upload.id {
        return Err(Refusal::Rejected(format!(
            "filename: {filename} was replaced meanwhile by upload {}, whose ticket is newer",
            binary.upload
        )));
    }
    Ok(())
}

/// The same bytes are registered under this name already: there is nothing to build, but for what another upload
/// has registered and may have died before announcing.
async fn same_again(services: &Services, upload: &Upload, binary: &Binary) -> Result<Taken, Refusal> {
    if let (None, Some(sha512)) = (binary.sha512, upload.request.sha512) {
        services.catalog.set_sha512(binary, sha512).await?;
    }
    let now = services.clock.now();
    let end = UploadState::Registered { notes: vec!["the same bytes were registered already".to_owned()] };
    services.jobs.end_upload(&upload.id, &end, now, services.config.retention).await?;
    announce(services, upload).await?;
    Ok(Taken::SameAgain)
}

async fn registration(
    services: &Services,
    upload: &Upload,
    contents: &Contents,
    before: Option<Binary>,
    deleted: u64,
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
        nevra: contents.nevra(),
        key: placed.key.path(),
        upload: upload.id.clone(),
        built_by: upload.built_by.clone(),
        created: before.as_ref().map_or(now, |before| before.created),
        modified: now,
        version: before.as_ref().map_or(deleted, |before| before.version) + 1,
    };
    let mut notes = notes(upload, contents.rpm());
    if placed.is_taken {
        let directory = contents.directory(&request.arch);
        notes.push(format!(
            "{directory}/{} was uploaded before for another arch: the repository lists the one registered first",
            request.filename
        ));
    }
    let row = match contents.rpm() {
        Some(package) => Some(package_row(services, &binary, package, placed.href).await?),
        None => None,
    };
    Ok(Registration { binary, replaces: before, package: row, notes })
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
