//! Entering files into the catalog as an import does, and taking them out again.

use colca_intake::keep_fragments;
use colca_model::{Binary, RepoPath, RepositoryKind, Upload, UploadRequest, UploadState};
use colca_runtime::{Error, Services};
use colca_store::{Known, Name, ObjectKey, PackageRow, Registered, Registration, StoredFragments};
use futures::{StreamExt, TryStreamExt, stream};

use crate::file::{self, File};

/// How many are entered by one transaction, and how many bytes of metadata at most.
const TOGETHER: usize = 16;
const LONGEST: usize = 3_000_000;

/// How many transactions are made at once.
const AT_ONCE: usize = 4;

/// Enters files, each under the architecture that it says it is for.
pub(crate) async fn register(services: &Services, repository: &RepoPath, files: Vec<String>) -> Result<(), Error> {
    let kind = RepositoryKind::of(&file::name(files.first().ok_or("no files")?)?);
    services.catalog.note_file(repository, kind, services.clock.now()).await?;
    let all = files.chunks(TOGETHER).map(|files| register_some(services, repository, files));
    stream::iter(all).buffer_unordered(AT_ONCE).try_collect::<()>().await
}

async fn register_some(services: &Services, repository: &RepoPath, paths: &[String]) -> Result<(), Error> {
    let files = paths.iter().map(|path| File::read(path, repository)).collect::<Result<Vec<_>, _>>()?;
    let name = |file: &File| Name {
        arch: file.arch.clone(),
        filename: file.filename.clone(),
        key: file.key(repository).path(),
        identity: None,
    };
    let known = services.catalog.known(repository, &files.iter().map(name).collect::<Vec<_>>()).await?;
    let (mut some, mut length) = (Vec::new(), 0);
    for (file, known) in files.into_iter().zip(known) {
        let (registration, upload) = registration(services, repository, file, &known).await?;
        let bytes = match registration.package.as_ref().map(|package| &package.fragments) {
            Some(StoredFragments::Inline(bytes)) => bytes.len(),
            Some(StoredFragments::Object(_)) | None => 0,
        };
        length += bytes;
        if length > LONGEST {
            enter(services, std::mem::take(&mut some)).await?;
            length = bytes;
        }
        some.push((registration, upload));
    }
    enter(services, some).await
}

async fn enter(services: &Services, some: Vec<(Registration, Upload)>) -> Result<(), Error> {
    let (now, keep) = (services.clock.now(), services.config.retention);
    let registered = services.catalog.register_all(&services.jobs, some, now, keep).await?;
    if registered == Registered::Done { Ok(()) } else { Err(format!("not registered: {registered:?}").into()) }
}

async fn registration(
    services: &Services,
    repository: &RepoPath,
    file: File,
    known: &Known,
) -> Result<(Registration, Upload), Error> {
    let (now, id) = (services.clock.now(), services.ids.upload_id());
    let key = file.key(repository).path();
    let File { filename, bytes, sha256, arch, format, fragments, .. } = file;
    let size = bytes.len() as u64;
    let request = UploadRequest {
        repository: repository.clone(),
        arch: arch.clone(),
        filename: filename.clone(),
        size,
        sha256,
        sha512: None,
        force: true,
    };
    let (state, built_by) = (UploadState::Pending, "bench".to_owned());
    let upload =
        Upload { id: id.clone(), request, state, built_by: built_by.clone(), created_at: now, multipart: None };
    let binary = Binary {
        repository: repository.clone(),
        arch: arch.clone(),
        filename: filename.clone(),
        size,
        sha256,
        sha512: None,
        signed: None,
        nevra: None,
        is_package: true,
        key: key.clone(),
        upload: id.clone(),
        asked_again: None,
        built_by,
        created: now,
        modified: now,
        version: known.deleted + 1,
    };
    let package = PackageRow {
        arch,
        filename,
        upload: id.clone(),
        version: binary.version,
        created: now,
        path: ObjectKey::below(repository, &key).to_owned(),
        format,
        fragments: keep_fragments(services, Some(fragments), &key, &id).await?,
        signed: false,
        gathered: None,
    };
    Ok((Registration { binary, replaces: None, package: Some(package), claim: None, notes: vec![] }, upload))
}

/// Takes files out again.
pub(crate) async fn unregister(services: &Services, repository: &RepoPath, files: Vec<String>) -> Result<(), Error> {
    for path in files {
        let File { filename, arch, .. } = File::read(&path, repository)?;
        let binary = services.catalog.binary(repository, &arch, &filename).await?.ok_or(format!("no {path}"))?;
        services.catalog.unregister(&binary, services.ids.upload_id()).await?;
    }
    Ok(())
}
