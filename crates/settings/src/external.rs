//! Repositories elsewhere on the web whose packages a repository also lists.

use std::collections::BTreeSet;

use colca_model::{Codename, Component, Distro, DistroVersion, RepoPath, Sha256};

use crate::distribution_rules::MOST_COMPONENTS;
use crate::versions::is_same_distro;
use crate::{Node, Refs, Settings, WebDirectory};

/// The most of a project. Each is fetched when a repository is built.
const MOST: usize = 20;

/// The most addresses below which they may lie.
const MOST_ALLOWED: usize = 100;

/// The addresses below which all of them must lie: `[external]`.
pub(crate) fn read_allowed(node: Node<'_>) -> Vec<WebDirectory> {
    node.keys(|keys| keys.take("allow").and_then(|node| node.ordered_names(MOST_ALLOWED))).unwrap_or_default()
}

/// A repository elsewhere, and which of our repositories list its packages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct External {
    /// Where it is: above `repodata/`, or above `dists/`.
    pub url: WebDirectory,
    /// The checksum of its entry file, see [`External::entry_file`].
    pub sha256: Sha256,
    /// Its directory below `dists/` if it is an apt repository; none if it is of rpms.
    pub codename: Option<Codename>,
    /// The components that are taken of an apt repository, in the order of the file; all if it names none.
    pub components: Vec<Component>,
    /// The distribution of the repositories that list it, compared without regard to case.
    pub distro: Distro,
    /// Their versions, compared as [`Settings::is_same_version`] does.
    pub versions: BTreeSet<DistroVersion>,
    /// Their refs.
    pub refs: Refs,
}

impl External {
    /// The list of a project. `allowed` are the addresses below which all must lie.
    pub(crate) fn read_all(node: &Node<'_>, allowed: &[WebDirectory]) -> Vec<Self> {
        let items = node.items("must be a list of tables, each headed [[repos.<project>.external]]", MOST);
        items.unwrap_or_default().into_iter().filter_map(|item| Self::read(item, allowed)).collect()
    }

    fn read(node: Node<'_>, allowed: &[WebDirectory]) -> Option<Self> {
        node.keys(|keys| {
            let url = keys.require("url").and_then(|node| {
                let url: WebDirectory = node.name()?;
                if allowed.is_empty() {
                    node.refuse("needs an address above it in allow of [external], which has none");
                } else if !allowed.iter().any(|allowed| url.is_within(allowed)) {
                    node.refuse("must begin with one of the addresses in allow of [external]");
                }
                Some(url)
            });
            let sha256 = keys.require("sha256").and_then(|node| node.name());
            let codename = keys.take("codename").map(|node| node.name::<Codename>());
            let components = keys.take("components").map(|node| {
                if codename.is_none() {
                    node.refuse("is only for an apt repository, which has a codename");
                }
                node.words(MOST_COMPONENTS).unwrap_or_default()
            });
            let distro = keys.require("distro").and_then(|node| node.name());
            let versions = keys.require("versions").and_then(|node| node.some_names());
            let refs = keys.take("refs").map_or(Some(Refs::All), Refs::read);
            Some(Self {
                url: url?,
                sha256: sha256?,
                codename: codename.flatten(),
                components: components.unwrap_or_default(),
                distro: distro?,
                versions: versions?,
                refs: refs?,
            })
        })
    }

    /// The file whose checksum is pinned, and from which everything else is verified.
    #[must_use]
    pub fn entry_file(&self) -> String {
        let path = self.codename.as_ref().map(|codename| format!("dists/{codename}/Release"));
        self.url.file(path.as_deref().unwrap_or("repodata/repomd.xml"))
    }
}

impl Settings {
    /// The repositories elsewhere whose packages this repository also lists, in the order of the file. Those with a
    /// codename are for deb repositories, the others for rpm.
    #[must_use]
    pub fn externals(&self, repository: &RepoPath) -> Vec<&External> {
        let RepoPath { distro, distro_version, .. } = repository;
        let is_listed = |external: &&External| {
            let mut versions = external.versions.iter();
            is_same_distro(&external.distro, distro)
                && external.refs.contains(&repository.git_ref)
                && versions.any(|version| self.is_same_version(&external.distro, version, distro, distro_version))
        };
        let project = self.repos.get(&repository.project);
        project.into_iter().flat_map(|project| &project.external).filter(is_listed).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_lists_those_of_its_distribution_version_and_ref() {
        let sha256 = "ab".repeat(32);
        let text = format!(
            r#"
            external.allow = ["https://a.example/"]
            [[repos.ceph.external]]
            url = "https://a.example/el9/"
            sha256 = "{sha256}"
            distro = "centos"
            versions = ["9", "10"]
            refs = ["main"]
            [[repos.ceph.external]]
            url = "https://a.example/apt/"
            codename = "stable"
            components = "main test"
            sha256 = "{sha256}"
            distro = "Ubuntu"
            versions = ["22.04"]
            "#
        );
        let settings = Settings::parse(&text).expect("a good file");
        let entry_files = |path: &str| {
            let externals = settings.externals(&path.parse().expect("a path"));
            externals.into_iter().map(External::entry_file).collect::<Vec<_>>()
        };
        let rpm = "https://a.example/el9/repodata/repomd.xml".to_owned();
        let deb = "https://a.example/apt/dists/stable/Release".to_owned();
        for (path, expected) in [
            ("ceph/main/HEAD/centos/9/flavors/default", Some(&rpm)),
            ("ceph/main/1234/CentOS/10/flavors/debug", Some(&rpm)),
            ("ceph/main/HEAD/centos/8/flavors/default", None),
            ("ceph/quincy/HEAD/centos/9/flavors/default", None),
            ("rook/main/HEAD/centos/9/flavors/default", None),
            ("ceph/main/HEAD/ubuntu/jammy/flavors/default", Some(&deb)),
            ("ceph/quincy/HEAD/ubuntu/22.04/flavors/default", Some(&deb)),
            ("ceph/main/HEAD/ubuntu/noble/flavors/default", None),
            ("ceph/main/HEAD/debian/jammy/flavors/default", None),
        ] {
            assert_eq!(entry_files(path).iter().collect::<Vec<_>>(), Vec::from_iter(expected), "{path}");
        }
        let path = "ceph/main/HEAD/ubuntu/jammy/flavors/default".parse().expect("a path");
        let [external] = settings.externals(&path)[..] else { panic!("one of two") };
        assert_eq!(external.components.iter().map(Component::as_str).collect::<Vec<_>>(), ["main", "test"]);
        assert_eq!(external.sha256.to_string(), sha256);
    }
}
