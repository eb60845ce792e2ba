//! Putting a repository back into the catalog.

use colca_intake::{Restored, announce_end, restore};
use colca_runtime::Services;
use colca_store::{Purge, PurgeState, PurgedFile, What};
use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use tracing::info;

/// How many files are read together, and how many are entered at once.
const TOGETHER: usize = 96;
const AT_ONCE: usize = 16;

/// How many of the files that are left are told of.
const MOST_LEFT: usize = 100;

/// Enters files again until `end`. `None` if nothing is left to do.
pub(crate) async fn put_back(services: &Services, purge: Purge, end: Timestamp) -> colca_store::Result<Option<Purge>> {
    let (jobs, catalog, path) = (&services.jobs, &services.catalog, &purge.repository);
    let mut left = Vec::new();
    let mut after: Option<PurgedFile> = None;
    loop {
        let files = jobs.purged_files(&purge, after.as_ref(), TOGETHER).await?;
        let Some(last) = files.last() else { break };
        after = Some(last.clone());
        let entered =
            files.iter().map(async |file| Ok::<_, colca_store::Error>((file, restore(services, file).await?)));
        let entered: Vec<_> = stream::iter(entered).buffered(AT_ONCE).try_collect().await?;
        left.extend(entered.into_iter().filter_map(|(file, restored)| match restored {
            Restored::Entered => None,
            Restored::Left(why) => Some(format!("{}/{}: {why}", file.binary.arch, file.binary.filename)),
        }));
        if services.clock.now() >= end {
            return Ok(Some(purge));
        }
    }
    announce_end(services, path).await?;
    catalog.note_restored(&purge, services.clock.now()).await?;
    if purge.was_public && catalog.repository(path).await?.is_some() {
        // Anew: what was noted of the revision that was public is forgotten, whether that was retracted yet or not.
        services.ask_for_build(path, What::Asked { anew: true, all: false }).await?;
    }
    left.truncate(MOST_LEFT);
    let restored = Purge { state: PurgeState::Restored, left, ..purge };
    jobs.save_purge(&restored, PurgeState::Restoring, None, services.config.retention).await?;
    info!(repository = %restored.repository, purge = %restored.id, "Restored {}", restored.repository);
    Ok(None)
}
