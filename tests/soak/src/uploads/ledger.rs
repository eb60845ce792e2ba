//! What the uploaders were told, and what must hence be listed.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Mutex,
    time::{Duration, Instant},
};

use crate::{
    course::lock,
    shelf::{From, Shelf},
};

/// Of all uploaders.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    /// By the repository's number and the package's name: the upload that stands, and its SHA-256.
    standing: Mutex<BTreeMap<(usize, String), (String, String)>>,
    /// When the bytes of each SHA-256 had arrived, and how long after that they were seen to be listed.
    sent: Mutex<HashMap<String, (Instant, Option<Duration>)>>,
    /// How many times metadata was read.
    pub(crate) read: Mutex<u64>,
}

impl Ledger {
    /// An upload was registered. Of two the one with the later ticket stands.
    pub(crate) fn registered(&self, shelf: usize, name: &str, upload: &str, sha256: &str) {
        let mut standing = lock(&self.standing);
        let entry = standing.entry((shelf, name.to_owned())).or_default();
        if entry.0.as_str() < upload {
            *entry = (upload.to_owned(), sha256.to_owned());
        }
    }

    /// A package was deleted.
    pub(crate) fn deleted(&self, shelf: usize, name: &str) {
        lock(&self.standing).remove(&(shelf, name.to_owned()));
    }

    /// The bytes of a package have arrived.
    pub(crate) fn sent(&self, sha256: &str) {
        lock(&self.sent).insert(sha256.to_owned(), (Instant::now(), None));
    }

    /// These packages are listed.
    pub(crate) fn seen<'a>(&self, all: impl Iterator<Item = &'a String>) {
        let mut sent = lock(&self.sent);
        for sha256 in all {
            if let Some((at, seen @ None)) = sent.get_mut(sha256) {
                *seen = Some(at.elapsed());
            }
        }
    }

    /// How long each package took that was seen.
    pub(crate) fn times(&self) -> Vec<Duration> {
        lock(&self.sent).values().filter_map(|(_, seen)| *seen).collect()
    }

    /// Fails unless exactly what stands is listed, and is there. Says how many packages that are.
    ///
    /// # Panics
    /// If not: what is missing and what is too much.
    pub(crate) fn check(&self, shelves: &[Shelf]) -> usize {
        let standing = lock(&self.standing);
        for (number, shelf) in shelves.iter().enumerate() {
            let expected = standing.iter().filter(|((place, _), _)| *place == number);
            let expected: BTreeMap<_, _> =
                expected.map(|((_, name), (upload, sha256))| (sha256.as_str(), (name, upload))).collect();
            let listed = shelf.listed(From::Store).unwrap_or_default();
            let lost: Vec<_> = expected.iter().filter(|(sha256, _)| !listed.contains_key(**sha256)).collect();
            let extra: Vec<_> = listed.iter().filter(|(sha256, _)| !expected.contains_key(sha256.as_str())).collect();
            assert!(
                lost.is_empty() && extra.is_empty(),
                "{}: lost {lost:?}, listed and should not be: {extra:?}",
                shelf.repository.prefix()
            );
            for (sha256, package) in &listed {
                shelf.check_bytes(From::Cdn, sha256, package);
            }
        }
        standing.len()
    }
}
