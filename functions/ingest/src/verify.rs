//! Are these the bytes that were announced?

use colca_model::{Sha256, Sha512, Upload};
use colca_runtime::Services;
use colca_store::ObjectKey;
use sha2::Digest;

use crate::refusal::Refusal;

/// Compares length and checksums with the ticket. S3 has verified the SHA-256 of a single PUT, so such a file is
/// not read at all; parts are read once from end to end, and so is a file whose SHA-512 is to be listed.
pub(crate) async fn verify(services: &Services, upload: &Upload, incoming: &ObjectKey) -> Result<(), Refusal> {
    let request = &upload.request;
    let head = services.objects.head(incoming).await?.ok_or(Refusal::NothingArrived)?;
    compare("size", request.size, head.size)?;
    if let (Some(sha256), None) = (head.sha256, request.sha512) {
        return compare("sha256", request.sha256, sha256);
    }
    let (sha256, sha512) = digest(services, incoming, request.sha512.is_some()).await?;
    compare("sha256", request.sha256, sha256)?;
    match (request.sha512, sha512) {
        (Some(announced), Some(found)) => compare("sha512", announced, found),
        _ => Ok(()),
    }
}

fn compare<T: PartialEq + std::fmt::Display>(field: &str, announced: T, found: T) -> Result<(), Refusal> {
    if announced == found {
        return Ok(());
    }
    Err(Refusal::Rejected(format!("{field}: must be that of the ticket, {announced}, got {found}")))
}

async fn digest(
    services: &Services,
    key: &ObjectKey,
    with_sha512: bool,
) -> colca_store::Result<(Sha256, Option<Sha512>)> {
    let mut sha256 = sha2::Sha256::new();
    let mut sha512 = with_sha512.then(sha2::Sha512::new);
    let take = |piece: &[u8]| {
        sha256.update(piece);
        if let Some(sha512) = &mut sha512 {
            sha512.update(piece);
        }
        true
    };
    services.objects.stream(key, 0, take).await?;
    Ok((Sha256::new(sha256.finalize().into()), sha512.map(|digest| Sha512::new(digest.finalize().into()))))
}
