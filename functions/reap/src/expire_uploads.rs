//! Uploads that did not come to their end: their bytes arrived and nobody was told, or they never will; or they were
//! registered by somebody who died before all that follows was done.

use colca_intake::{Rejection, reject};
use colca_model::{Multipart, Upload, UploadState};
use colca_runtime::Services;
use colca_store::{IngestMessage, ObjectKey};
use futures::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use tracing::{error, warn};

use crate::round::Round;

/// How many uploads one round looks at, and how many at once.
const ROUND: i32 = 500;
const AT_ONCE: usize = 16;

/// When an upload that was looked at is looked at again.
const AGAIN: SignedDuration = SignedDuration::from_mins(5);

/// How long a PUT may take that began in the last moment: S3 looks at the signature when a request begins.
const LAST_PUT: SignedDuration = SignedDuration::from_hours(1);

/// Looks after the uploads whose time has come. One that cannot be dealt with does not keep the others from it.
pub(crate) async fn expire_uploads(services: &Services, round: &Round) -> colca_store::Result<()> {
    let now = services.clock.now();
    let due = services.jobs.due_uploads(now, ROUND).await?;
    let looks = due.into_iter().map(async |upload| {
        if let Err(error) = look_after(services, &upload, now).await {
            error!(upload = %upload.id, %error, "Could not look after upload {}", upload.id);
        }
    });
    stream::iter(looks).take_while(|_| round.goes_on()).buffer_unordered(AT_ONCE).collect::<()>().await;
    Ok(())
}

async fn look_after(services: &Services, upload: &Upload, now: Timestamp) -> colca_store::Result<()> {
    let id = &upload.id;
    if upload.state != UploadState::Pending {
        warn!(upload = %id, "The upload {id} was registered and not announced");
        services.queues.send_ingest(&IngestMessage { upload: id.clone() }).await?;
        return services.jobs.postpone_waiting(id, now + AGAIN, now).await;
    }
    let incoming = ObjectKey::Incoming { upload: id.clone(), filename: upload.request.filename.clone() };
    if let Some(head) = services.objects.head(&incoming).await? {
        warn!(upload = %id, "The bytes of upload {id} arrived and nobody looked at them");
        services.queues.send_ingest(&IngestMessage { upload: id.clone() }).await?;
        let since = head.written.filter(|_| upload.multipart.is_none()).unwrap_or(now);
        return services.jobs.postpone_waiting(id, now + AGAIN, since).await;
    } else if now > upload.open_until() + LAST_PUT {
        if let Some(Multipart { id, .. }) = &upload.multipart {
            services.objects.abort_multipart(&incoming, id).await?;
        }
        let rejection = Rejection::new("expired", "no bytes arrived before the ticket expired");
        return reject(services, upload, &rejection).await;
    }
    services.jobs.postpone_upload(id, now + AGAIN).await
}
