//! What the next revision of a repository is made from, so that making it takes what has changed alone.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use colca_apt::Indexes;
use colca_model::{Arch, Filename, RepoPath, UploadId};
use colca_runtime::Services;
use colca_store::{ObjectKey, Result};
use serde::{Deserialize, Serialize};

use crate::Journal;

/// The lists of a repository, as a revision that was made of the catalog has them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Lists {
    /// All but the lists themselves.
    pub notes: Notes,
    /// By what they are called.
    pub lists: BTreeMap<String, List>,
}

/// What is noted beside the lists.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Notes {
    /// What they were made by, besides the packages. Other settings, other lists.
    pub made_by: String,
    /// The architectures that packages were uploaded for.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub archs: BTreeSet<Arch>,
    /// Which indexes an archive has, by codename.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub indexes: BTreeMap<String, Indexes>,
    /// The packages that are in no list, by their uploads.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub left_out: BTreeMap<UploadId, LeftOut>,
    /// The files that are carried into the metadata, by their uploads.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub carried: BTreeMap<UploadId, CarriedFile>,
    /// Whether the next build has to read all packages again: some are those of others, or cannot be listed beside them.
    #[serde(default)]
    pub takes_all: bool,
    /// How the packages have changed since the lists of the files in them were made, if those are wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub journal: Option<Journal>,
}

/// A file that is registered, and listed nowhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// The architecture as the uploader named it.
    pub arch: Arch,
    /// The name of the file.
    pub filename: Filename,
    /// Why.
    pub problems: Vec<String>,
}

/// A file that is carried into the metadata of a directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CarriedFile {
    /// The directory.
    pub directory: String,
    /// The name of the file.
    pub filename: Filename,
    /// The object that holds it.
    pub key: String,
}

/// One list. What its bytes mean is for `colca-segments` to say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct List {
    /// Its manifest.
    pub manifest: Bytes,
    /// The record of its last segment, which each new package is added to. That of every other one is an object.
    pub tail: Bytes,
    /// The names of those objects.
    pub records: Vec<String>,
}

/// The first line of the file: what is noted, and how long the bytes of each list are that follow.
#[derive(Serialize, Deserialize)]
struct Head {
    /// Whose lists these are.
    of: String,
    notes: Notes,
    lists: BTreeMap<String, Lengths>,
}

#[derive(Serialize, Deserialize)]
struct Lengths {
    manifest: usize,
    tail: usize,
    records: Vec<String>,
}

impl Lists {
    /// Those of a revision; `None` if they are not there, or not as this version writes them.
    ///
    /// # Errors
    /// Whatever the store answers.
    pub async fn of(services: &Services, repository: &RepoPath, revision: u64) -> Result<Option<Self>> {
        let object = services.objects.read(&Self::key(repository, revision)).await?;
        Ok(object.and_then(|(bytes, _)| Self::from_bytes(repository, revision, bytes)))
    }

    /// The object that holds those of a revision.
    #[must_use]
    pub fn key(repository: &RepoPath, revision: u64) -> ObjectKey {
        ObjectKey::Lists { repository: repository.clone(), name: revision.to_string() }
    }

    /// Whether one of them needs a record.
    #[must_use]
    pub fn names(&self, record: &str) -> bool {
        self.lists.values().any(|list| list.records.iter().any(|name| name == record))
    }

    /// The file: a line of JSON, then the bytes of each list.
    ///
    /// # Panics
    /// Never: what is noted has nothing that JSON cannot hold.
    #[must_use]
    pub fn to_bytes(&self, repository: &RepoPath, revision: u64) -> Bytes {
        let lengths = |list: &List| Lengths {
            manifest: list.manifest.len(),
            tail: list.tail.len(),
            records: list.records.clone(),
        };
        let lists = self.lists.iter().map(|(name, list)| (name.clone(), lengths(list))).collect();
        let of = ObjectKey::revision(repository, revision);
        let head = Head { of, notes: self.notes.clone(), lists };
        let mut bytes = serde_json::to_vec(&head).expect("strings and numbers become JSON");
        bytes.push(b'\n');
        for list in self.lists.values() {
            bytes.extend_from_slice(&list.manifest);
            bytes.extend_from_slice(&list.tail);
        }
        bytes.into()
    }

    /// Reads what [`Lists::to_bytes`] wrote for this revision; `None` if it is anything else.
    #[must_use]
    pub fn from_bytes(repository: &RepoPath, revision: u64, mut bytes: Bytes) -> Option<Self> {
        let mut head = bytes.split_to(bytes.iter().position(|byte| *byte == b'\n')? + 1);
        head.truncate(head.len() - 1);
        let Head { of, notes, lists } = serde_json::from_slice(&head).ok()?;
        if of != ObjectKey::revision(repository, revision) {
            return None;
        }
        let mut take = |length: usize| (length <= bytes.len()).then(|| bytes.split_to(length));
        let mut found = BTreeMap::new();
        for (name, Lengths { manifest, tail, records }) in lists {
            found.insert(name, List { manifest: take(manifest)?, tail: take(tail)?, records });
        }
        bytes.is_empty().then_some(Self { notes, lists: found })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repository() -> RepoPath {
        "p/r/s/d/1/flavors/f".parse().expect("a good path")
    }

    fn some() -> Lists {
        let list = |text: &'static [u8]| List {
            manifest: Bytes::from_static(text),
            tail: Bytes::from_static(b"\n"),
            records: vec!["7-0".to_owned()],
        };
        let left_out = LeftOut {
            arch: "source".parse().expect("a good name"),
            filename: "hello_1.dsc".parse().expect("a good name"),
            problems: vec!["hello 1: the tarball is missing".to_owned()],
        };
        let upload: UploadId = "01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().expect("a ULID");
        let notes = Notes { left_out: [(upload, left_out)].into(), ..Notes::default() };
        Lists { notes, lists: [("a".to_owned(), list(b"manifest")), ("b".to_owned(), list(b""))].into() }
    }

    #[test]
    fn reads_what_it_writes() {
        for lists in [Lists::default(), some()] {
            let bytes = lists.to_bytes(&repository(), 7);
            assert_eq!(Lists::from_bytes(&repository(), 7, bytes.clone()), Some(lists));
            assert_eq!(Lists::from_bytes(&repository(), 8, bytes), None, "another revision's");
        }
        assert!(some().names("7-0") && !some().names("7-1"));
    }

    #[test]
    fn reads_nothing_else() {
        let good = some().to_bytes(&repository(), 7);
        for bad in [&b""[..], b"\n", b"{}\n", &good[..good.len() - 1], &[&good[..], b"x"].concat()] {
            assert_eq!(Lists::from_bytes(&repository(), 7, Bytes::copy_from_slice(bad)), None, "{} bytes", bad.len());
        }
    }
}
