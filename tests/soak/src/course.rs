//! How long a stage goes on: until its time is over, or something that was promised is violated anywhere.

use std::{
    any::Any,
    panic::{self, AssertUnwindSafe},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

/// What all threads of a stage look at.
#[derive(Debug)]
pub(crate) struct Course {
    begun: Instant,
    bound: Duration,
    over: AtomicBool,
    violation: Mutex<Option<String>>,
}

impl Course {
    /// One that begins now.
    pub(crate) fn of(bound: Duration) -> Self {
        Self { begun: Instant::now(), bound, over: AtomicBool::new(false), violation: Mutex::new(None) }
    }

    /// Whether something new may be begun.
    pub(crate) fn goes_on(&self) -> bool {
        !self.over.load(Ordering::Relaxed) && self.begun.elapsed() < self.bound
    }

    /// Ends it for those who go on until somebody else is done.
    pub(crate) fn end(&self) {
        self.over.store(true, Ordering::Relaxed);
    }

    /// How long it has been going on.
    pub(crate) fn elapsed(&self) -> Duration {
        self.begun.elapsed()
    }

    /// How long something new may be begun still.
    pub(crate) fn left(&self) -> Duration {
        if self.goes_on() { self.bound.saturating_sub(self.begun.elapsed()) } else { Duration::ZERO }
    }

    /// Waits for a while, shorter if it ends meanwhile.
    pub(crate) fn pause(&self, time: Duration) {
        let begun = Instant::now();
        while begun.elapsed() < time && self.goes_on() {
            thread::sleep(Duration::from_millis(50).min(time));
        }
    }

    /// Does something whose panic is a violation, as all checks of the harness are: the first one is kept, and ends the
    /// stage for everybody.
    pub(crate) fn watch<T>(&self, who: &str, work: impl FnOnce() -> T) -> Option<T> {
        match panic::catch_unwind(AssertUnwindSafe(work)) {
            Ok(done) => Some(done),
            Err(reason) => {
                lock(&self.violation).get_or_insert_with(|| format!("{who}: {}", words(reason.as_ref())));
                self.end();
                None
            }
        }
    }

    /// The first violation, if there was one.
    pub(crate) fn verdict(&self) -> Result<(), String> {
        lock(&self.violation).clone().map_or(Ok(()), Err)
    }
}

/// A lock whose holder may have ended in a violation.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn words(reason: &(dyn Any + Send)) -> String {
    let text = reason.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| reason.downcast_ref::<&str>().copied()).unwrap_or("a panic without words").to_owned()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Course;

    #[test]
    fn the_first_violation_ends_it() {
        let course = Course::of(Duration::from_secs(60));
        assert_eq!(course.watch("one", || 1), Some(1));
        assert!(course.goes_on());
        let wrong = "wrong";
        assert_eq!(course.watch::<()>("two", || panic!("all is {wrong}")), None);
        course.watch::<()>("three", || panic!("and more"));
        assert!(!course.goes_on());
        assert_eq!(course.verdict(), Err("two: all is wrong".to_owned()));
    }
}
