//! Entering files into the catalog as an upload does, but for their bytes.

use std::fs;
use std::path::Path;

use colca_apt::{Fragment, pool_directory};
use colca_intake::keep_fragments;
use colca_model::{Arch, Binary, Filename, RepoPath, RepositoryKind, Sha256, Upload, UploadRequest, UploadState};
use colca_rpmmd::{Location, Package};
use colca_runtime::{Error, Services};
use colca_store::{Format, ObjectKey, PackageRow, Registered, Registration};
use futures::{StreamExt, TryStreamExt, stream};
use sha2::Digest;

/// How many are entered at once.
const AT_ONCE: usize = 16;

/// Enters files, each under the architecture that it says it is for.
pub(crate) async fn register(services: &Services, repository: &RepoPath, files: Vec<String>) -> Result<(), Error> {
    let kind = RepositoryKind::of(&filename(files.first().ok_or("no files")?)?);
    services.catalog.note_file(repository, kind, services.clock.now()).await?;
    let all = files.iter().map(|file| register_one(services, repository, file));
    stream::iter(all).buffer_unordered(AT_ONCE).try_collect::<()>().await
}

async fn register_one(services: &Services, repository: &RepoPath, file: &str) -> Result<(), Error> {
    let (now, id) = (services.clock.now(), services.ids.upload_id());
    let bytes = fs::read(file)?;
    let (size, sha256) = (bytes.len() as u64, Sha256::new(sha2::Sha256::digest(&bytes).into()));
    let filename = filename(file)?;
    let read = read(&bytes, &filename, sha256)?;
    let key = ObjectKey::File {
        repository: repository.clone(),
        directory: read.directory.clone(),
        filename: filename.clone(),
        replacement: None,
    };
    let request = UploadRequest {
        repository: repository.clone(),
        arch: read.arch.clone(),
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
        arch: read.arch.clone(),
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
        version: services.catalog.deleted_version(repository, &read.arch, &filename).await? + 1,
    };
    let package = PackageRow {
        arch: read.arch.clone(),
        filename,
        upload: id.clone(),
        version: binary.version,
        created: now,
        path: ObjectKey::below(repository, &key.path()).to_owned(),
        format: read.format,
        fragments: keep_fragments(services, Some(read.fragments), &key.path(), &id).await?,
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
        let bytes = fs::read(&file)?;
        let filename = filename(&file)?;
        let arch = read(&bytes, &filename, Sha256::new([0; 32]))?.arch;
        let binary = services.catalog.binary(repository, &arch, &filename).await?.ok_or(format!("no {file}"))?;
        services.catalog.unregister(&binary, services.ids.upload_id()).await?;
    }
    Ok(())
}

/// What a file says of itself.
struct Read {
    arch: Arch,
    directory: String,
    format: Format,
    fragments: Vec<u8>,
}

fn read(bytes: &[u8], filename: &Filename, sha256: Sha256) -> Result<Read, Error> {
    let size = bytes.len() as u64;
    if filename.is_rpm() {
        let package = Package::parse(bytes, size)?;
        let directory = package.arch_dir().to_owned();
        let location = Location { href: filename.to_string(), size, sha256, file_time: 0 };
        let fragments = package.fragments(&location).to_bytes();
        return Ok(Read { arch: directory.parse()?, format: Format::Rpm(directory.clone()), directory, fragments });
    }
    let package = colca_apt::Package::parse(bytes, size)?;
    let fragment = Fragment::of_package(&package, filename.as_str(), size, sha256);
    let directory = pool_directory("main", &fragment.source);
    Ok(Read { arch: fragment.architecture.parse()?, directory, format: Format::Deb, fragments: fragment.to_bytes() })
}

fn filename(file: &str) -> Result<Filename, Error> {
    Ok(Path::new(file).file_name().and_then(|name| name.to_str()).ok_or("no name")?.parse()?)
}
