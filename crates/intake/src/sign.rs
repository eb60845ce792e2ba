//! Rpms that are signed when they come in: a new signature header, and all else as it was uploaded.

use colca_model::Sha256;
use colca_runtime::{Services, SigningKey};
use colca_signing::RpmHeaders;
use colca_store::ObjectKey;
use sha2::Digest;

use crate::contents::{Contents, Subject, beginning};
use crate::refusal::Refusal;

/// A signed package.
pub struct Signed {
    /// Where its bytes lie.
    pub key: ObjectKey,
    /// How many there are.
    pub size: u64,
    /// Their SHA-256.
    pub sha256: Sha256,
    /// What it is.
    pub contents: Contents,
}

/// Writes a signed copy of an rpm to where nobody else looks; whoever asked for it deletes it in the end. Memory stays flat
/// at any size.
///
/// # Errors
/// [`Refusal`] if it is no good rpm.
pub async fn sign(
    services: &Services,
    key: &SigningKey,
    incoming: &ObjectKey,
    subject: Subject<'_>,
) -> Result<Signed, Refusal> {
    let locate = |bytes: &[u8]| Ok(colca_rpmmd::HeaderExtent::locate(bytes, subject.size)?.needed());
    let bytes = beginning(services, incoming, subject.size, locate).await?;
    let headers = RpmHeaders::parse(&bytes)?;
    let signed = key.sign(headers.request(key.public(), services.clock.now())).await?;
    let rest = usize::try_from(signed.replaces).ok().and_then(|replaces| bytes.get(replaces..)).unwrap_or_default();
    let mut beginning = signed.start.clone();
    beginning.extend(rest);
    let size = subject.size - signed.replaces + signed.start.len() as u64;
    let contents = Contents::rpm(&beginning, size)?;

    let copy = ObjectKey::Received { upload: services.ids.upload_id() };
    let mut receiver = services.objects.receive(copy.clone());
    let mut digest = sha2::Sha256::new();
    digest.update(&signed.start);
    let written = async {
        receiver.push(&signed.start).await?;
        let mut at = signed.replaces;
        while at < subject.size {
            let end = subject.size.min(at + PIECE);
            let piece = services.objects.read_range(incoming, at, end).await;
            let piece = piece.map_err(|error| Refusal::of_source(incoming, error))?;
            digest.update(&piece);
            receiver.push(&piece).await?;
            at = end;
        }
        Ok::<_, Refusal>(())
    };
    if let Err(error) = written.await {
        receiver.abort().await;
        return Err(error);
    }
    receiver.finish().await?;
    Ok(Signed { key: copy, size, sha256: Sha256::new(digest.finalize().into()), contents })
}

/// The signed package that an earlier delivery of the same message has put in its place: signed at another moment, and
/// perhaps by another key, so it has other bytes.
pub(crate) async fn as_it_lies(services: &Services, key: ObjectKey) -> Result<Signed, Refusal> {
    let head = services.objects.head(&key).await?.ok_or_else(|| colca_store::Error::not_found(&key))?;
    let locate = |bytes: &[u8]| Ok(colca_rpmmd::HeaderExtent::locate(bytes, head.size)?.needed());
    let contents = Contents::rpm(&beginning(services, &key, head.size, locate).await?, head.size)?;
    let mut digest = sha2::Sha256::new();
    let take = |piece: &[u8]| {
        digest.update(piece);
        true
    };
    services.objects.stream(&key, 0, take).await?;
    Ok(Signed { key, size: head.size, sha256: Sha256::new(digest.finalize().into()), contents })
}

/// How much is read at once, in bytes.
const PIECE: u64 = 8 * 1024 * 1024;
