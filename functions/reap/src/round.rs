//! How long a round works, and what it begins with.

use std::future::{Ready, ready};

use colca_model::SharedClock;
use colca_runtime::Services;
use jiff::{SignedDuration, Timestamp};

/// For how long a round begins work. What it has begun by then has the rest of the function's 55 s to end.
const WORKS: SignedDuration = SignedDuration::from_secs(30);

/// How often a round comes, in seconds.
const EVERY: i64 = 60;

/// What a round does one after the other, each as long as what it finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Task {
    Builds,
    Uploads,
    Imports,
    Releases,
    Parts,
    Retention,
    Garbage,
}

/// What somebody waits for.
const AWAITED: [Task; 3] = [Task::Builds, Task::Uploads, Task::Imports];

const OTHERS: [Task; 4] = [Task::Releases, Task::Parts, Task::Retention, Task::Garbage];

/// After how many rounds all begins again: an odd number, so that rounds that come only every two minutes begin with each task, too.
const TURNS: i64 = 9;

/// One round, as long as it begins work. What it leaves is due still, and found by the next.
pub(crate) struct Round {
    clock: SharedClock,
    begun: Timestamp,
}

impl Round {
    /// Begins now.
    pub(crate) fn begin(services: &Services) -> Self {
        Self { clock: services.clock.clone(), begun: services.clock.now() }
    }

    /// What is to be done, in this order.
    pub(crate) fn tasks(&self) -> impl Iterator<Item = Task> {
        tasks(self.begun)
    }

    /// When it begins nothing more.
    pub(crate) fn end(&self) -> Timestamp {
        self.begun + WORKS
    }

    /// Whether it begins nothing more.
    pub(crate) fn is_over(&self) -> bool {
        self.clock.now() >= self.end()
    }

    /// The contrary, for streams.
    pub(crate) fn goes_on(&self) -> Ready<bool> {
        ready(!self.is_over())
    }
}

/// What somebody waits for comes first in every second round, each of it in turn. In the others one of the rest does, so that
/// none waits for ever for a task that takes all of its rounds.
fn tasks(now: Timestamp) -> impl Iterator<Item = Task> {
    let turn = usize::try_from(now.as_second().div_euclid(EVERY).rem_euclid(TURNS)).unwrap_or(0);
    let (mut awaited, mut others) = (AWAITED, OTHERS);
    awaited.rotate_left(turn / 2 % AWAITED.len());
    others.rotate_left(turn / 2 % OTHERS.len());
    let before = turn % 2;
    let [first, rest] = [&others[..before], &others[before..]].map(<[Task]>::to_vec);
    first.into_iter().chain(awaited).chain(rest)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicI64, Ordering};

    use colca_model::Clock;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a moment")
    }

    fn all() -> Vec<Task> {
        [&AWAITED[..], &OTHERS[..]].concat()
    }

    /// What `count` rounds do, that come each so many minutes.
    fn rounds(start: i64, count: i64, minutes: i64) -> Vec<Vec<Task>> {
        (0..count).map(|round| tasks(at(start + round * minutes * EVERY)).collect()).collect()
    }

    #[test]
    fn a_round_does_each_task_once() {
        for tasks in rounds(0, 2 * TURNS, 1) {
            assert!(tasks.len() == all().len() && all().iter().all(|task| tasks.contains(task)), "{tasks:?}");
        }
    }

    /// Whatever takes all of its rounds, and whenever one looks; even if rounds take so long that they come every two minutes.
    #[test]
    fn each_task_is_the_first_in_one_of_nine_rounds_at_least() {
        for (start, minutes) in [(0, 1), (37, 1), (1_800_000_000, 1), (1_800_000_059, 1), (0, 2), (60, 2), (0, 5)] {
            let rounds = rounds(start, TURNS, minutes);
            for task in all() {
                assert!(
                    rounds.iter().any(|tasks| tasks[0] == task),
                    "{task:?} from {start}, each {minutes}: {rounds:?}"
                );
            }
        }
    }

    /// A backlog of garbage, say, takes a whole round each time that comes to it.
    #[test]
    fn what_somebody_waits_for_waits_for_one_other_task_at_most_and_for_none_in_every_second_round() {
        for two in rounds(0, 2 * TURNS, 1).windows(2) {
            let others = [&two[0], &two[1]].map(|tasks| tasks.iter().position(|task| AWAITED.contains(task)));
            assert!(matches!(others, [Some(0), Some(0 | 1)] | [Some(1), Some(0)]), "{two:?}");
            for tasks in two {
                let begin = tasks.iter().position(|task| AWAITED.contains(task)).unwrap_or(0);
                let awaited = &tasks[begin..begin + AWAITED.len()];
                assert!(AWAITED.iter().all(|task| awaited.contains(task)), "{tasks:?}");
            }
        }
    }

    struct Hand(AtomicI64);

    impl Clock for Hand {
        fn now(&self) -> Timestamp {
            at(self.0.load(Ordering::Relaxed))
        }
    }

    #[test]
    fn a_round_is_over_after_half_a_minute() {
        let hand = Arc::new(Hand(AtomicI64::new(100)));
        let round = Round { clock: hand.clone(), begun: hand.now() };
        for (second, is_over) in [(100, false), (129, false), (130, true), (200, true)] {
            hand.0.store(second, Ordering::Relaxed);
            assert_eq!((round.is_over(), round.goes_on().into_inner()), (is_over, !is_over), "at {second}");
        }
    }
}
