//! A repository of one of the two formats, and what its published metadata lists.

use std::collections::BTreeMap;

use colca_tests::{Client, Repository, aws, dists::Dists, repodata::Repodata, stack, tiny, upload::Package};
use sha2::{Digest, Sha256};

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
#[derive(Debug)]
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
        let all: Vec<(String, Listed)> = match self.format {
            Format::Rpm => {
                let repodata = Repodata::read(|name| self.read(from, &format!("noarch/{name}")))?;
                let listed = |(sha256, package): (&String, &colca_tests::repodata::Package)| {
                    let version = package.primary.child("version").expect("a package has a version");
                    let identity = format!("{} {}", package.name(), version.attribute("ver"));
                    (sha256.clone(), Listed { identity, path: format!("noarch/{}", package.href()) })
                };
                repodata.packages.iter().map(listed).collect()
            }
            Format::Deb => {
                let dists = Dists::read(|name| self.read(from, &format!("dists/{CODENAME}/{name}")))?;
                let listed = |package: &colca_tests::deb822::Paragraph| {
                    let identity = format!("{} {}", package.get("Package"), package.get("Version"));
                    (package.get("SHA256").to_owned(), Listed { identity, path: package.get("Filename").to_owned() })
                };
                dists.packages("amd64").iter().map(listed).collect()
            }
        };
        let count = all.len();
        let all: BTreeMap<_, _> = all.into_iter().collect();
        assert_eq!(all.len(), count, "{} lists a package twice", self.repository.prefix());
        let mut identities: Vec<_> = all.values().map(|listed| &listed.identity).collect();
        identities.sort_unstable();
        let twice = identities.windows(2).find(|pair| pair[0] == pair[1]);
        assert!(twice.is_none(), "{} lists two of {twice:?}", self.repository.prefix());
        Some(all)
    }

    /// Fails unless a package that is listed is there and is what its checksum says.
    #[track_caller]
    pub(crate) fn check_bytes(&self, from: From, sha256: &str, listed: &Listed) {
        let Listed { identity, path } = listed;
        let bytes = self.read(from, path);
        let bytes = bytes.unwrap_or_else(|| panic!("{identity} of {} is not at {path}", self.repository.prefix()));
        assert_eq!(hex::encode(Sha256::digest(&bytes)), sha256, "{identity} has another checksum");
    }

    fn read(&self, from: From, below: &str) -> Option<Vec<u8>> {
        match from {
            From::Store => aws::object(stack().store(), &format!("{}/{below}", self.repository.prefix())),
            From::Cdn => {
                let url = format!("{}/{}/{}", stack().cdn(), self.repository.prefix(), aws::escape(below));
                let response = Client::anonymous().get(&url);
                (response.status != 404).then(|| response.expect(200).body)
            }
        }
    }
}
