//! The way of one upload, from its bytes to its end.

use colca_intake::{Refusal, Way, announce, reject, take_in};
use colca_model::{Upload, UploadId, UploadState};
use colca_runtime::Services;
use colca_store::ObjectKey;
use tracing::warn;

use crate::verify::{self, Arrival};

/// Brings an upload to its end, whichever it is. Repeating it changes nothing: an upload ends once, and is
/// registered in the same step.
///
/// Whoever delivers the message logs a failure as well, but knows only the message: what belongs to the upload is said here.
pub(crate) async fn ingest_upload(services: &Services, id: &UploadId) -> colca_store::Result<()> {
    let read = services.jobs.upload(id).await.inspect_err(|error| {
        warn!(trace_id = id.trace_id(), upload = %id, %error, "The ticket of upload {id} could not be read");
    });
    let Some(upload) = read? else {
        // Its bucket expires the bytes.
        warn!(trace_id = id.trace_id(), upload = %id, "No ticket is known for the upload {id}");
        return Ok(());
    };
    bring_to_end(services, &upload).await.inspect_err(|error| {
        let repository = &upload.request.repository;
        warn!(
            trace_id = id.trace_id(), upload = %id, %repository, %error,
            "Upload {id} to {repository} could not be brought to its end"
        );
    })
}

/// Goes on with an upload from where it is.
async fn bring_to_end(services: &Services, upload: &Upload) -> colca_store::Result<()> {
    let incoming = ObjectKey::Incoming { upload: upload.id.clone(), filename: upload.request.filename.clone() };
    match &upload.state {
        UploadState::Pending => match examine(services, upload, &incoming).await {
            Ok(Arrival::Complete) => {}
            Ok(Arrival::Incomplete) => return Ok(()),
            Err(Refusal::Rejected(rejection) | Refusal::NameTaken(rejection)) => {
                reject(services, upload, &rejection).await?;
            }
            Err(Refusal::Failed(error)) => return Err(error),
        },
        // An earlier delivery registered it, and may have died before it had all that follows done.
        UploadState::Registered { .. } => announce(services, upload).await?,
        UploadState::Rejected { .. } => {}
    }
    services.objects.delete(&incoming).await
}

/// Checks the bytes and registers them.
async fn examine(services: &Services, upload: &Upload, incoming: &ObjectKey) -> Result<Arrival, Refusal> {
    let arrival = verify::verify(services, upload, incoming).await?;
    if arrival == Arrival::Complete {
        take_in(services, upload, incoming, Way::Ticket).await?;
    }
    Ok(arrival)
}
