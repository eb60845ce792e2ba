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

/// How many of them, from the first, somebody waits for.
const AWAITED: usize = 3;

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

/// What somebody waits for comes first in every second round, each of it in turn; in the others each task does, and so none is
/// kept waiting for ever by another that takes all of its rounds.
fn tasks(now: Timestamp) -> [Task; 7] {
    let minute = now.as_second().div_euclid(EVERY);
    let turn = |of: usize| usize::try_from(minute.div_euclid(2).rem_euclid(of as i64)).unwrap_or(0);
    let mut tasks = TASKS;
    if minute.rem_euclid(2) == 0 {
        tasks[..AWAITED].rotate_left(turn(AWAITED));
    } else {
        tasks.rotate_left(turn(TASKS.len()));
    }
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

    /// What the rounds of `count` minutes begin with.
    fn firsts(start: i64, count: i64) -> Vec<Task> {
        (0..count).map(|round| tasks(at(start + round * EVERY))[0]).collect()
    }

    #[test]
    fn a_round_has_every_task() {
        for round in 0..42 {
            let tasks = tasks(at(round * EVERY));
            assert!(TASKS.iter().all(|task| tasks.contains(task)), "minute {round}: {tasks:?}");
        }
    }

    /// Whatever takes all of its rounds, and whenever one looks.
    #[test]
    fn each_task_is_the_first_in_one_of_fourteen_rounds_at_least() {
        for start in [0, 37, 1_800_000_000, 1_800_000_059] {
            let firsts = firsts(start, 14);
            for task in TASKS {
                assert!(firsts.contains(&task), "{task:?} from {start}: {firsts:?}");
            }
        }
    }

    /// A backlog of garbage, say, takes a whole round each time it comes to it.
    #[test]
    fn what_somebody_waits_for_is_done_in_every_second_round_before_anything_else() {
        let awaited = &TASKS[..AWAITED];
        for start in [0, 60, 1_800_000_000, 1_800_000_060] {
            let firsts = firsts(start, 6);
            assert!(
                firsts.windows(2).all(|two| two.iter().any(|task| awaited.contains(task))),
                "from {start}: {firsts:?}"
            );
            for task in awaited {
                assert!(firsts.contains(task), "{task:?} from {start}: {firsts:?}");
            }
        }
        for round in (0..42).step_by(2) {
            let mut first = tasks(at(round * EVERY))[..AWAITED].to_vec();
            first.sort_by_key(|task| TASKS.iter().position(|other| other == task));
            assert_eq!(first, awaited, "minute {round}");
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
