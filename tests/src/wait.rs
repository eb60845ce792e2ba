//! Bounded waiting for something to come true.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

/// How long anything asynchronous may take on a busy machine of two cores before a test gives up.
pub const PATIENCE: Duration = Duration::from_secs(120);

const PAUSE: Duration = Duration::from_millis(250);

/// How many seconds are waited, if somebody asked for more than the usual.
static AT_LEAST: AtomicU64 = AtomicU64::new(0);

/// Has this whole process wait longer than usual: for a program that puts more load on the machine than any test.
pub fn be_patient(limit: Duration) {
    AT_LEAST.store(limit.as_secs(), Ordering::Relaxed);
}

/// Asks again and again until `question` has an answer.
///
/// # Panics
/// If it has none within `limit`; `what` is the end of the sentence "waited … for".
pub fn until_within<T>(limit: Duration, what: &str, mut question: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(answer) = question() {
            return answer;
        }
        assert!(start.elapsed() < limit, "waited {} s for {what}", limit.as_secs());
        thread::sleep(PAUSE);
    }
}

/// [`until_within`] the usual [`PATIENCE`], or what this process has instead ([`be_patient`]).
pub fn until<T>(what: &str, question: impl FnMut() -> Option<T>) -> T {
    until_within(PATIENCE.max(Duration::from_secs(AT_LEAST.load(Ordering::Relaxed))), what, question)
}
