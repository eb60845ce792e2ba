//! What all uploaders did so far.

use std::sync::atomic::{AtomicU64, Ordering};

use colca_tests::Response;

use crate::again;

/// Counted for all of them.
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

    /// Asks until there is an answer.
    pub(crate) fn ask(&self, what: &str, request: impl Fn() -> Response) -> Response {
        again::ask(what, &self.again, request)
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
