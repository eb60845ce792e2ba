//! What CIs do with requests that fail because a function died, or had no time left: they ask again.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::Duration,
};

use colca_tests::Response;

/// How often one is asked again before that is a violation, and after how long.
const TRIES: u32 = 60;
const PAUSE: Duration = Duration::from_millis(500);

/// Asks until there is an answer of the server itself, and counts how often it had to be asked again.
///
/// # Panics
/// If there is none at all.
pub(crate) fn ask(what: &str, again: &AtomicU64, request: impl Fn() -> Response) -> Response {
    for _ in 0..TRIES {
        let response = request();
        if response.status < 500 && response.status != 429 {
            return response;
        }
        again.fetch_add(1, Ordering::Relaxed);
        thread::sleep(PAUSE);
    }
    panic!("{what} was asked for {TRIES} times and never answered")
}
