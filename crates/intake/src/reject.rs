//! The end of an upload that is refused.

use colca_model::{Upload, UploadState};
use colca_runtime::{Measured, Services};
use tracing::info;

use crate::refusal::Rejection;

/// Ends an upload: whoever asks for it is told why. Harmless to repeat: what has ended already keeps its first end. The log and the
/// numbers have it once at most: if we die, or no answer comes, just after it has ended, neither has.
///
/// # Errors
/// Whatever the service answers.
pub async fn reject(
    services: &Services,
    upload: &Upload,
    Rejection { word, reason }: &Rejection,
) -> colca_store::Result<()> {
    let id = &upload.id;
    let end = UploadState::Rejected { reason: reason.clone() };
    if !services.jobs.end_upload(id, &end, services.clock.now(), services.config.retention).await? {
        return Ok(());
    }
    services.record(Measured::Rejected { reason: word, files: 1 });
    let (repository, filename) = (&upload.request.repository, &upload.request.filename);
    info!(trace_id = id.trace_id(), upload = %id, %repository, reason, "Rejected {filename} of upload {id}: {reason}");
    Ok(())
}
