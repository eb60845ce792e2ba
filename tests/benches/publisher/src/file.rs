//! What a file says of itself.

use std::fs;
use std::path::Path;

use colca_apt::{Fragment, pool_directory};
use colca_model::{Arch, Filename, RepoPath, Sha256};
use colca_rpmmd::{Location, Package};
use colca_runtime::{Error, Services};
use colca_store::{Format, ObjectKey};
use sha2::Digest;

/// A package on the disk.
pub(crate) struct File {
    pub(crate) filename: Filename,
    pub(crate) bytes: Vec<u8>,
    pub(crate) sha256: Sha256,
    pub(crate) arch: Arch,
    /// Where it lies in its repository.
    pub(crate) directory: String,
    pub(crate) format: Format,
    pub(crate) fragments: Vec<u8>,
}

impl File {
    /// Reads one for a repository.
    pub(crate) fn read(path: &str, repository: &RepoPath) -> Result<Self, Error> {
        let (filename, bytes) = (name(path)?, fs::read(path)?);
        let (size, sha256) = (bytes.len() as u64, Sha256::new(sha2::Sha256::digest(&bytes).into()));
        if filename.is_rpm() {
            let package = Package::parse(&bytes, size)?;
            let directory = package.arch_dir().to_owned();
            let href =
                if repository.has_single_repodata() { format!("{directory}/{filename}") } else { filename.to_string() };
            let location = Location { href, size, sha256, file_time: 0 };
            let fragments = package.fragments(&location).to_bytes();
            let (arch, format) = (directory.parse()?, Format::Rpm(directory.clone()));
            return Ok(Self { filename, bytes, sha256, arch, directory, format, fragments });
        }
        let package = colca_apt::Package::parse(&bytes, size)?;
        let fragment = Fragment::of_package(&package, filename.as_str(), size, sha256);
        let directory = pool_directory("main", &fragment.source);
        let (arch, format, fragments) = (fragment.architecture.parse()?, Format::Deb, fragment.to_bytes());
        Ok(Self { filename, bytes, sha256, arch, directory, format, fragments })
    }

    /// Its key in a repository.
    pub(crate) fn key(&self, repository: &RepoPath) -> ObjectKey {
        ObjectKey::File {
            repository: repository.clone(),
            directory: self.directory.clone(),
            filename: self.filename.clone(),
            replacement: None,
        }
    }

    /// Puts its bytes where clients fetch them.
    pub(crate) async fn put(self, services: &Services, repository: &RepoPath) -> Result<(), Error> {
        let key = self.key(repository);
        services.objects.write(&key, self.bytes).await?;
        Ok(())
    }
}

/// The name of the file at a path.
pub(crate) fn name(path: &str) -> Result<Filename, Error> {
    Ok(Path::new(path).file_name().and_then(|name| name.to_str()).ok_or("no name")?.parse()?)
}
