//! One piece, and how far the import is after it.

use colca_intake::announce_end;
use colca_model::{Import, ImportSource, ImportState};
use colca_runtime::{Services, counted};
use colca_store::ImportMessage;
use jiff::{SignedDuration, Timestamp};
use tracing::{info, warn};

use crate::bounds::{AFTER_TROUBLE, STUCK};
use crate::bucket;
use crate::stop::Stop;
use crate::web;

/// Does the next piece. If it was the last, or none can be, has what was registered published.
pub(crate) async fn go_on(services: &Services, before: Import) -> colca_store::Result<()> {
    let mut import = before.clone();
    let begin = services.clock.now();
    let (done, calls) = counted(piece(services, &mut import, begin)).await;
    import.state = match done {
        Ok(true) => ImportState::Running,
        Ok(false) => ImportState::Done,
        Err(Stop::Failed(reason)) => {
            warn!(import = %import.id, reason, "The import {} cannot go on", import.id);
            ImportState::Failed { reason }
        }
        Err(Stop::Service(error)) => {
            warn!(import = %import.id, %error, "The import {} could not go on this time", import.id);
            services.jobs.note_trouble(&import.id, &error.to_string(), services.clock.now() + AFTER_TROUBLE).await?;
            return Err(error);
        }
    };
    import.trouble = None;
    let is_running = import.state == ImportState::Running;
    if !is_running {
        announce_end(services, &import.repository).await?;
    }
    let now = services.clock.now();
    import.pieces += 1;
    import.moved_at = now;
    let due = if is_running { now + Import::LOOK_AFTER } else { now };
    if !services.jobs.save_import(&import, due, services.config.retention).await? {
        info!(import = %import.id, "Another delivery did this piece of import {} before, or it was stopped", import.id);
        let Some(there) = services.jobs.import(&import.id).await? else { return Ok(()) };
        end_if_stopped(services, &there).await?;
        if let ImportState::Stopped { .. } = there.state {
            // What this piece took in stays, and whoever stopped it is told.
            let stopped = Import { state: there.state, ..import };
            services.jobs.save_stopped(&stopped, now, services.config.retention).await?;
        }
        return Ok(());
    }
    log(&before, &import, now.duration_since(begin), calls);
    if is_running {
        services.queues.send_import(&ImportMessage { import: import.id }).await?;
    }
    Ok(())
}

/// Has what an import took in before it was stopped listed and published. Whatever it takes in after that is so by who saw that it was
/// stopped meanwhile.
pub(crate) async fn end_if_stopped(services: &Services, import: &Import) -> colca_store::Result<()> {
    if let ImportState::Stopped { stopped_by } = &import.state {
        info!(import = %import.id, stopped_by, "The import {} was stopped", import.id);
        announce_end(services, &import.repository).await?;
        services.jobs.import_is_announced(&import.id).await?;
    }
    Ok(())
}

/// Whether there are more pieces.
async fn piece(services: &Services, import: &mut Import, now: Timestamp) -> Result<bool, Stop> {
    if now > import.moved_at + STUCK {
        let why = import.trouble.as_deref().unwrap_or("its function ended before a piece did, each time");
        return Err(Stop::Failed(format!("no piece was done since {}: {why}", import.moved_at)));
    }
    match import.source.clone() {
        ImportSource::Bucket { bucket, prefix } => bucket::piece(services, import, &bucket, &prefix).await,
        ImportSource::Web(url) => web::piece(services, import, &url).await,
    }
}

fn log(before: &Import, import: &Import, took: SignedDuration, calls: colca_runtime::Calls) {
    let (was, tally) = (&before.tally, &import.tally);
    info!(
        import = %import.id,
        repository = %import.repository,
        piece = import.pieces,
        found = tally.found - was.found,
        taken_in = tally.taken_in - was.taken_in,
        same_already = tally.same_already - was.same_already,
        passed_over = tally.passed_over - was.passed_over,
        refused = tally.refused - was.refused,
        dynamodb = calls.dynamodb,
        s3 = calls.s3,
        s3_received = calls.s3_received,
        s3_sent = calls.s3_sent,
        ms = took.as_millis(),
        "Imported piece {} of {} into {}", import.pieces, import.source, import.repository
    );
}
