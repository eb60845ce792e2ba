//! What a file is, by its own headers, read out of S3 without its payload.

use colca_model::{Arch, Nevra, UploadRequest};
use colca_runtime::Services;
use colca_store::ObjectKey;

use crate::refusal::Refusal;

/// What is read first, in bytes. It holds the whole header of 96 packages in a hundred.
const FIRST: u64 = 64 * 1024;

/// What was uploaded.
pub(crate) enum Contents {
    Rpm(Box<colca_rpmmd::Package>),
    Deb,
    /// Anything else: stored as it is.
    File,
}

impl Contents {
    /// Reads and checks the headers of an upload, which its name says it has.
    pub(crate) async fn read(services: &Services, key: &ObjectKey, request: &UploadRequest) -> Result<Self, Refusal> {
        let size = request.size;
        if request.filename.is_rpm() {
            let locate = |bytes: &[u8]| Ok(colca_rpmmd::HeaderExtent::locate(bytes, size)?.needed());
            let package = colca_rpmmd::Package::parse(&beginning(services, key, size, locate).await?, size)?;
            // It becomes a directory of the repository, beside others that have a meaning of their own.
            Arch::new(package.arch_dir())?;
            return Ok(Self::Rpm(Box::new(package)));
        }
        if request.filename.is_deb() {
            let locate = |bytes: &[u8]| Ok(colca_apt::ControlExtent::locate(bytes, size)?.needed());
            colca_apt::Package::parse(&beginning(services, key, size, locate).await?, size)?;
            return Ok(Self::Deb);
        }
        Ok(Self::File)
    }

    /// The rpm, if it is one.
    pub(crate) fn rpm(&self) -> Option<&colca_rpmmd::Package> {
        match self {
            Self::Rpm(package) => Some(package),
            Self::Deb | Self::File => None,
        }
    }

    /// What an rpm says it is.
    pub(crate) fn nevra(&self) -> Option<Nevra> {
        self.rpm().map(|package| package.nevra().clone())
    }

    /// The directory of the repository it belongs in; `arch` is the one it was uploaded for.
    pub(crate) fn directory<'a>(&'a self, arch: &'a Arch) -> &'a str {
        self.rpm().map_or(arch.as_str(), colca_rpmmd::Package::arch_dir)
    }
}

/// As many bytes from the start of an object as `locate` finds needed: one range GET, or a second one for the exact rest.
async fn beginning(
    services: &Services,
    key: &ObjectKey,
    size: u64,
    locate: impl Fn(&[u8]) -> Result<u64, Refusal>,
) -> Result<Vec<u8>, Refusal> {
    let mut bytes = Vec::new();
    let mut wanted = FIRST.min(size);
    loop {
        let have = bytes.len() as u64;
        if have < wanted {
            bytes.extend(services.objects.read_range(key, have, wanted).await?);
        }
        let needed = locate(&bytes)?;
        if needed <= bytes.len() as u64 {
            return Ok(bytes);
        }
        wanted = needed;
    }
}
