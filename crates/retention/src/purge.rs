//! Taking a repository out of the catalog.
//!
//! It is hidden first, on the condition that nobody has changed or pinned it since it was looked at: from then on whoever uploads to it
//! shows it again, and that is seen in the end. So a repository to which somebody comes meanwhile is put back, and what he brought stays.

use std::collections::BTreeSet;

use colca_intake::{note_superseded, tidy_up};
use colca_model::{Arch, Binary, UploadId};
use colca_runtime::Services;
use colca_store::{Purge, PurgeState, PurgedFile};
use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use tracing::info;

use crate::round::AGAIN;
use crate::survey::Planned;

/// How many files are read together, and how many are taken out at once.
const TOGETHER: usize = 96;
const AT_ONCE: usize = 16;

/// Begins to purge a repository. `None` if somebody has changed it since it was planned.
pub(crate) async fn begin(
    services: &Services,
    planned: &Planned,
    by: Option<&str>,
) -> colca_store::Result<Option<Purge>> {
    let Planned { repository, changed, fate, cutoff, .. } = planned;
    let path = &repository.repository;
    let files = services.catalog.binaries(path).await?;
    if let Some(young) = young(&files, *cutoff) {
        info!(repository = %path, "{path} is not purged: {} was registered at {}", young.filename, young.modified);
        return Ok(None);
    }
    let (now, extra) = (services.clock.now(), repository.extra());
    let purge = Purge {
        id: services.ids.upload_id(),
        repository: path.clone(),
        state: PurgeState::Purging,
        by: by.map(str::to_owned),
        why: fate.why(),
        changed: *changed,
        cutoff: *cutoff,
        begun: now,
        until: services.grace_ends(),
        files: files.len() as u64,
        bytes: files.iter().map(|file| file.size).sum(),
        chosen: repository.chosen_kind(),
        extra: (!extra.as_object().is_some_and(|extra| extra.is_empty())).then(|| extra.to_string()),
        was_public: repository.revision > 0,
        turned_back: None,
        left: vec![],
    };
    let is_begun = services.catalog.begin_purge(&services.jobs, &purge, now + AGAIN, services.config.retention).await?;
    if is_begun {
        info!(repository = %path, purge = %purge.id, "Purging {path}: {}", purge.why);
    }
    Ok(is_begun.then_some(purge))
}

/// Takes files out until `end`. What was registered since the purge began is left, and turns it back. `None` if nothing is left to do.
pub(crate) async fn take_out(services: &Services, purge: Purge, end: Timestamp) -> colca_store::Result<Option<Purge>> {
    let path = &purge.repository;
    let files = services.catalog.binaries(path).await?;
    if let Some(young) = young(&files, purge.cutoff) {
        let why = format!("{} was uploaded meanwhile", young.filename);
        return turn_back(services, purge, why).await;
    }
    let mut archs: BTreeSet<Arch> = files.iter().map(|file| file.arch.clone()).collect();
    archs.extend(services.catalog.archs(path).await?.iter().filter_map(|arch| arch.parse().ok()));
    for some in files.chunks(TOGETHER) {
        take_out_some(services, &purge, some).await?;
        if services.clock.now() >= end {
            return Ok(Some(purge));
        }
    }
    let is_shown = services.catalog.repository(path).await?.is_some();
    if is_shown || services.catalog.has_files(path).await? {
        return turn_back(services, purge, "somebody changed it meanwhile".to_owned()).await;
    }
    tidy_up(services, path, archs).await?;
    let purged = Purge { state: PurgeState::Purged, ..purge };
    services.jobs.save_purge(&purged, PurgeState::Purging, None, services.config.retention).await?;
    info!(repository = %purged.repository, purge = %purged.id, "Purged {}", purged.repository);
    Ok(None)
}

/// One that is too young to be purged.
fn young(files: &[Binary], cutoff: Timestamp) -> Option<&Binary> {
    files.iter().find(|file| file.modified > cutoff)
}

async fn turn_back(services: &Services, purge: Purge, why: String) -> colca_store::Result<Option<Purge>> {
    info!(repository = %purge.repository, purge = %purge.id, "Putting {} back: {why}", purge.repository);
    let purge = Purge { state: PurgeState::Restoring, turned_back: Some(why), ..purge };
    let due = services.clock.now() + AGAIN;
    let is_ours = services.jobs.save_purge(&purge, PurgeState::Purging, Some(due), services.config.retention).await?;
    Ok(is_ours.then_some(purge))
}

async fn take_out_some(services: &Services, purge: &Purge, files: &[Binary]) -> colca_store::Result<()> {
    let packages = files.iter().filter(|file| file.is_package).map(|file| (&file.arch, &file.filename));
    let rows = services.catalog.packages_named(&purge.repository, packages).await?;
    let removals = files.iter().map(|binary| {
        let row = rows.iter().find(|row| row.arch == binary.arch && row.filename == binary.filename);
        let file = PurgedFile { purge: purge.id.clone(), binary: binary.clone(), package: row.cloned() };
        let change: UploadId = services.ids.upload_id();
        async move {
            // Before it goes, as with any deletion: a crash right after forgets nothing.
            note_superseded(services, &file.binary).await?;
            let keep = services.config.retention;
            services.catalog.purge_file(&services.jobs, purge, &file, change, keep).await.map(drop)
        }
    });
    let removals: Vec<_> = removals.collect();
    stream::iter(removals).buffer_unordered(AT_ONCE).try_collect().await
}
