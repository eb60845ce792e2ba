//! Entering files into the catalog as an upload does, and taking them out again.

use colca_intake::keep_fragments;
use colca_model::{Binary, RepoPath, RepositoryKind, Upload, UploadRequest, UploadState};
use colca_runtime::{Error, Services};
use colca_store::{ObjectKey, PackageRow, Registered, Registration};
use futures::{StreamExt, TryStreamExt, stream};

use crate::file::{self, File};

/// How many are entered at once.
const AT_ONCE: usize = 16;

/// Enters files, each under the architecture that it says it is for.
pub(crate) async fn register(services: &Services, repository: &RepoPath, files: Vec<String>) -> Result<(), Error> {
    let kind = RepositoryKind::of(&file::name(files.first().ok_or("no files")?)?);
    services.catalog.note_file(repository, kind, services.clock.now()).await?;
    let all = files.iter().map(|file| register_one(services, repository, file));
    stream::iter(all).buffer_unordered(AT_ONCE).try_collect::<()>().await
}

async fn register_one(services: &Services, repository: &RepoPath, file: &str) -> Result<(), Error> {
    let (now, id) = (services.clock.now(), services.ids.upload_id());
    let read = File::read(file, repository)?;
    let key = read.key(repository);
    let File { filename, bytes, sha256, arch, format, fragments, .. } = read;
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
    services.jobs.add_upload(&upload, now).await?;
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
        key: key.path(),
        upload: id.clone(),
        built_by,
        created: now,
        modified: now,
        version: services.catalog.deleted_version(repository, &arch, &filename).await? + 1,
    };
    let package = PackageRow {
        arch,
        filename,
        upload: id.clone(),
        version: binary.version,
        created: now,
        path: ObjectKey::below(repository, &key.path()).to_owned(),
        format,
        fragments: keep_fragments(services, Some(fragments), &key.path(), &id).await?,
        signed: false,
        gathered: None,
    };
    let registration = Registration { binary, replaces: None, package: Some(package), claim: None, notes: vec![] };
    let registered = services.catalog.register(&services.jobs, registration, now, services.config.retention).await?;
    services.jobs.upload_is_announced(&id).await?;
    if registered == Registered::Done { Ok(()) } else { Err(format!("{file}: {registered:?}").into()) }
}

/// Takes files out again.
pub(crate) async fn unregister(services: &Services, repository: &RepoPath, files: Vec<String>) -> Result<(), Error> {
    for file in files {
        let File { filename, arch, .. } = File::read(&file, repository)?;
        let binary = services.catalog.binary(repository, &arch, &filename).await?.ok_or(format!("no {file}"))?;
        services.catalog.unregister(&binary, services.ids.upload_id()).await?;
    }
    Ok(())
}
