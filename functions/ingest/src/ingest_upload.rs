//! The way of one upload, from its bytes to its end.

use colca_model::{Upload, UploadId, UploadState};
use colca_runtime::Services;
use colca_store::ObjectKey;
use tracing::{info, warn};

use crate::refusal::Refusal;
use crate::{read_package, register, verify};

/// Brings an upload to its end, whichever it is. Repeating it changes nothing: an upload ends once, and is
/// registered in the same step.
pub(crate) async fn ingest_upload(services: &Services, id: &UploadId) -> colca_store::Result<()> {
    let Some(upload) = services.jobs.upload(id).await? else {
        // Its bucket expires the bytes.
        warn!(upload = %id, "No ticket is known for the upload {id}");
        return Ok(());
    };
    let incoming = ObjectKey::Incoming { upload: id.clone(), filename: upload.request.filename.clone() };

    if upload.state == UploadState::Pending {
        let repository = &upload.request.repository;
        match examine(services, &upload, &incoming).await {
            Ok(()) => info!(upload = %id, %repository, "Registered {} of upload {id}", upload.request.filename),
            Err(Refusal::Rejected(reason)) => {
                info!(upload = %id, %repository, reason, "Rejected {} of upload {id}", upload.request.filename);
                let end = UploadState::Rejected { reason };
                services.jobs.end_upload(id, &end, services.clock.now(), services.config.retention).await?;
            }
            Err(Refusal::NothingArrived | Refusal::ToBeContinued) => return Ok(()),
            Err(Refusal::Failed(error)) => return Err(error),
        }
    }
    services.objects.delete(&incoming).await
}

/// Checks the bytes and registers them.
async fn examine(services: &Services, upload: &Upload, incoming: &ObjectKey) -> Result<(), Refusal> {
    verify::verify(services, upload, incoming).await?;
    let package = if upload.request.filename.is_rpm() {
        Some(read_package::read_package(services, incoming, upload.request.size).await?)
    } else {
        None
    };
    register::register(services, upload, incoming, package.as_ref()).await
}
