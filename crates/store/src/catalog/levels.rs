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
    /// # Errors
    /// Whatever the service answers.
    pub async fn record_levels(&self, repository: &RepoPath, arch: &Arch) -> Result<()> {
        let mut items: Vec<Item> = links(repository, arch).iter().map(Link::key).collect();
        items.push(project_key(&repository.project));
        self.table.put_all(items).await
    }

    /// Takes out the levels above the last file of an architecture, as far up as nothing else is below them.
    ///
    /// Somebody may register a file while this runs; so it looks once more in the end, and puts back what it took.
    /// (A registration records its levels after its file, so one that this look does not see comes after it.)
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn prune_levels(&self, repository: &RepoPath, arch: &Arch) -> Result<()> {
        if self.has_binaries(repository, arch).await? {
            return Ok(());
        }
        let [files, versions, upper @ ..] = links(repository, arch);
        self.table.delete_all(vec![files.key()]).await?;
        let flavors = self.pairs(&files.above, "").await?;
        if !flavors.iter().any(|pair| pair.ends_with(&format!("/{arch}"))) {
            self.table.delete_all(vec![versions.key()]).await?;
            let mut below = versions;
            for link in upper {
                if self.table.any(&level(&below.above), &format!("{}/", below.child)).await? {
                    break;
                }
                self.table.delete_all(vec![link.key()]).await?;
                below = link;
            }
            if below.above.is_empty() && !self.table.any(&level(""), &format!("{}/", below.child)).await? {
                self.table.delete_all(vec![project_key(&repository.project)]).await?;
            }
        }
        if self.has_binaries(repository, arch).await? { self.record_levels(repository, arch).await } else { Ok(()) }
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
