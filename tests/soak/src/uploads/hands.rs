//! What CIs do with requests that fail because a function died: they ask again.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::Duration,
};

use colca_tests::Response;

/// How often one is asked again before that is a violation.
const TRIES: u32 = 60;

/// What all uploaders did so far.
#[derive(Debug, Default)]
pub(crate) struct Hands {
    pub(crate) uploads: AtomicU64,
    pub(crate) replacements: AtomicU64,
    pub(crate) contested: AtomicU64,
    pub(crate) deletions: AtomicU64,
    pub(crate) overtaken: AtomicU64,
    pub(crate) hurried: AtomicU64,
    pub(crate) done: AtomicU64,
    again: AtomicU64,
}

impl Hands {
    /// One more.
    pub(crate) fn count(counter: &AtomicU64) {
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// Asks until there is an answer of the server itself.
    ///
    /// # Panics
    /// If there is none at all.
    pub(crate) fn ask(&self, what: &str, request: impl Fn() -> Response) -> Response {
        for _ in 0..TRIES {
            let response = request();
            if response.status < 500 && response.status != 429 {
                return response;
            }
            Self::count(&self.again);
            thread::sleep(Duration::from_millis(500));
        }
        panic!("{what} was asked for {TRIES} times and never answered")
    }

    /// What there is to tell.
    pub(crate) fn counts(&self) -> [(&'static str, u64); 7] {
        [
            ("uploads of new packages", &self.uploads),
            ("forced replacements of an uploader's own", &self.replacements),
            ("forced replacements that race with others'", &self.contested),
            ("of those overtaken by one with a newer ticket", &self.overtaken),
            ("deletions", &self.deletions),
            ("requests asked again after a 5xx", &self.again),
            ("messages about uploads sent again, as the sweep does in time", &self.hurried),
        ]
        .map(|(what, counter)| (what, counter.load(Ordering::Relaxed)))
    }
}
