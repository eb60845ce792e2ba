//! What a build came to, in numbers, and which uploads it published.

use std::time::Duration;

use colca_model::{RepoPath, UploadId};
use colca_runtime::{Build, BuildEnd, Measured, Phase, Services};
use colca_store::{Change, What};
use tracing::info;

use crate::failure::Failure;
use crate::tries::Outcome;

/// How many uploads one line of the log names.
const NAMED: usize = 100;

/// What is public of a revision from this moment on: how long each of the changes waited for that, and where the trace of each upload
/// ends.
pub(crate) fn note_published(services: &Services, path: &RepoPath, revision: u64, changes: &[Change]) -> Vec<Duration> {
    let uploads: Vec<_> = changes.iter().filter(|change| matches!(change.what, What::Added(_))).collect();
    for named in uploads.chunks(NAMED) {
        let trace_ids = trace_ids(named.iter().map(|change| &change.id));
        info!(repository = %path, revision, trace_ids, "Revision {revision} of {path} publishes {} uploads", named.len());
    }
    services.ages(changes.iter().filter_map(Change::noted_at))
}

/// The trace ids of the first of these uploads: as many as fit into a line.
pub(crate) fn trace_ids<'u>(uploads: impl IntoIterator<Item = &'u UploadId>) -> String {
    let trace_ids: Vec<_> = uploads.into_iter().take(NAMED).map(UploadId::trace_id).collect();
    trace_ids.join(" ")
}

/// Tells what a build came to.
pub(crate) fn record(
    services: &Services,
    repository: &RepoPath,
    outcome: &Outcome,
    built: &Result<(), Failure>,
    phases: &[(Phase, Duration)],
) {
    let end = if built.is_ok() { outcome.end } else { BuildEnd::BrokenOff };
    services.record(Measured::Built(&Build { repository, end, phases, lags: &outcome.lags }));
}
