//! Are these the bytes that were announced?

use colca_intake::Refusal;
use colca_model::Upload;
use colca_runtime::Services;
use colca_store::{IngestMessage, ObjectKey};
use jiff::SignedDuration;
use tracing::info;

use crate::digester::Digester;

/// How long one message reads. A function ends after fifteen minutes, and others may share it.
const PIECE: SignedDuration = SignedDuration::from_mins(4);

/// When `reap` looks after an upload that is being read: not before the function would have ended.
const LOOK_AFTER: SignedDuration = SignedDuration::from_mins(20);

/// How far the bytes have come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arrival {
    /// They are there, and are what was announced.
    Complete,
    /// They are not there: too early, or dealt with already. Or there are so many that the rest of them is left to a
    /// message of its own.
    Incomplete,
}

/// Compares length and checksums with the ticket. S3 has verified the SHA-256 of a single PUT, so such a file is
/// not read at all; parts are read once from end to end, and so is a file whose SHA-512 is to be listed.
pub(crate) async fn verify(services: &Services, upload: &Upload, incoming: &ObjectKey) -> Result<Arrival, Refusal> {
    let request = &upload.request;
    let Some(head) = services.objects.head(incoming).await? else { return Ok(Arrival::Incomplete) };
    compare("size", request.size, head.size)?;
    if let (Some(sha256), None) = (head.sha256, request.sha512) {
        compare("sha256", request.sha256, sha256)?;
        return Ok(Arrival::Complete);
    }

    let saved = services.jobs.digest_progress(&upload.id).await?;
    let mut digester = Digester::resume(saved, request.sha512.is_some());
    let begin = services.clock.now();
    services.jobs.postpone_upload(&upload.id, begin + LOOK_AFTER).await?;
    let start = digester.bytes();
    if start < request.size {
        let take = |piece: &[u8]| {
            digester.update(piece);
            services.clock.now() < begin + PIECE
        };
        services.objects.stream(incoming, start, take).await?;
    }
    if digester.bytes() < request.size {
        let message = IngestMessage { upload: upload.id.clone() };
        services.jobs.save_digest_progress(&upload.id, &digester.progress(), services.clock.now()).await?;
        services.queues.send_ingest(&message).await?;
        info!(upload = %upload.id, "Read {} of {} bytes of upload {}", digester.bytes(), request.size, upload.id);
        return Ok(Arrival::Incomplete);
    }
    let (sha256, sha512) = digester.finish();
    compare("sha256", request.sha256, sha256)?;
    if let (Some(announced), Some(found)) = (request.sha512, sha512) {
        compare("sha512", announced, found)?;
    }
    Ok(Arrival::Complete)
}

fn compare<T: PartialEq + std::fmt::Display>(field: &str, announced: T, found: T) -> Result<(), Refusal> {
    if announced == found {
        return Ok(());
    }
    Err(Refusal::rejected("checksum", format!("{field}: must be that of the ticket, {announced}, got {found}")))
}
