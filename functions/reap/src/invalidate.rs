//! What is deleted, and the CDN still has: it is told to forget it, if the deployment says who it is. Clients do not depend on
//! it, for nothing that is published names what is deleted; but without it an edge serves a package for a year that was a leak.

use colca_runtime::{Measured, Services};
use colca_store::{ErrorKind, Garbage, Invalidation, Stale};
use tracing::{error, info, warn};

/// Notes that caches are to forget an object. To be called before it is deleted, so that a crash in between forgets nothing.
pub(crate) async fn note(services: &Services, garbage: &Garbage) -> colca_store::Result<()> {
    let (Some(_), Some(stale)) = (&services.cdn, Stale::of(garbage)) else { return Ok(()) };
    services.jobs.note_stale(&stale, services.clock.now()).await
}

/// Has the CDN forget what was noted, a batch each round. A batch that it does not take is tried again, later each time.
pub(crate) async fn invalidate(services: &Services) -> colca_store::Result<()> {
    let Some(cdn) = &services.cdn else { return Ok(()) };
    let now = services.clock.now();
    let Some(mut batch) = begun(services).await? else { return Ok(()) };
    if batch.is_due(now) {
        match cdn.invalidate(&batch).await {
            Ok(()) => {
                info!("The CDN forgets {} paths", batch.paths().len());
                services.record(Measured::CdnTold { refusals: 0 });
                batch.take();
            }
            Err(error) => {
                batch.put_off(now);
                let tries = batch.tries();
                services.record(Measured::CdnTold { refusals: tries });
                match error.kind() {
                    ErrorKind::Unavailable => warn!(%error, tries, "The CDN does not forget what is deleted yet"),
                    _ => error!(%error, tries, "The CDN will not forget what is deleted"),
                }
            }
        }
        services.jobs.record_invalidation(&batch).await?;
    }
    if batch.is_taken() {
        services.jobs.end_invalidation(&batch).await?;
    }
    Ok(())
}

/// The batch that was begun, or a new one of what is due; none if nothing is.
async fn begun(services: &Services) -> colca_store::Result<Option<Invalidation>> {
    if let Some(batch) = services.jobs.invalidation().await? {
        return Ok(Some(batch));
    }
    let due = services.jobs.due_stale(services.clock.now(), Invalidation::LARGEST).await?;
    let Some(batch) = Invalidation::new(services.ids.upload_id(), due) else { return Ok(None) };
    Ok(services.jobs.begin_invalidation(&batch).await?.then_some(batch))
}
