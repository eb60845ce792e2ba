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

const TASKS: [Task; 7] =
    [Task::Builds, Task::Uploads, Task::Imports, Task::Releases, Task::Parts, Task::Retention, Task::Garbage];

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
    pub(crate) fn tasks(&self) -> [Task; 7] {
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

/// Another task is the first each minute: one that takes a whole round, and each time, leaves the others the rounds that begin
/// with them.
fn tasks(now: Timestamp) -> [Task; 7] {
    let round = now.as_second().div_euclid(EVERY).rem_euclid(TASKS.len() as i64);
    let mut tasks = TASKS;
    tasks.rotate_left(usize::try_from(round).unwrap_or(0));
    tasks
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

    #[test]
    fn each_task_is_the_first_in_one_of_seven_rounds_and_all_are_in_each() {
        for start in [0, 37, 1_800_000_000, 1_800_000_059] {
            let rounds: Vec<_> = (0..7).map(|round| tasks(at(start + round * EVERY))).collect();
            for task in TASKS {
                assert_eq!(rounds.iter().filter(|tasks| tasks[0] == task).count(), 1, "{task:?} from {start}");
                assert!(rounds.iter().all(|tasks| tasks.contains(&task)), "{task:?} from {start}");
            }
        }
    }

    /// Whatever takes all of its round is the last in the next.
    #[test]
    fn the_first_of_a_round_is_the_last_of_the_next() {
        for round in 0..14 {
            assert_eq!(tasks(at(round * EVERY))[0], tasks(at((round + 1) * EVERY))[6]);
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
