//! The way of one upload, from its bytes to its end.

use colca_intake::{Refusal, Way, announce, reject, take_in};
use colca_model::{Upload, UploadId, UploadState};
use colca_runtime::Services;
use colca_store::ObjectKey;
use tracing::warn;

use crate::verify::{self, Arrival};

/// Brings an upload to its end, whichever it is. Repeating it changes nothing: an upload ends once, and is
/// registered in the same step.
pub(crate) async fn ingest_upload(services: &Services, id: &UploadId) -> colca_store::Result<()> {
    let Some(upload) = services.jobs.upload(id).await? else {
        // Its bucket expires the bytes.
        warn!(upload = %id, "No ticket is known for the upload {id}");
        return Ok(());
    };
    let incoming = ObjectKey::Incoming { upload: id.clone(), filename: upload.request.filename.clone() };

    match &upload.state {
        UploadState::Pending => match examine(services, &upload, &incoming).await {
            Ok(Arrival::Complete) => {}
            Ok(Arrival::Incomplete) => return Ok(()),
            Err(Refusal::Rejected(rejection) | Refusal::NameTaken(rejection)) => {
                reject(services, &upload, &rejection).await?;
            }
            Err(Refusal::Failed(error)) => return Err(error),
        },
        // An earlier delivery registered it, and may have died before it had all that follows done.
        UploadState::Registered { .. } => announce(services, &upload).await?,
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
