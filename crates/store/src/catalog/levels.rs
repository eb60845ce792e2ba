//! The tree that people browse: which refs a project has, which commits a ref, and so on down to the architectures.
//!
//! Every listing shows two levels, `{child: [grandchildren]}`. So each pair of names on a path is one small item under
//! what is above them, and a listing is one query, however much it shows:
//!
//! | listing of | pk | sk |
//! |---|---|---|
//! | everything | `TREE#` | `P`, `P/R` |
//! | `P`, `P/R`, `P/R/S` | `TREE#P[/R[/S]]` | two names, such as `S/D` |
//! | `P/R/S/D` | `TREE#P/R/S/D` | `V/A` |
//! | `P/R/S/D/V` | `TREE#P/R/S/D/V` | `F/A` |

use std::collections::BTreeMap;

use colca_model::{Arch, Project, RepoPath};
use serde::Deserialize;

use super::Catalog;
use crate::Result;
use crate::table::{Item, key};

/// A listing of two levels.
pub type Listing = BTreeMap<String, Vec<String>>;

#[derive(Debug, Deserialize)]
struct Pair {
    sk: String,
}

/// One item: what is right below `above`.
struct Link {
    above: String,
    child: String,
    grandchild: String,
}

impl Link {
    fn new(above: String, child: &str, grandchild: &str) -> Self {
        Self { above, child: child.to_owned(), grandchild: grandchild.to_owned() }
    }

    fn key(&self) -> Item {
        key(&level(&self.above), &format!("{}/{}", self.child, self.grandchild))
    }
}

impl Catalog {
    /// Makes every level above a file visible. Harmless to repeat.
    ///
    /// One after the other, from the lowest to the highest: [`Catalog::prune_levels`] relies on it. Mostly all are there, by
    /// an upload before; whoever takes one of them out after this look then looks below it, and finds what is there.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn record_levels(&self, repository: &RepoPath, arch: &Arch) -> Result<()> {
        let keys: Vec<_> =
            links(repository, arch).iter().map(Link::key).chain([project_key(&repository.project)]).collect();
        if self.table.are_there(&keys).await? {
            return Ok(());
        }
        for key in keys {
            self.table.put_all(vec![key]).await?;
        }
        Ok(())
    }

    /// Takes out the levels above the last file of an architecture, as far up as nothing else is below them.
    ///
    /// Somebody may register a file below any of these levels while this runs. So it looks once more after it took one
    /// out, and puts it back if there is something below it by now. Whoever records what this look does not see records
    /// it after the look, and the levels above it after that.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn prune_levels(&self, repository: &RepoPath, arch: &Arch) -> Result<()> {
        if self.has_binaries(repository, arch).await? {
            return Ok(());
        }
        let [files, versions, upper @ ..] = links(repository, arch);
        self.table.delete_all(vec![files.key()]).await?;
        if self.has_binaries(repository, arch).await? {
            return self.table.put_all(vec![files.key()]).await;
        }
        if self.has_arch(&files.above, arch).await? {
            return Ok(());
        }
        self.table.delete_all(vec![versions.key()]).await?;
        if self.has_arch(&files.above, arch).await? {
            return self.table.put_all(vec![versions.key()]).await;
        }
        let mut below = versions;
        for link in upper {
            if !self.prune(&below, link.key()).await? {
                return Ok(());
            }
            below = link;
        }
        self.prune(&below, project_key(&repository.project)).await.map(drop)
    }

    /// Takes out what leads to a link, unless there is another with the same name; `false` if there is.
    async fn prune(&self, below: &Link, above: Item) -> Result<bool> {
        let is_there = async || self.table.any(&level(&below.above), &format!("{}/", below.child)).await;
        if is_there().await? {
            return Ok(false);
        }
        self.table.delete_all(vec![above.clone()]).await?;
        if is_there().await? {
            self.table.put_all(vec![above]).await?;
            return Ok(false);
        }
        Ok(true)
    }

    /// Whether any flavor of a version has files of an architecture.
    async fn has_arch(&self, version_level: &str, arch: &Arch) -> Result<bool> {
        let ending = format!("/{arch}");
        Ok(self.pairs(version_level, "").await?.iter().any(|pair| pair.ends_with(&ending)))
    }

    /// Makes a project without any files visible. Harmless to repeat.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn create_project(&self, project: &Project) -> Result<()> {
        self.table.put_all(vec![project_key(project)]).await
    }

    /// Whether there is a project of that name, with files or without.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn has_project(&self, project: &Project) -> Result<bool> {
        let item: Option<Pair> = self.table.get(&level(""), project.as_str()).await?;
        Ok(item.is_some())
    }

    /// What is below a path of no to five names, two levels of it; empty if there is no such path. One query. The two
    /// levels below `P/R/S/D/V` are the flavors and their architectures.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn listing(&self, path: &str) -> Result<Listing> {
        let mut listing = Listing::new();
        for pair in self.pairs(path, "").await? {
            match pair.split_once('/') {
                Some((child, grandchild)) => listing.entry(child.to_owned()).or_default().push(grandchild.to_owned()),
                // A project, which may have nothing below it.
                None => drop(listing.entry(pair).or_default()),
            }
        }
        Ok(listing)
    }

    /// The architectures of a repository, as uploaded. One query.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn archs(&self, repository: &RepoPath) -> Result<Vec<String>> {
        let prefix = format!("{}/", repository.flavor);
        let pairs = self.pairs(&repository.version_level(), &prefix).await?;
        Ok(pairs.into_iter().map(|pair| pair[prefix.len()..].to_owned()).collect())
    }

    async fn pairs(&self, path: &str, prefix: &str) -> Result<Vec<String>> {
        let pairs: Vec<Pair> = self.table.query(&level(path), prefix).await?;
        Ok(pairs.into_iter().map(|pair| pair.sk).collect())
    }
}

/// The pairs of names on the path to an architecture, from the lowest to the highest.
fn links(repository: &RepoPath, arch: &Arch) -> [Link; 6] {
    let RepoPath { project, git_ref, sha1, distro, distro_version, flavor } = repository;
    let (arch, flavor, version) = (arch.as_str(), flavor.as_str(), distro_version.as_str());
    let (distro, sha1, git_ref) = (distro.as_str(), sha1.as_str(), git_ref.as_str());
    let [p, r, s, d] = [
        project.to_string(),
        format!("{project}/{git_ref}"),
        format!("{project}/{git_ref}/{sha1}"),
        format!("{project}/{git_ref}/{sha1}/{distro}"),
    ];
    [
        Link::new(repository.version_level(), flavor, arch),
        Link::new(d, version, arch),
        Link::new(s, distro, version),
        Link::new(r, sha1, distro),
        Link::new(p, git_ref, sha1),
        Link::new(String::new(), project.as_str(), git_ref),
    ]
}

fn project_key(project: &Project) -> Item {
    key(&level(""), project.as_str())
}

fn level(path: &str) -> String {
    format!("TREE#{path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_pair_of_names_stands_under_what_is_above_it() {
        let repository: RepoPath = "ceph/main/abc/centos/9/flavors/debug".parse().expect("a good path");
        let links = links(&repository, &Arch::new("x86_64").expect("a good name"));
        let written: Vec<_> =
            links.iter().map(|link| format!("{} | {}/{}", link.above, link.child, link.grandchild)).collect();
        assert_eq!(
            written,
            [
                "ceph/main/abc/centos/9 | debug/x86_64",
                "ceph/main/abc/centos | 9/x86_64",
                "ceph/main/abc | centos/9",
                "ceph/main | abc/centos",
                "ceph | main/abc",
                " | ceph/main",
            ]
        );
        // Each level below is what the level above names: that is how pruning climbs.
        for pair in links[1..].windows(2) {
            let [below, above] = pair else { unreachable!("windows of two") };
            assert!(below.above.ends_with(&above.child), "{}", below.above);
        }
    }
}
