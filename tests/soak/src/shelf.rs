//! A repository of one of the two formats, and what its published metadata lists.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    sync::atomic::AtomicU64,
};

use colca_tests::{Client, Repository, aws, dists::Dists, repodata::Repodata, stack, tiny, upload::Package};
use sha2::{Digest, Sha256};

use crate::again;

/// How its packages are made and read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// For dnf.
    Rpm,
    /// For apt.
    Deb,
}

/// A repository.
#[derive(Debug)]
pub(crate) struct Shelf {
    pub(crate) repository: Repository,
    pub(crate) format: Format,
}

/// A package as metadata lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listed {
    /// Its name and version, of which a repository has one.
    pub(crate) identity: String,
    /// Its path below the repository.
    pub(crate) path: String,
}

/// Where metadata is read.
#[derive(Debug, Clone, Copy)]
pub(crate) enum From {
    /// As clients do.
    Cdn,
    /// Past all caches.
    Store,
}

const CODENAME: &str = "bookworm";

/// Where dnf looks for metadata.
const FOLDERS: [&str; 3] = ["noarch", "x86_64", "SRPMS"];

impl Shelf {
    /// A new, empty one.
    pub(crate) fn new(name: &str, format: Format) -> Self {
        let repository = match format {
            Format::Rpm => Repository::new(name),
            Format::Deb => Repository::of(name, "debian", "12"),
        };
        Self { repository, format }
    }

    /// A package for it.
    pub(crate) fn package(&self, name: &str, text: &str) -> Package {
        match self.format {
            Format::Rpm => tiny::rpm(name, "1.0", text),
            Format::Deb => tiny::deb(name, "1.0", text),
        }
    }

    /// What it lists, by the SHA-256 of the packages; `None` before anything was published.
    ///
    /// # Panics
    /// If a file of the metadata is missing, or is not what its checksum says, or lists a package twice.
    pub(crate) fn listed(&self, from: From) -> Option<BTreeMap<String, Listed>> {
        let listed = each_once(self.all(|name| self.read(from, name))?);
        Some(listed.unwrap_or_else(|what| panic!("{} {what}", self.repository.prefix())))
    }

    /// The keys of all that clients find now who ask for its entry files: metadata and packages.
    pub(crate) fn named(&self) -> BTreeSet<String> {
        let names = RefCell::new(BTreeSet::new());
        let fetch = |name: &str| {
            names.borrow_mut().insert(name.to_owned());
            self.read(From::Store, name)
        };
        let listed = self.all(fetch).unwrap_or_default();
        // dnf begins at the lists of mirrors, which are written last, and each of which names one revision.
        let folders = if self.format == Format::Rpm { &FOLDERS[..] } else { &[] };
        for folder in folders {
            let Some(list) = self.read(From::Store, &format!("{folder}/mirrorlist")) else { continue };
            let list = String::from_utf8_lossy(&list).replace("%40", "@");
            let revision = list.split('/').find(|part| part.starts_with('@')).expect("it names a revision");
            fetch(&format!("{revision}/{folder}/repodata/repomd.xml.asc"));
            let repodata = Repodata::read(|name| match name {
                "repodata/repomd.xml" => fetch(&format!("{revision}/{folder}/{name}")),
                name => fetch(&format!("{folder}/{name}")),
            });
            let packages = repodata.into_iter().flat_map(|repodata| repodata.packages);
            names.borrow_mut().extend(packages.map(|(_, package)| format!("{folder}/{}", package.href())));
        }
        let mut names = names.into_inner();
        names.extend(listed.into_iter().map(|(_, listed)| listed.path));
        names.into_iter().map(|name| format!("{}/{name}", self.repository.prefix())).collect()
    }

    /// Fails unless a package that is listed is there and is what its checksum says.
    #[track_caller]
    pub(crate) fn check_bytes(&self, from: From, sha256: &str, listed: &Listed) {
        let found = self.read(from, &listed.path);
        if let Err(what) = is_what_it_says(found.as_deref(), sha256, listed) {
            panic!("{} of {}", what, self.repository.prefix());
        }
    }

    /// All that metadata lists, as often as it does.
    fn all(&self, fetch: impl Fn(&str) -> Option<Vec<u8>>) -> Option<Vec<(String, Listed)>> {
        match self.format {
            Format::Rpm => {
                let repodata = Repodata::read(|name| fetch(&format!("noarch/{name}")))?;
                let listed = |(sha256, package): (&String, &colca_tests::repodata::Package)| {
                    let version = package.primary.child("version").expect("a package has a version");
                    let identity = format!("{} {}", package.name(), version.attribute("ver"));
                    (sha256.clone(), Listed { identity, path: format!("noarch/{}", package.href()) })
                };
                Some(repodata.packages.iter().map(listed).collect())
            }
            Format::Deb => {
                let dists = Dists::read(|name| fetch(&format!("dists/{CODENAME}/{name}")))?;
                let listed = |package: &colca_tests::deb822::Paragraph| {
                    let identity = format!("{} {}", package.get("Package"), package.get("Version"));
                    (package.get("SHA256").to_owned(), Listed { identity, path: package.get("Filename").to_owned() })
                };
                Some(dists.packages("amd64").iter().map(listed).collect())
            }
        }
    }

    fn read(&self, from: From, below: &str) -> Option<Vec<u8>> {
        match from {
            From::Store => aws::object(stack().store(), &format!("{}/{below}", self.repository.prefix())),
            From::Cdn => {
                let url = format!("{}/{}/{}", stack().cdn(), self.repository.prefix(), aws::escape(below));
                let response = again::ask(&url, &AtomicU64::new(0), || Client::anonymous().get(&url));
                (response.status != 404).then(|| response.expect(200).body)
            }
        }
    }
}

/// By checksum, if no package and no name and version is there twice; else in which words it is.
fn each_once(all: Vec<(String, Listed)>) -> Result<BTreeMap<String, Listed>, String> {
    let mut found = BTreeMap::<String, Listed>::new();
    for (sha256, listed) in all {
        let same = found.values().find(|other| other.identity == listed.identity);
        if let Some(other) = found.get(&sha256).or(same) {
            return Err(format!("lists a package twice: {other:?} and {listed:?}"));
        }
        found.insert(sha256, listed);
    }
    Ok(found)
}

/// Whether the bytes of a package are those that are listed.
fn is_what_it_says(bytes: Option<&[u8]>, sha256: &str, Listed { identity, path }: &Listed) -> Result<(), String> {
    let Some(bytes) = bytes else { return Err(format!("missing: {identity} is not at {path}")) };
    let found = hex::encode(Sha256::digest(bytes));
    if found == sha256 { Ok(()) } else { Err(format!("mismatch: {identity} is listed with {sha256} and is {found}")) }
}

#[cfg(test)]
mod tests {
    use super::{Listed, each_once, is_what_it_says};

    fn listed(identity: &str) -> Listed {
        Listed { identity: identity.to_owned(), path: format!("noarch/{identity}.rpm") }
    }

    #[test]
    fn a_package_that_is_there_twice_is_found() {
        let all = |second: (&str, &str)| {
            [("11", "a 1"), second].map(|(sha256, identity)| (sha256.to_owned(), listed(identity))).into()
        };
        assert_eq!(each_once(all(("22", "b 1"))).map(|found| found.len()), Ok(2));
        for planted in [("11", "b 1"), ("22", "a 1"), ("11", "a 1")] {
            let what = each_once(all(planted)).unwrap_err();
            assert!(what.starts_with("lists a package twice: ") && what.contains("a 1"), "{what}");
        }
    }

    #[test]
    fn a_package_of_another_checksum_or_none_is_found() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(is_what_it_says(Some(b""), empty, &listed("a")), Ok(()));
        let what = is_what_it_says(Some(b"planted"), empty, &listed("a")).unwrap_err();
        assert!(what.starts_with(&format!("mismatch: a is listed with {empty} and is ")), "{what}");
        let what = is_what_it_says(None, empty, &listed("a")).unwrap_err();
        assert_eq!(what, "missing: a is not at noarch/a.rpm");
    }
}
