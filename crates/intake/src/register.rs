//! Entering a file into the catalog.

use colca_model::{Binary, SignedBytes, Upload, UploadId, UploadRequest, UploadState};
use colca_runtime::Services;
use colca_store::{Format, ObjectKey, PackageRow, Registered, Registration, StoredFragments};

use crate::announce::announce;
use crate::claim::claim;
use crate::contents::{Contents, Subject};
use crate::notes::notes;
use crate::place::{self, Placed};
use crate::refusal::Refusal;
use crate::sign::{self, Signed};

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

/// What is known of a file before it is registered.
struct Arrived {
    /// Where the bytes lie that are to be published.
    key: ObjectKey,
    contents: Contents,
    /// Length and SHA-256 of what is published, if that is not what was uploaded.
    signed: Option<SignedBytes>,
}

impl Arrived {
    fn signed(Signed { key, size, sha256, contents }: Signed) -> Self {
        Self { key, contents, signed: Some(SignedBytes { size, sha256 }) }
    }
}

/// Reads what the verified bytes under `incoming` say of themselves, registers them, ends their upload, and has all that
/// follows done. The bytes are copied, and left where they are.
///
/// # Errors
/// [`Refusal`], with words for the uploader unless a service failed.
pub async fn take_in(services: &Services, upload: &Upload, incoming: &ObjectKey) -> Result<Taken, Refusal> {
    let settings = services.settings.get().await?;
    let subject = subject(upload);
    let contents = Contents::read(services, &settings, incoming, subject).await?;
    let request = &upload.request;
    let signing = settings.signing(&request.repository.project);
    let mut arrived = Arrived { key: incoming.clone(), contents, signed: None };
    if signing.packages && arrived.contents.as_rpm().is_some() {
        // What is registered already need not be signed again.
        if let Some(binary) = services.catalog.binary(&request.repository, &request.arch, &request.filename).await?
            && binary.sha256 == request.sha256
        {
            return same_again(services, upload, &binary).await;
        }
        // An rpm has room for one signature.
        let keys = services.signing_keys.get(&signing.keys[..1]).await?;
        arrived = Arrived::signed(sign::sign(services, &keys[0], incoming, subject).await?);
    }
    let taken = register(services, upload, &arrived).await;
    if arrived.key != *incoming
        && let Err(error) = services.objects.delete(&arrived.key).await
    {
        // What the client is told stands; the bucket's lifecycle rule takes it.
        tracing::warn!(%error, "Could not delete {}", arrived.key.path());
    }
    taken
}

async fn register(services: &Services, upload: &Upload, arrived: &Arrived) -> Result<Taken, Refusal> {
    let request = &upload.request;
    for _ in 0..TRIES {
        let before = services.catalog.binary(&request.repository, &request.arch, &request.filename).await?;
        let deleted = match &before {
            Some(binary) if binary.sha256 == request.sha256 => return same_again(services, upload, binary).await,
            Some(binary) => {
                if let Err(refusal) = may_replace(upload, binary) {
                    place::withdraw(services, upload, &arrived.contents).await?;
                    return Err(refusal);
                }
                0
            }
            None => services.catalog.deleted_version(&request.repository, &request.arch, &request.filename).await?,
        };
        let taken = if before.is_some() { Taken::Replaced } else { Taken::New };
        match enter(services, upload, arrived, before, deleted).await {
            Ok(Registered::Done) => {
                announce(services, upload).await?;
                return Ok(taken);
            }
            Ok(Registered::UploadEnded) => return Ok(Taken::Ended),
            // What was copied may be left with nobody to name it.
            Ok(Registered::NameTaken) => place::withdraw(services, upload, &arrived.contents).await?,
            Err(refusal) => {
                place::withdraw(services, upload, &arrived.contents).await?;
                return Err(refusal);
            }
        }
    }
    Err(Refusal::Failed(colca_store::Error::contended(&request.filename)))
}

fn subject(upload: &Upload) -> Subject<'_> {
    let UploadRequest { repository, arch, filename, size, sha256, .. } = &upload.request;
    Subject { repository, arch, filename, size: *size, sha256: *sha256 }
}

/// Gives the bytes their place and enters them, if what is registered and deleted is still what it was.
async fn enter(
    services: &Services,
    upload: &Upload,
    arrived: &Arrived,
    before: Option<Binary>,
    deleted: u64,
) -> Result<Registered, Refusal> {
    let claim = match arrived.contents.identity() {
        Some(identity) => claim(services, upload, identity).await?,
        None => None,
    };
    let size = arrived.signed.map_or(upload.request.size, |signed| signed.size);
    let placed = place::place(services, upload, &arrived.key, &arrived.contents, size, before.is_some()).await?;
    if let Some(binary) = &before {
        place::note_superseded(services, binary).await?;
    }
    let as_it_lies;
    let arrived = if arrived.signed.is_some() && placed.was_there {
        as_it_lies = Arrived::signed(sign::as_it_lies(services, placed.key.clone()).await?);
        &as_it_lies
    } else {
        arrived
    };
    let registration = registration(services, upload, arrived, before, deleted, placed).await?;
    let registration = Registration { claim, ..registration };
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
    arrived: &Arrived,
    before: Option<Binary>,
    deleted: u64,
    placed: Placed,
) -> Result<Registration, Refusal> {
    let request = &upload.request;
    let contents = &arrived.contents;
    let now = services.clock.now();
    let format = contents.format(&request.arch);
    let binary = Binary {
        repository: request.repository.clone(),
        arch: request.arch.clone(),
        filename: request.filename.clone(),
        size: request.size,
        sha256: request.sha256,
        sha512: request.sha512,
        signed: arrived.signed,
        nevra: contents.nevra(),
        is_package: format.is_some(),
        key: placed.key.path(),
        upload: upload.id.clone(),
        built_by: upload.built_by.clone(),
        created: before.as_ref().map_or(now, |before| before.created),
        modified: now,
        version: before.as_ref().map_or(deleted, |before| before.version) + 1,
    };
    let mut notes = notes(upload, contents);
    if placed.is_taken {
        let directory = contents.directory(&request.arch);
        notes.push(format!(
            "{directory}/{} was uploaded before for another arch: the repository lists the one registered first",
            request.filename
        ));
    }
    let package = match format {
        Some(format) => Some(package_row(services, &binary, contents, format, placed.href).await?),
        None => None,
    };
    Ok(Registration { binary, replaces: before, package, claim: None, notes })
}

/// Puts what a file contributes to the metadata where it is kept: `fragments`, or the file under `key` itself if it has none.
///
/// # Errors
/// Whatever S3 answers.
pub async fn keep_fragments(
    services: &Services,
    fragments: Option<Vec<u8>>,
    key: &str,
    upload: &UploadId,
) -> colca_store::Result<StoredFragments> {
    Ok(match fragments {
        None => StoredFragments::Object(key.to_owned()),
        Some(bytes) if bytes.len() <= StoredFragments::INLINE => StoredFragments::Inline(bytes),
        Some(bytes) => {
            let key = ObjectKey::Fragments { upload: upload.clone() };
            services.objects.write(&key, bytes).await?;
            StoredFragments::Object(key.path())
        }
    })
}

/// The metadata of a package, for the catalog.
async fn package_row(
    services: &Services,
    binary: &Binary,
    contents: &Contents,
    format: Format,
    href: String,
) -> Result<PackageRow, Refusal> {
    let Binary { repository, arch, filename, .. } = binary;
    let (size, sha256) = binary.published();
    let subject = Subject { repository, arch, filename, size, sha256 };
    let fragments = contents.fragments(subject, href, binary.modified.as_second());
    let fragments = keep_fragments(services, fragments, &binary.key, &binary.upload).await?;
    Ok(PackageRow {
        arch: arch.clone(),
        filename: filename.clone(),
        upload: binary.upload.clone(),
        version: binary.version,
        created: binary.created,
        path: ObjectKey::below(repository, &binary.key).to_owned(),
        format,
        fragments,
        signed: binary.signed.is_some(),
        gathered: None,
    })
}
