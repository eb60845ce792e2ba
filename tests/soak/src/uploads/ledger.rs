//! What the uploaders were told, and what must hence be listed.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Mutex,
    time::{Duration, Instant},
};

use crate::{
    course::lock,
    shelf::{From, Listed, Shelf},
};

/// Of all uploaders.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    /// By the repository's number and the package's name: the upload that stands, and its SHA-256.
    standing: Mutex<BTreeMap<(usize, String), (String, String)>>,
    /// When the bytes of each SHA-256 had arrived, and how long after that they were seen to be listed.
    sent: Mutex<HashMap<String, (Instant, Option<Duration>)>>,
    /// The ids of all uploads.
    ids: Mutex<BTreeSet<String>>,
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

    /// A ticket was given.
    pub(crate) fn asked(&self, upload: &str) {
        lock(&self.ids).insert(upload.to_owned());
    }

    /// The ids of all tickets.
    pub(crate) fn ids(&self) -> BTreeSet<String> {
        lock(&self.ids).clone()
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
            let expected = expected.map(|((_, name), (_, sha256))| (sha256.clone(), name.clone())).collect();
            let listed = shelf.listed(From::Store).unwrap_or_default();
            if let Err(what) = is_the_same(&expected, &listed) {
                panic!("{}: {what}", shelf.repository.prefix());
            }
            for (sha256, package) in &listed {
                shelf.check_bytes(From::Cdn, sha256, package);
            }
        }
        standing.len()
    }
}

/// Whether what is listed is what stands: both by SHA-256, what stands with the names of the files.
fn is_the_same(standing: &BTreeMap<String, String>, listed: &BTreeMap<String, Listed>) -> Result<(), String> {
    let lost: Vec<_> = standing.iter().filter(|(sha256, _)| !listed.contains_key(*sha256)).collect();
    let extra: Vec<_> = listed.iter().filter(|(sha256, _)| !standing.contains_key(*sha256)).collect();
    if lost.is_empty() && extra.is_empty() {
        return Ok(());
    }
    Err(format!("lost: {lost:?}; listed and should not be: {extra:?}"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Ledger, Listed, is_the_same};

    #[test]
    fn a_loss_and_what_nobody_uploaded_are_found() {
        let standing = |all: &[&str]| all.iter().map(|name| (format!("{name}-sum"), (*name).to_owned())).collect();
        let listed = |all: &[&str]| -> BTreeMap<_, _> {
            let listed = |name: &&str| Listed { identity: (*name).to_owned(), path: String::new() };
            all.iter().map(|name| (format!("{name}-sum"), listed(name))).collect()
        };
        assert_eq!(is_the_same(&standing(&["a", "b"]), &listed(&["a", "b"])), Ok(()));
        let lost = is_the_same(&standing(&["a", "b"]), &listed(&["a"])).unwrap_err();
        assert_eq!(lost, r#"lost: [("b-sum", "b")]; listed and should not be: []"#);
        let extra = is_the_same(&standing(&["a"]), &listed(&["a", "b"])).unwrap_err();
        assert!(extra.starts_with(r#"lost: []; listed and should not be: [("b-sum", "#), "{extra}");
        // Other bytes under a name are both.
        let other = is_the_same(&BTreeMap::from([("other".to_owned(), "a".to_owned())]), &listed(&["a"])).unwrap_err();
        assert!(other.contains(r#"lost: [("other", "a")]"#) && other.contains(r#"[("a-sum", "#), "{other}");
    }

    #[test]
    fn of_two_uploads_the_later_ticket_stands() {
        let ledger = Ledger::default();
        for (upload, sha256) in [("2", "new"), ("1", "old")] {
            ledger.registered(0, "a", upload, sha256);
        }
        ledger.registered(0, "b", "3", "gone");
        ledger.deleted(0, "b");
        let standing = ledger.standing.into_inner().expect("nobody panicked");
        assert_eq!(standing, BTreeMap::from([((0, "a".to_owned()), ("2".to_owned(), "new".to_owned()))]));
    }
}
