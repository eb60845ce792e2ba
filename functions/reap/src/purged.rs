//! What only a repository needs that was purged, and that may be restored.

use colca_model::{Arch, Filename, RepoPath};
use colca_runtime::Services;
use colca_store::{Garbage, Purge, PurgeState};
use jiff::{SignedDuration, Timestamp};

use crate::sweep_garbage::is_of;

/// How much longer than we say a repository can be restored: whoever was asked in time may go by a clock that is behind ours.
const LEEWAY: SignedDuration = SignedDuration::from_mins(5);

/// Whether an object belongs to a file that may be entered again.
pub(crate) async fn may_be_restored(
    services: &Services,
    garbage: &Garbage,
    (repository, arch, filename): (&RepoPath, &Arch, &Filename),
) -> colca_store::Result<bool> {
    for file in services.jobs.purged_named(repository, arch, filename).await? {
        if is_of(&file.binary, &garbage.key)
            && let Some(purge) = services.jobs.purge(&file.purge).await?
            && !is_over(&purge, services.clock.now())
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether what is still kept of a purge will never be needed.
fn is_over(purge: &Purge, now: Timestamp) -> bool {
    matches!(purge.state, PurgeState::Purged | PurgeState::Restored) && now >= purge.until + LEEWAY
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_being_restored_is_needed_however_late_it_is() {
        let at = |second: i64| Timestamp::from_second(1_800_000_000 + second).expect("a moment");
        let purge = |state| Purge {
            id: "01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().expect("a ULID"),
            repository: "ceph/main/abc/centos/9/flavors/default".parse().expect("a path"),
            state,
            by: None,
            why: String::new(),
            changed: at(-100),
            cutoff: at(-50),
            begun: at(-10),
            until: at(0),
            files: 1,
            bytes: 1,
            chosen: None,
            extra: None,
            was_public: true,
            turned_back: None,
            left: vec![],
        };
        for (state, after_an_hour) in [
            (PurgeState::Purging, false),
            (PurgeState::Purged, true),
            (PurgeState::Restoring, false),
            (PurgeState::Restored, true),
        ] {
            assert!(!is_over(&purge(state), at(-1)) && !is_over(&purge(state), at(LEEWAY.as_secs() - 1)), "{state:?}");
            assert_eq!(is_over(&purge(state), at(3600)), after_an_hour, "{state:?}");
        }
    }
}
