//! One round of the work that is to be done: purges and restorations that have begun, then runs.

use colca_runtime::Services;
use colca_store::{Purge, PurgeState};
use jiff::{SignedDuration, Timestamp};
use tracing::{error, info};

use crate::purge::take_out;
use crate::put_back::put_back;
use crate::run::go_on_with_runs;

/// How long one round works at the most. `reap` has more to do in its 55 s.
const ROUND: SignedDuration = SignedDuration::from_secs(20);

/// When somebody else goes on with what a round has taken, should that have died: later than any round ends.
pub(crate) const AGAIN: SignedDuration = SignedDuration::from_mins(2);

/// How many purges one round looks at.
const PURGES: i32 = 100;

/// Goes on with all that has begun, and begins what is to begin, for as long as one round may take, and `until` then at the most. It may be
/// repeated from any point.
///
/// # Errors
/// The first failure; the others were tried.
pub async fn go_on(services: &Services, until: Timestamp) -> colca_store::Result<()> {
    let now = services.clock.now();
    let end = until.min(now + ROUND);
    let mut all = Ok(());
    for due in services.jobs.due_purges(now, PURGES).await? {
        if services.clock.now() >= end {
            return all;
        }
        let id = &due.purge.id;
        let worked = async {
            if services.jobs.take_purge(&due, services.clock.now() + AGAIN).await? {
                // The index lags behind.
                if let Some(purge) = services.jobs.purge(id).await? {
                    return work(services, purge, end).await;
                }
            }
            Ok(())
        };
        if let Err(error) = worked.await {
            error!(purge = %id, %error, "Could not go on with the purge {id} of {}", due.purge.repository);
            all = all.and(Err(error));
        }
    }
    let runs = go_on_with_runs(services, end).await;
    all.and(runs)
}

/// Goes on with a purge until `end`. What is left then is to be gone on with at once.
pub(crate) async fn work(services: &Services, mut purge: Purge, end: Timestamp) -> colca_store::Result<()> {
    loop {
        let more = match purge.state {
            PurgeState::Purging => take_out(services, purge, end).await?,
            PurgeState::Restoring => put_back(services, purge, end).await?,
            PurgeState::Purged | PurgeState::Restored => return Ok(()),
        };
        purge = match more {
            None => return Ok(()),
            Some(purge) => purge,
        };
        let now = services.clock.now();
        if now >= end {
            let state = purge.state;
            return services.jobs.save_purge(&purge, state, Some(now), services.config.retention).await.map(drop);
        }
    }
}

/// Why a repository cannot be restored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotRestorable {
    /// Its grace was over then.
    Over(Timestamp),
    /// It was restored already, and no file of it is left.
    Restored,
    /// It is being purged; somebody has to wait until that is done.
    Purging,
}

/// Whether a purge can be undone now.
///
/// # Errors
/// [`NotRestorable`], if it cannot.
pub fn is_restorable(purge: &Purge, now: Timestamp) -> Result<(), NotRestorable> {
    match purge.state {
        PurgeState::Purging => Err(NotRestorable::Purging),
        PurgeState::Restored if purge.left.is_empty() => Err(NotRestorable::Restored),
        PurgeState::Purged | PurgeState::Restored if now >= purge.until => Err(NotRestorable::Over(purge.until)),
        PurgeState::Purged | PurgeState::Restored | PurgeState::Restoring => Ok(()),
    }
}

/// How much longer than we say a repository can be restored: whoever was asked in time may go by a clock that is behind ours.
const LEEWAY: SignedDuration = SignedDuration::from_mins(5);

/// Whether what is still kept of a purge will never be needed.
#[must_use]
pub fn is_over(purge: &Purge, now: Timestamp) -> bool {
    matches!(purge.state, PurgeState::Purged | PurgeState::Restored) && now >= purge.until + LEEWAY
}

/// Has a repository restored, which takes a minute or so. Harmless to repeat. `None` if somebody else has just decided otherwise: look again.
///
/// # Errors
/// Whatever the service answers.
pub async fn restore(services: &Services, purge: &Purge, by: &str) -> colca_store::Result<Option<Purge>> {
    if purge.state == PurgeState::Restoring {
        return Ok(Some(purge.clone()));
    }
    let restoring = Purge { state: PurgeState::Restoring, left: vec![], ..purge.clone() };
    let (now, keep) = (services.clock.now(), services.config.retention);
    if !services.jobs.save_purge(&restoring, purge.state, Some(now), keep).await? {
        return Ok(None);
    }
    info!(repository = %purge.repository, purge = %purge.id, by, "Restoring {}", purge.repository);
    Ok(Some(restoring))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).expect("a moment")
    }

    fn purge(state: PurgeState, left: &[&str]) -> Purge {
        Purge {
            id: "01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().expect("a ULID"),
            repository: "ceph/main/abc/centos/9/flavors/default".parse().expect("a path"),
            state,
            by: None,
            why: String::new(),
            changed: at(-100),
            cutoff: at(-50),
            begun: at(0),
            until: at(10),
            files: 1,
            bytes: 1,
            chosen: None,
            extra: None,
            was_public: true,
            turned_back: None,
            left: left.iter().map(|&file| file.to_owned()).collect(),
        }
    }

    #[test]
    fn a_purge_can_be_undone_while_its_grace_lasts_and_as_long_as_anything_is_left() {
        use PurgeState::{Purged, Purging, Restored, Restoring};
        for (state, left, second, expected) in [
            (Purging, &[][..], 1, Err(NotRestorable::Purging)),
            (Purged, &[], 9, Ok(())),
            (Purged, &[], 10, Err(NotRestorable::Over(at(10)))),
            // It began in time.
            (Restoring, &[], 99, Ok(())),
            (Restored, &[], 9, Err(NotRestorable::Restored)),
            (Restored, &["a"], 9, Ok(())),
            (Restored, &["a"], 10, Err(NotRestorable::Over(at(10)))),
        ] {
            assert_eq!(is_restorable(&purge(state, left), at(second)), expected, "{state:?} at {second}");
        }
    }
    #[test]
    fn what_is_being_restored_is_needed_however_late_it_is() {
        // The grace of each ends at 10.
        for (state, after_an_hour) in [
            (PurgeState::Purging, false),
            (PurgeState::Purged, true),
            (PurgeState::Restoring, false),
            (PurgeState::Restored, true),
        ] {
            let purge = purge(state, &[]);
            assert!(!is_over(&purge, at(9)) && !is_over(&purge, at(10 + LEEWAY.as_secs() - 1)), "{state:?}");
            assert_eq!(is_over(&purge, at(10 + 3600)), after_an_hour, "{state:?}");
        }
    }
}
