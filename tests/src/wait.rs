//! Bounded waiting for something to come true.

use std::{
    thread,
    time::{Duration, Instant},
};

/// How long anything asynchronous may take on a busy machine of two cores before a test gives up.
pub const PATIENCE: Duration = Duration::from_secs(120);

const PAUSE: Duration = Duration::from_millis(250);

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

/// [`until_within`] the usual [`PATIENCE`].
pub fn until<T>(what: &str, question: impl FnMut() -> Option<T>) -> T {
    until_within(PATIENCE, what, question)
}
