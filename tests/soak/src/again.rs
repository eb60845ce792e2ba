//! What CIs do with requests that fail because a function died, or had no time left: they ask again.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use colca_tests::Response;

/// For how long one is asked again before that is a violation, and after how long. A function that is killed is there again
/// within seconds; a machine that has other things to do takes longer.
const PATIENCE: Duration = Duration::from_secs(300);
const PAUSE: Duration = Duration::from_millis(500);

/// Asks until there is an answer of the server itself, and counts how often it had to be asked again.
///
/// # Panics
/// If there is none at all.
pub(crate) fn ask(what: &str, again: &AtomicU64, request: impl Fn() -> Response) -> Response {
    let begun = Instant::now();
    loop {
        let response = request();
        if response.status < 500 && response.status != 429 {
            return response;
        }
        let waited = begun.elapsed();
        assert!(waited < PATIENCE, "{what} was asked for over {} s and never answered", waited.as_secs());
        again.fetch_add(1, Ordering::Relaxed);
        thread::sleep(PAUSE);
    }
}
