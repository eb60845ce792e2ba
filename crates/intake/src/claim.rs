//! An archive of Debian packages has one file of each name, version and architecture. Clients take any other for the same.

use colca_model::{Arch, Binary, Filename, RepoPath, Sha256, UploadId, UploadRequest};
use colca_runtime::Services;
use colca_store::{Claim, Identity};

use crate::refusal::Refusal;

/// The file that is to be what it claims.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Claimant<'a> {
    repository: &'a RepoPath,
    arch: &'a Arch,
    filename: &'a Filename,
    sha256: Sha256,
}

impl<'a> From<&'a UploadRequest> for Claimant<'a> {
    fn from(UploadRequest { repository, arch, filename, sha256, .. }: &'a UploadRequest) -> Self {
        Self { repository, arch, filename, sha256: *sha256 }
    }
}

impl<'a> From<&'a Binary> for Claimant<'a> {
    fn from(Binary { repository, arch, filename, sha256, .. }: &'a Binary) -> Self {
        Self { repository, arch, filename, sha256: *sha256 }
    }
}

/// The claim that a file is to make, and the one it takes over, which is `made` so far; none if the very bytes have one already.
///
/// # Errors
/// [`Refusal::Rejected`] if another file is that package, naming both.
pub(crate) async fn claim(
    services: &Services,
    file: Claimant<'_>,
    identity: Identity,
    made: Option<Claim>,
) -> Result<Option<(Identity, Option<UploadId>)>, Refusal> {
    let Claimant { repository, arch, filename, sha256 } = file;
    let Some(made) = made else { return Ok(Some((identity, None))) };
    let is_own = made.arch == *arch && made.filename == *filename;
    let Claim { arch: other_arch, filename: other, .. } = &made;
    let holder = services.catalog.binary(repository, other_arch, other).await?;
    match holder.filter(|holder| holder.sha256 == made.sha256 && !is_own) {
        None => Ok(Some((identity, Some(made.upload)))),
        Some(holder) if holder.sha256 == sha256 => Ok(None),
        Some(holder) => {
            let Identity { name, version, architecture } = identity;
            let reason = format!(
                "filename: {filename} (sha256 {sha256}) is {name} {version} {architecture}, and so is {other_arch}/{other} (sha256 \
                 {}): an archive can have but one. Delete that one first, or give this one another version",
                holder.sha256
            );
            Err(Refusal::rejected("duplicate", reason))
        }
    }
}
