//! How the build of a repository stands, as its item tells: whether it is due, under way, late or forgotten.

use jiff::{SignedDuration, Timestamp};

use super::Repository;
use super::dirty::DIRTY;
use super::repositories::moment;

impl Repository {
    /// Whether it has changes that no published revision shows, and that somebody is to publish; or a builder looked for some, and
    /// has not come to its end.
    #[must_use]
    pub fn needs_update(&self) -> bool {
        self.dirty.as_deref() == Some(DIRTY)
    }

    /// Until when its build waits for more uploads, or waited.
    #[must_use]
    pub fn queued_until(&self) -> Option<Timestamp> {
        moment(self.queued_until)
    }

    /// Until when its builder has the lease, or had it, if it did not give it back.
    #[must_use]
    pub fn leased_until(&self) -> Option<Timestamp> {
        moment(self.lease_until)
    }

    /// Whether a build is about to start.
    #[must_use]
    pub fn is_queued(&self, now: Timestamp) -> bool {
        self.queued_until.is_some_and(|until| until > now.as_millisecond())
    }

    /// Whether a build runs.
    #[must_use]
    pub fn is_updating(&self, now: Timestamp) -> bool {
        self.lease_until.is_some_and(|until| until > now.as_millisecond())
    }

    /// How long past its time a build may be before it is asked for again: the queue may be busy.
    pub const PATIENCE: SignedDuration = SignedDuration::from_secs(60);

    /// Whether it has waited for longer than [`Self::PATIENCE`] past the moment its build was due, with nobody building.
    #[must_use]
    pub fn is_forgotten(&self, now: Timestamp) -> bool {
        let patience = i64::try_from(Self::PATIENCE.as_millis()).unwrap_or(i64::MAX);
        self.needs_update() && !self.is_updating(now) && self.due().saturating_add(patience) < now.as_millisecond()
    }

    /// When its build is due, or was, if it has changes: the first time since one has begun.
    #[must_use]
    pub fn build_was_due(&self) -> Option<Timestamp> {
        self.needs_update().then(|| moment(Some(self.due_since.unwrap_or_else(|| self.due())))).flatten()
    }

    fn due(&self) -> i64 {
        self.queued_until.or(self.lease_until).unwrap_or(self.modified)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use colca_model::RepositoryKind;

    use super::super::dirty::STUCK;
    use super::*;

    /// A repository that last changed at second 0, and how its build stands; times in seconds.
    fn repository(dirty: bool, queued_until: Option<i64>, lease_until: Option<i64>) -> Repository {
        Repository {
            repository: "ceph/main/HEAD/centos/9/flavors/default".parse().expect("a good path"),
            kind: Some(RepositoryKind::Rpm),
            chosen: None,
            extra: None,
            signed: false,
            packages_signed: false,
            problems: vec![],
            failed: None,
            held: None,
            pins: BTreeSet::new(),
            gone: None,
            lists: None,
            revision: 1,
            published: 1,
            packages: 1,
            modified: 0,
            changed: None,
            dirty: dirty.then(|| DIRTY.to_owned()),
            queued_until: queued_until.map(|second| second * 1000),
            due_since: None,
            lease_until: lease_until.map(|second| second * 1000),
        }
    }

    #[test]
    fn a_build_is_forgotten_a_while_after_the_last_that_is_known_of_it() {
        for (dirty, queued_until, lease_until, now, forgotten) in [
            // Nothing to publish, whatever else it says.
            (false, None, None, 1000, false),
            (false, Some(5), Some(5), 1000, false),
            // Its message was lost.
            (true, Some(5), None, 65, false),
            (true, Some(5), None, 66, true),
            // Its builder died; or lives, and one more is due.
            (true, None, Some(30), 90, false),
            (true, None, Some(30), 91, true),
            (true, Some(5), Some(1001), 1000, false),
            (true, Some(5), Some(1000), 1000, true),
            (true, Some(999), Some(30), 1000, false),
            // Its builder died between giving the lease back and asking for the next build.
            (true, None, None, 60, false),
            (true, None, None, 61, true),
        ] {
            let repository = repository(dirty, queued_until, lease_until);
            let now = Timestamp::from_second(now).expect("a moment");
            assert_eq!(repository.is_forgotten(now), forgotten, "at {now}: {repository:?}");
        }
    }

    #[test]
    fn however_often_a_build_was_asked_for_again_it_is_due_since_the_first_time() {
        let asked_again = Repository { due_since: Some(5000), ..repository(true, Some(900), None) };
        assert_eq!(asked_again.build_was_due(), Timestamp::from_second(5).ok());
        let now = Timestamp::from_second(901).expect("a moment");
        assert!(!asked_again.is_forgotten(now), "it was asked for a second ago");
    }

    #[test]
    fn nobody_is_to_build_what_waits_for_a_human() {
        let stuck = Repository { dirty: Some(STUCK.to_owned()), ..repository(true, None, None) };
        let now = Timestamp::from_second(1000).expect("a moment");
        assert!(!stuck.needs_update() && !stuck.is_forgotten(now) && stuck.build_was_due().is_none());
    }

    #[test]
    fn flags_fall_by_themselves() {
        let at = |second| Timestamp::from_second(second).expect("a moment");
        let repository = repository(true, Some(5), Some(30));
        assert!(repository.is_queued(at(4)) && !repository.is_queued(at(5)));
        assert!(repository.is_updating(at(29)) && !repository.is_updating(at(30)));
        assert!(repository.needs_update());
    }
}
