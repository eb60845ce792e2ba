//! Which of the repositories of one project, ref and flavor go, and which stay.

use std::cmp::Reverse;

use colca_model::RepoPath;
use colca_settings::Retention;
use jiff::{SignedDuration, Timestamp};

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// What is known of a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Candidate {
    pub(crate) repository: RepoPath,
    /// When somebody last changed it.
    pub(crate) changed: Timestamp,
    /// Whether a revision of it is pinned.
    pub(crate) is_pinned: bool,
    /// Whether it stays at what was promoted.
    pub(crate) is_held: bool,
}

/// What is to become of a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is to be purged: nobody has changed it for so many days.
    Goes {
        /// Its age in whole days.
        age: i64,
        /// How old it may become.
        days: u32,
    },
    /// It is to stay.
    Stays(Reason),
}

/// Why a repository is to stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The configuration says so of its ref or flavor.
    PinnedRef,
    /// A revision of it is pinned.
    PinnedRevision,
    /// It stays at what was promoted.
    Promoted,
    /// It has changed since.
    Young {
        /// Its age in whole days.
        age: i64,
        /// How old it may become.
        days: u32,
    },
    /// It is one of so many that are kept however old they are.
    Newest {
        /// How many.
        keep_minimum: u32,
    },
}

impl Fate {
    /// In words.
    #[must_use]
    pub fn why(&self) -> String {
        match self {
            Self::Goes { age, days } => format!("nobody has changed it for {age} days, and days is {days}"),
            Self::Stays(Reason::PinnedRef) => "its ref or flavor is pinned by the configuration".to_owned(),
            Self::Stays(Reason::PinnedRevision) => "a revision of it is pinned".to_owned(),
            Self::Stays(Reason::Promoted) => "it stays at what was promoted".to_owned(),
            Self::Stays(Reason::Young { age, days }) => format!("it was changed {age} days ago, and days is {days}"),
            Self::Stays(Reason::Newest { keep_minimum }) => {
                format!("it is among the newest of its ref and flavor, of which keep_minimum keeps {keep_minimum}")
            }
        }
    }
}

/// What was changed after this is too young to go.
pub(crate) fn cutoff(retention: &Retention, now: Timestamp) -> Timestamp {
    let days = DAY * i32::try_from(retention.days).unwrap_or(i32::MAX);
    now.checked_sub(days).unwrap_or(Timestamp::MIN)
}

/// What is to become of each, in their order. All are of one project, ref and flavor.
pub(crate) fn decide(retention: &Retention, group: &[Candidate], now: Timestamp) -> Vec<Fate> {
    let Retention { days, keep_minimum, pinned } = *retention;
    let mut newest: Vec<_> =
        group.iter().map(|candidate| (Reverse(candidate.changed), &candidate.repository)).collect();
    newest.sort();
    newest.truncate(usize::try_from(keep_minimum).unwrap_or(usize::MAX));
    let cutoff = cutoff(retention, now);
    let fate = |candidate: &Candidate| {
        let age = (now.duration_since(candidate.changed).as_secs() / DAY.as_secs()).max(0);
        if pinned {
            Fate::Stays(Reason::PinnedRef)
        } else if candidate.is_pinned {
            Fate::Stays(Reason::PinnedRevision)
        } else if candidate.is_held {
            Fate::Stays(Reason::Promoted)
        } else if candidate.changed > cutoff {
            Fate::Stays(Reason::Young { age, days })
        } else if newest.iter().any(|(_, repository)| **repository == candidate.repository) {
            Fate::Stays(Reason::Newest { keep_minimum })
        } else {
            Fate::Goes { age, days }
        }
    };
    group.iter().map(fate).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: i64 = 1_800_000_000;

    fn now() -> Timestamp {
        Timestamp::from_second(NOW).expect("a moment")
    }

    /// One of that number, which last changed so many seconds ago.
    fn candidate(number: usize, seconds: i64) -> Candidate {
        Candidate {
            repository: format!("ceph/main/{number:040}/centos/9/flavors/default").parse().expect("a path"),
            changed: Timestamp::from_second(NOW - seconds).expect("a moment"),
            is_pinned: false,
            is_held: false,
        }
    }

    fn retention(days: u32, keep_minimum: u32) -> Retention {
        Retention { days, keep_minimum, pinned: false }
    }

    fn goes(fates: &[Fate]) -> Vec<bool> {
        fates.iter().map(|fate| matches!(fate, Fate::Goes { .. })).collect()
    }

    #[test]
    fn one_goes_when_it_is_as_old_as_it_may_become_and_not_a_second_before() {
        let day = DAY.as_secs();
        for (seconds, expected) in [(2 * day - 1, false), (2 * day, true), (9 * day, true), (0, false), (-day, false)] {
            let fates = decide(&retention(2, 0), &[candidate(1, seconds)], now());
            assert_eq!(goes(&fates), [expected], "{seconds}");
        }
        let fate = decide(&retention(2, 0), &[candidate(1, 3 * day + 7)], now())[0];
        assert_eq!(fate.why(), "nobody has changed it for 3 days, and days is 2");
    }

    #[test]
    fn keep_minimum_counts_the_newest_of_all_and_not_of_those_that_are_too_old() {
        let days = |days: i64| days * DAY.as_secs();
        let group = [candidate(1, days(40)), candidate(2, days(1)), candidate(3, days(30)), candidate(4, days(20))];
        assert_eq!(goes(&decide(&retention(14, 2), &group, now())), [true, false, true, false]);
        assert_eq!(goes(&decide(&retention(14, 4), &group, now())), [false; 4]);
    }

    #[test]
    fn what_somebody_wants_to_keep_stays_and_says_why() {
        let old = candidate(1, 400 * DAY.as_secs());
        for (candidate, pinned, reason) in [
            (Candidate { is_pinned: true, ..old.clone() }, false, Reason::PinnedRevision),
            (Candidate { is_held: true, ..old.clone() }, false, Reason::Promoted),
            (old, true, Reason::PinnedRef),
        ] {
            let rule = Retention { pinned, ..retention(1, 0) };
            assert_eq!(decide(&rule, &[candidate], now()), [Fate::Stays(reason)]);
        }
    }

    proptest! {
        /// Whatever the rule and the ages: what goes is old enough, is newer than nothing that stays by its age alone, and
        /// leaves as many as are to be kept.
        #[test]
        fn enough_stay_and_they_are_the_newest(
            ages in proptest::collection::vec(0_i64..60 * 24 * 3600, 0..20),
            days in 1_u32..50,
            keep_minimum in 0_u32..10,
        ) {
            let group: Vec<_> = ages.iter().enumerate().map(|(number, age)| candidate(number, *age)).collect();
            let rule = retention(days, keep_minimum);
            let goes = goes(&decide(&rule, &group, now()));
            let ages_of = |going: bool| ages.iter().zip(&goes).filter(move |(_, goes)| **goes == going).map(|(age, _)| *age);
            prop_assert!(ages_of(true).all(|age| age >= i64::from(days) * DAY.as_secs()));
            if let (Some(oldest), Some(youngest)) = (ages_of(false).max(), ages_of(true).min()) {
                prop_assert!(oldest <= youngest);
            }
            let stay = goes.iter().filter(|goes| !**goes).count();
            prop_assert!(stay >= group.len().min(keep_minimum as usize));
        }
    }
}
