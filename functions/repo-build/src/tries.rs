//! A build tries again, from the start, if what it read was overtaken meanwhile.

use std::collections::BTreeSet;
use std::time::Duration;

use colca_model::{RepoPath, UploadId};
use colca_runtime::BuildEnd;
use colca_store::{Lease, Purpose};
use tracing::warn;

use crate::Builder;
use crate::build_repository::lease;
use crate::failure::Failure;
use crate::heartbeat;
use crate::measured::trace_ids;
use crate::publish_changes::publish_changes;

/// How often a build starts again when it was overtaken, and how long it waits before.
const TRIES: u32 = 3;
const PAUSE: Duration = Duration::from_millis(200);

/// What came of a build, besides what it published.
pub(crate) struct Outcome {
    /// The changes that were read.
    pub(crate) seen: BTreeSet<UploadId>,
    /// Whether what is public is what is noted of it, whoever died before.
    pub(crate) is_sound: bool,
    /// Whether changes that were read wait on purpose: nothing can be published, or something else is to be.
    pub(crate) has_left_some: bool,
    /// How it ended, unless it broke off.
    pub(crate) end: BuildEnd,
    /// How long each change had waited that was published.
    pub(crate) lags: Vec<Duration>,
}

impl Outcome {
    /// Before anything was done under a lease.
    pub(crate) fn of(lease: &Lease) -> Self {
        Self {
            seen: BTreeSet::new(),
            is_sound: !lease.after_crash,
            has_left_some: false,
            end: BuildEnd::NothingNew,
            lags: Vec::new(),
        }
    }
}

/// One try to publish.
pub(crate) struct Attempt<'a> {
    /// Which it is, from 1.
    pub(crate) number: u32,
    /// The paths of all that earlier tries may have overwritten; this one adds its own.
    pub(crate) tried: BTreeSet<String>,
    /// Whether this one has begun to write under the number of its lease.
    pub(crate) has_begun: bool,
    /// Whether somebody died before the first one: what is there may not be what is noted.
    pub(crate) after_crash: bool,
    /// Whether everything is published anew: what is there is not what is noted.
    pub(crate) anew: bool,
    /// Whether all lists are made anew, too: they cannot be read, or what they are made from is not there.
    pub(crate) all: bool,
    /// What it is for: a merge that may have overwritten something goes on as a build.
    pub(crate) purpose: Purpose,
    pub(crate) outcome: &'a mut Outcome,
}

/// Publishes, and does so again from the start if what it read was overtaken meanwhile.
///
/// What is written under the number of a lease is never written again with other bytes: caches keep it. So a try that
/// follows one which had begun to write takes the lease once more, for a number of its own; `leased` is the message it is taken
/// for, and the lease, which is the last one then.
pub(crate) async fn try_to_publish(
    builder: &Builder,
    path: &RepoPath,
    leased: (&str, &mut Lease),
    purpose: Purpose,
    outcome: &mut Outcome,
) -> Result<(), Failure> {
    let services = &builder.services;
    let (message, held) = leased;
    let mut attempt = Attempt {
        number: 1,
        tried: BTreeSet::new(),
        has_begun: false,
        after_crash: held.after_crash,
        anew: held.after_crash,
        all: false,
        purpose,
        outcome,
    };
    loop {
        let tried = heartbeat::keeping(services, path, held, publish_changes(builder, path, held, &mut attempt)).await;
        let Err(failure) = tried else { return Ok(()) };
        // None, if it broke off before it had read the changes.
        let trace_ids = trace_ids(&attempt.outcome.seen);
        if failure.is_overtaken() && attempt.number < TRIES {
            warn!(repository = %path, %failure, trace_ids, "Building {path} once more: {failure}");
            tokio::time::sleep(PAUSE * attempt.number).await;
            attempt.number += 1;
            let is_broken = matches!(failure, Failure::Incomplete(_) | Failure::Lists(_));
            // What that try overwrote is public, and noted of nobody: whatever is found now, even that there is nothing to do any more,
            // since somebody else has published the changes meanwhile, it is replaced by what is noted then.
            let may_have_written = !attempt.tried.is_empty();
            attempt.outcome.is_sound &= !may_have_written;
            attempt.anew |= is_broken || may_have_written;
            attempt.all |= is_broken;
            if !attempt.outcome.is_sound {
                attempt.purpose = Purpose::Changes;
            }
            if std::mem::take(&mut attempt.has_begun) {
                *held = lease(services, path, message, attempt.purpose).await?.ok_or(Failure::LeaseLost)?;
            }
            continue;
        }
        if !failure.is_told() {
            // Whoever delivers the message says so as well, but knows only the message.
            warn!(repository = %path, %failure, trace_ids, "The build of {path} broke off: {failure}");
            return Err(failure);
        }
        warn!(repository = %path, %failure, trace_ids, "Nothing of {path} can be published");
        if !services.catalog.record_failure(path, held, &failure.to_string(), failure.problems()).await? {
            return Err(Failure::LeaseLost);
        }
        services.tell_failure(path, held.fence, &failure.to_string()).await?;
        attempt.outcome.has_left_some = true;
        attempt.outcome.end = BuildEnd::Failed;
        return if failure.is_final() { Ok(()) } else { Err(failure) };
    }
}
