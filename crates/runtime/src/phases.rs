//! How long each phase of a build takes.

use std::cell::RefCell;
use std::time::Duration;

use tokio::time::Instant;

/// A phase of a build, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// What there is, what has changed, and what the packages say of themselves are read.
    Read,
    /// The metadata is made.
    Assemble,
    /// It is signed.
    Sign,
    /// What lies under names of its own is written.
    Write,
    /// The entry files are written, and what was published is noted.
    Commit,
}

/// The phases that ended, and the one that goes on.
struct Watch {
    ended: Vec<(Phase, Duration)>,
    now: (Phase, Instant),
}

impl Watch {
    fn new(at: Instant) -> Self {
        Self { ended: Vec::new(), now: (Phase::Read, at) }
    }

    fn begin(&mut self, next: Phase, at: Instant) {
        let (phase, since) = std::mem::replace(&mut self.now, (next, at));
        let took = at.duration_since(since);
        match self.ended.iter_mut().find(|(ended, _)| *ended == phase) {
            Some((_, all)) => *all += took,
            None => self.ended.push((phase, took)),
        }
    }
}

tokio::task_local! {
    static WATCH: RefCell<Watch>;
}

/// Says that the task goes on to a phase. Of work that nobody times it says nothing.
pub fn begin(phase: Phase) {
    let _ = WATCH.try_with(|watch| watch.borrow_mut().begin(phase, Instant::now()));
}

/// Does `work`, which begins with [`Phase::Read`], and tells how long each phase took; one that was come back to, all in all.
pub async fn timed<T>(work: impl Future<Output = T>) -> (T, Vec<(Phase, Duration)>) {
    WATCH
        .scope(RefCell::new(Watch::new(Instant::now())), async {
            let result = work.await;
            let phases = WATCH.with(|watch| {
                let mut watch = watch.borrow_mut();
                let last = watch.now.0;
                watch.begin(last, Instant::now());
                std::mem::take(&mut watch.ended)
            });
            (result, phases)
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phase_that_is_come_back_to_is_timed_all_in_all() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut watch = Watch::new(at(0));
        for (phase, second) in [(Phase::Write, 1), (Phase::Read, 3), (Phase::Commit, 7), (Phase::Commit, 9)] {
            watch.begin(phase, at(second));
        }
        let expected = [(Phase::Read, 5), (Phase::Write, 2), (Phase::Commit, 2)];
        assert_eq!(watch.ended, expected.map(|(phase, seconds)| (phase, Duration::from_secs(seconds))));
    }

    #[tokio::test]
    async fn what_is_timed_names_each_phase_and_what_is_not_names_none() {
        begin(Phase::Sign);
        let (result, phases) = timed(async {
            begin(Phase::Assemble);
            7
        })
        .await;
        let names: Vec<_> = phases.into_iter().map(|(phase, _)| phase).collect();
        assert_eq!((result, names), (7, vec![Phase::Read, Phase::Assemble]));
    }
}
