//! An archive of Debian packages has one file of each name, version and architecture. Clients take any other for the same.

use colca_model::{Upload, UploadId, UploadRequest};
use colca_runtime::Services;
use colca_store::{Claim, Identity};

use crate::refusal::Refusal;

/// The claim that a file is to make, and the one it takes over, which is `made` so far; none if the very bytes have one already.
///
/// # Errors
/// [`Refusal::Rejected`] if another file is that package, naming both.
pub(crate) async fn claim(
    services: &Services,
    upload: &Upload,
    identity: Identity,
    made: Option<Claim>,
) -> Result<Option<(Identity, Option<UploadId>)>, Refusal> {
    let UploadRequest { repository, arch, filename, sha256, .. } = &upload.request;
    let Some(made) = made else { return Ok(Some((identity, None))) };
    let is_own = made.arch == *arch && made.filename == *filename;
    let Claim { arch: other_arch, filename: other, .. } = &made;
    let holder = services.catalog.binary(repository, other_arch, other).await?;
    match holder.filter(|holder| holder.sha256 == made.sha256 && !is_own) {
        None => Ok(Some((identity, Some(made.upload)))),
        Some(holder) if holder.sha256 == *sha256 => Ok(None),
        Some(holder) => {
            let Identity { name, version, architecture } = identity;
            Err(Refusal::Rejected(format!(
                "filename: {filename} (sha256 {sha256}) is {name} {version} {architecture}, and so is {other_arch}/{other} (sha256 \
                 {}): an archive can have but one. Delete that one first, or give this one another version",
                holder.sha256
            )))
        }
    }
}
