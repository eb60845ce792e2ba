//! What is entered into the catalog of a file.

use colca_model::{Binary, Upload, UploadId};
use colca_runtime::Services;
use colca_store::{Format, ObjectKey, PackageRow, Registration, StoredFragments};

use crate::contents::Subject;
use crate::notes::notes;
use crate::place::{Placed, Target, note_unfinished};
use crate::refusal::Refusal;
use crate::register::{Arrived, Way};

/// What is entered of a file that has its place; it makes no claim yet.
pub(crate) async fn registration(
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
        asked_again: None,
        built_by: upload.built_by.clone(),
        created: before.as_ref().map_or(now, |before| before.created),
        modified: now,
        version: before.as_ref().map_or(deleted, |before| before.version) + 1,
    };
    let mut notes = notes(upload, contents);
    if placed.is_taken && before.is_none() {
        let directory = contents.directory(&request.arch);
        notes.push(format!(
            "{directory}/{} was uploaded before for another arch: the repository lists the one registered first",
            request.filename
        ));
    }
    let package = match format {
        Some(format) => Some(package_row(services, &binary, arrived, format, placed.href).await?),
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
    arrived: &Arrived,
    format: Format,
    href: String,
) -> Result<PackageRow, Refusal> {
    let Binary { repository, arch, filename, .. } = binary;
    let (size, sha256) = binary.published();
    let subject = Subject { repository, filename, size };
    let fragments = arrived.contents.fragments(subject, sha256, href, binary.modified.as_second());
    if arrived.way == Way::Import && fragments.as_ref().is_some_and(|bytes| bytes.len() > StoredFragments::INLINE) {
        let target = Target { upload: &binary.upload, repository, arch, filename };
        note_unfinished(services, &[(target, ObjectKey::Fragments { upload: binary.upload.clone() })]).await?;
    }
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
