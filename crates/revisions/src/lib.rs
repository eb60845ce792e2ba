//! What a revision lists. Nothing is kept of it beside the metadata that was published: that is read again.

mod first;
mod garbage;
mod journal;
mod lists;
mod verify;

use std::collections::{BTreeMap, BTreeSet};

use colca_apt::{ForeignPackages, ForeignSources};
use colca_model::{RepoPath, RepositoryKind};
use colca_rpmmd::foreign_packages;
use colca_runtime::Services;
use colca_store::{Error, ObjectKey, Place, Result, Revision};
use serde::{Deserialize, Serialize};

pub use first::{Uploaded, first_of_each};
pub use garbage::{LONGER, garbage, superseded};
pub use journal::{Journal, JournalPackage};
pub use lists::{CarriedFile, LeftOut, List, Lists, Notes};
pub use verify::{Problems, verify};

/// A package, or a plain file, as a revision lists it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Listed {
    /// Its path below the repository.
    pub path: String,
    /// What it is called.
    pub name: String,
    /// Its version; empty for a plain file.
    pub version: String,
    /// What it runs on.
    pub arch: String,
    /// Its length in bytes.
    pub size: u64,
    /// The SHA-256 of its bytes.
    pub sha256: String,
    /// The distributions that list it, of a Debian archive.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub codenames: BTreeSet<String>,
}

/// How two revisions differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// What only the later one lists.
    pub added: Vec<Listed>,
    /// What only the earlier one lists.
    pub removed: Vec<Listed>,
}

impl Difference {
    /// From one list to another, both as [`contents`] gives them.
    #[must_use]
    pub fn between(from: &[Listed], to: &[Listed]) -> Self {
        let only = |of: &[Listed], not: &[Listed]| {
            let not: BTreeSet<_> = not.iter().collect();
            of.iter().filter(|listed| !not.contains(listed)).cloned().collect()
        };
        Self { added: only(to, from), removed: only(from, to) }
    }
}

/// Everything that a revision lists, by path. Reads its metadata.
///
/// # Errors
/// Whatever the store answers; [`colca_store::ErrorKind::NotFound`] if the revision is over and some of it is deleted.
pub async fn contents(services: &Services, repository: &RepoPath, revision: &Revision) -> Result<Vec<Listed>> {
    let mut listed: BTreeMap<String, Listed> = BTreeMap::new();
    for (name, place) in &revision.places {
        for (path, kept) in indexes(revision.kind, place) {
            let key = ObjectKey::Metadata { repository: repository.clone(), path: kept.to_owned() };
            let (bytes, _) = services.objects.read(&key).await?.ok_or_else(|| Error::not_found(&key))?;
            let found = match revision.kind {
                RepositoryKind::Rpm => rpms(name, &bytes),
                RepositoryKind::Deb => debs(name, path, &bytes),
                RepositoryKind::Raw => files(&bytes),
            };
            let damaged = |reason: String| Error::damaged(format!("read {}: {reason}", key.path()));
            for package in found.map_err(damaged)? {
                match listed.get_mut(&package.path) {
                    Some(known) => known.codenames.extend(package.codenames),
                    None => drop(listed.insert(package.path.clone(), package)),
                }
            }
        }
    }
    Ok(listed.into_values().collect())
}

/// The files of a place that say what is listed there: what they are called, and where they lie for good. Of an index in
/// two compressions, one is enough.
fn indexes(kind: RepositoryKind, place: &Place) -> Vec<(&str, &str)> {
    let entries = || place.entries.iter().map(|entry| (entry.path.as_str(), entry.source.as_str()));
    match kind {
        RepositoryKind::Rpm => {
            let files = place.files.iter().map(|file| (file.as_str(), file.as_str()));
            files.filter(|(path, _)| path.contains("-primary.xml.")).collect()
        }
        RepositoryKind::Deb => {
            let is_index = |path: &str| path.ends_with("/Packages.gz") || path.ends_with("/Sources.gz");
            entries().filter(|(path, _)| is_index(path)).collect()
        }
        RepositoryKind::Raw => entries().filter(|(path, _)| *path == "index.json").collect(),
    }
}

fn rpms(place: &str, primary: &[u8]) -> std::result::Result<Vec<Listed>, String> {
    let directory = place.strip_suffix("repodata").unwrap_or_default();
    let packages = foreign_packages(primary).map_err(|invalid| invalid.to_string())?;
    let listed = packages.into_iter().map(|package| Listed {
        path: format!("{directory}{}", package.href),
        name: package.name,
        version: package.evr,
        arch: package.arch,
        size: package.size,
        sha256: package.sha256.to_string(),
        codenames: BTreeSet::new(),
    });
    Ok(listed.collect())
}

fn debs(place: &str, name: &str, index: &[u8]) -> std::result::Result<Vec<Listed>, String> {
    let codenames: BTreeSet<_> = place.strip_prefix("dists/").map(str::to_owned).into_iter().collect();
    if name.ends_with("Sources.gz") {
        let sources = ForeignSources::new(name, index).map_err(|invalid| invalid.to_string())?;
        let listed = sources.map(|source| {
            let source = source.map_err(|invalid| invalid.to_string())?;
            Ok(Listed {
                path: source.directory.to_string(),
                name: source.name,
                version: source.version,
                arch: "source".to_owned(),
                size: source.dsc.size,
                sha256: source.dsc.sha256.to_string(),
                codenames: codenames.clone(),
            })
        });
        return listed.collect();
    }
    let packages = ForeignPackages::new(name, index).map_err(|invalid| invalid.to_string())?;
    let listed = packages.map(|package| {
        let package = package.map_err(|invalid| invalid.to_string())?;
        Ok(Listed {
            path: package.path.to_string(),
            name: package.package.name().to_owned(),
            version: package.package.version().to_owned(),
            arch: package.package.architecture().to_owned(),
            size: package.size,
            sha256: package.sha256.to_string(),
            codenames: codenames.clone(),
        })
    });
    listed.collect()
}

/// What stands in `index.json` of a repository of plain files.
#[derive(Deserialize)]
struct Index {
    files: Vec<File>,
}

#[derive(Deserialize)]
struct File {
    path: String,
    name: String,
    arch: String,
    size: u64,
    sha256: String,
}

fn files(index: &[u8]) -> std::result::Result<Vec<Listed>, String> {
    let index: Index = serde_json::from_slice(index).map_err(|error| error.to_string())?;
    let listed = index.files.into_iter().map(|File { path, name, arch, size, sha256 }| {
        let (version, codenames) = (String::new(), BTreeSet::new());
        Listed { path, name, version, arch, size, sha256, codenames }
    });
    Ok(listed.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(path: &str, sha256: &str) -> Listed {
        Listed {
            path: path.to_owned(),
            name: "a".to_owned(),
            version: "1".to_owned(),
            arch: "amd64".to_owned(),
            size: 1,
            sha256: sha256.to_owned(),
            codenames: BTreeSet::new(),
        }
    }

    #[test]
    fn a_file_with_other_bytes_is_removed_and_added() {
        let (old, same, new) = (listed("x", "1"), listed("y", "1"), listed("x", "2"));
        let difference = Difference::between(&[old.clone(), same.clone()], &[new.clone(), same]);
        assert_eq!(difference, Difference { added: vec![new], removed: vec![old] });
    }

    #[test]
    fn reads_the_index_of_plain_files() {
        let index = br#"{"files": [{"path": "x86_64/a", "name": "a", "arch": "x86_64", "size": 2, "sha256": "ab", "sha512": null}]}"#;
        let listed = files(index).expect("good JSON");
        assert_eq!((listed[0].path.as_str(), listed[0].size), ("x86_64/a", 2));
        assert!(files(b"{}").is_err());
    }
}
