//! Uploads that have been pending for long: their bytes arrived and nobody was told, or they never will.

use colca_model::{Multipart, Upload, UploadState};
use colca_runtime::Services;
use colca_store::{IngestMessage, ObjectKey, URL_LIFETIME};
use jiff::{SignedDuration, Timestamp};
use tracing::{info, warn};

/// How many uploads one round looks at.
const ROUND: i32 = 200;

/// When an upload that was looked at is looked at again.
const AGAIN: SignedDuration = SignedDuration::from_mins(5);

/// How long a single PUT may take once its URL has expired: S3 looks at the signature when a request begins.
const LAST_PUT: SignedDuration = SignedDuration::from_hours(1);

/// How long an upload in parts may take. The bucket's lifecycle rule aborts what is older.
const IN_PARTS: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Looks after the pending uploads whose time has come.
pub(crate) async fn expire_uploads(services: &Services) -> colca_store::Result<()> {
    let now = services.clock.now();
    for upload in services.jobs.due_uploads(now, ROUND).await? {
        look_after(services, &upload, now).await?;
    }
    Ok(())
}

async fn look_after(services: &Services, upload: &Upload, now: Timestamp) -> colca_store::Result<()> {
    let id = &upload.id;
    let incoming = ObjectKey::Incoming { upload: id.clone(), filename: upload.request.filename.clone() };
    if services.objects.head(&incoming).await?.is_some() {
        warn!(upload = %id, "The bytes of upload {id} arrived and nobody looked at them");
        services.queues.send_ingest(&IngestMessage { upload: id.clone() }).await?;
    } else if now > last_moment(upload) {
        info!(upload = %id, "Nothing arrived for upload {id}");
        if let Some(Multipart { id, .. }) = &upload.multipart {
            services.objects.abort_multipart(&incoming, id).await?;
        }
        let end = UploadState::Rejected { reason: "no bytes arrived before the ticket expired".to_owned() };
        services.jobs.end_upload(id, &end, now, services.config.retention).await?;
        return Ok(());
    }
    services.jobs.postpone_upload(id, now + AGAIN).await
}

/// When the bytes of an upload must have arrived.
fn last_moment(upload: &Upload) -> Timestamp {
    let allowed = match upload.multipart {
        None => SignedDuration::try_from(URL_LIFETIME).unwrap_or(LAST_PUT) + LAST_PUT,
        Some(_) => IN_PARTS,
    };
    upload.created_at + allowed
}
