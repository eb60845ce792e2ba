//! What a repository is to look like, once it is published. Planning makes it, publishing carries it out.

use std::collections::BTreeMap;

use bytes::Bytes;
use colca_model::RepositoryKind;
use colca_revisions::Lists;
use colca_store::{Garbage, ObjectKey, Revision};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::content::Content;

/// A repository as it is to be.
#[derive(Debug)]
pub(crate) struct Wanted {
    pub(crate) kind: RepositoryKind,
    /// How many packages are listed; for raw files, how many files.
    pub(crate) packages: u64,
    /// By what they are called. See [`colca_store::Revision`].
    pub(crate) places: BTreeMap<String, WantedPlace>,
    /// The files that name the newest revision, with the place's own path below it.
    pub(crate) mirrorlists: BTreeMap<String, String>,
    /// Whether every package was signed when it came in.
    pub(crate) packages_signed: bool,
    /// What keeps files from being published.
    pub(crate) problems: Vec<String>,
    /// The lists that were kept, with their number.
    pub(crate) kept: Option<(u64, Lists)>,
    /// The lists to keep for the next build, if there are any.
    pub(crate) lists: Option<Lists>,
    /// Whether segments of them are worth merging.
    pub(crate) can_be_merged: bool,
    /// The records of their segments that are new, by their names.
    pub(crate) records: Vec<(String, Bytes)>,
    /// What is to be written besides, for nobody to see.
    pub(crate) beside: Vec<(ObjectKey, Bytes)>,
    /// What may be garbage besides, from when on.
    pub(crate) garbage: Vec<(Garbage, Timestamp)>,
}

impl Wanted {
    /// Nothing at all, of that kind.
    pub(crate) fn nothing(kind: RepositoryKind) -> Self {
        Self {
            kind,
            packages: 0,
            places: BTreeMap::new(),
            mirrorlists: BTreeMap::new(),
            packages_signed: false,
            problems: vec![],
            kept: None,
            lists: None,
            can_be_merged: false,
            records: vec![],
            beside: vec![],
            garbage: vec![],
        }
    }

    /// Takes from each place that is as it was in the revision before what would be written again; nothing is if all are to
    /// be made `anew`. Whether any is left, or a place is gone.
    pub(crate) fn keep_what_is_new(&mut self, before: Option<&Revision>, anew: bool) -> bool {
        let mut is_new = before.is_none_or(|before| {
            before.kind != self.kind || before.places.keys().any(|name| !self.places.contains_key(name))
        });
        for (name, place) in &mut self.places {
            let before = before.and_then(|before| before.places.get(name));
            place.is_new = anew || before.is_none_or(|before| before.content != place.content);
            is_new |= place.is_new;
        }
        is_new
    }
}

/// One place of it.
#[derive(Debug, Default)]
pub(crate) struct WantedPlace {
    /// Whether it is to be written, see [`Wanted::keep_what_is_new`].
    pub(crate) is_new: bool,
    /// The same for the same content, in whatever revision.
    pub(crate) content: String,
    /// What is written under names of its own, by path below the repository.
    pub(crate) files: Vec<(String, Content)>,
    /// What it needs and is there already, by path.
    pub(crate) kept: Vec<String>,
    pub(crate) entries: Vec<WantedEntry>,
    /// What the entry file says, for which signatures are wanted.
    pub(crate) main: Option<Main>,
}

/// An entry file.
#[derive(Debug)]
pub(crate) struct WantedEntry {
    pub(crate) path: String,
    pub(crate) holds: Holds,
}

/// What an entry file holds.
#[derive(Debug)]
pub(crate) enum Holds {
    /// These bytes, which are kept with the snapshot of the revision.
    Bytes(Bytes),
    /// What lies for good in another file of the place.
    File(String),
}

/// The entry file that names all others, before it is signed.
#[derive(Debug)]
pub(crate) enum Main {
    /// `repomd.xml`, by its path.
    Repomd(String, Vec<u8>),
    /// `Release`, by the path of its directory.
    Release(String, String),
    /// `SHA256SUMS`, by its path.
    Sums(String, Vec<u8>),
}

impl Main {
    /// What an entry file was before it was signed, if it is one of these.
    pub(crate) fn of(path: &str, bytes: &Bytes) -> Option<Self> {
        if path.ends_with("repodata/repomd.xml") {
            return Some(Self::Repomd(path.to_owned(), bytes.to_vec()));
        }
        if let Some(directory) = path.strip_suffix("/Release") {
            return Some(Self::Release(directory.to_owned(), String::from_utf8(bytes.to_vec()).ok()?));
        }
        (path == "SHA256SUMS").then(|| Self::Sums(path.to_owned(), bytes.to_vec()))
    }
}

impl WantedEntry {
    /// An entry file that is kept with the snapshot.
    pub(crate) fn new(path: String, bytes: impl Into<Bytes>) -> Self {
        Self { path, holds: Holds::Bytes(bytes.into()) }
    }

    /// One that holds the same as another file of its place.
    pub(crate) fn of_file(path: String, file: String) -> Self {
        Self { path, holds: Holds::File(file) }
    }
}

/// What identifies a content that is made of these parts.
pub(crate) fn content<P: AsRef<[u8]>>(parts: impl IntoIterator<Item = P>) -> String {
    let mut digest = Sha256::new();
    for part in parts {
        let part = part.as_ref();
        // With its length, so that no two lists of parts look the same.
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    hex::encode(digest.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contents_differ_by_where_their_parts_end() {
        assert_ne!(content(["ab", "c"]), content(["a", "bc"]));
        assert_eq!(content(["ab", "c"]), content(["ab", "c"]));
    }
}
