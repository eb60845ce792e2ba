//! The tree that people browse: which refs a project has, which commits a ref, and so on down to the architectures.
//! One small item for each child of each level, so that a listing is one query.

use colca_model::{Arch, RepoPath};
use futures::{StreamExt, TryStreamExt, stream};
use serde::{Deserialize, Serialize};

use super::Catalog;
use crate::Result;
use crate::table::{Item, key};

const PROJECTS: &str = "PROJECT";

/// How many levels are queried at once for one listing.
const AT_ONCE: usize = 16;

/// What lies below `P/R/S/D/V`: chacra shows architectures and flavors there, side by side.
const ARCH: &str = "arch#";
const FLAVOR: &str = "flavor#";

#[derive(Debug, Serialize, Deserialize)]
struct Child {
    sk: String,
}

impl Catalog {
    /// Makes every level above a file visible. Harmless to repeat.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn record_levels(&self, repository: &RepoPath, arch: &Arch) -> Result<()> {
        let version = level(&repository.version_level());
        let mut items: Vec<Item> = vec![
            key(PROJECTS, repository.project.as_str()),
            key(&version, &format!("{ARCH}{arch}")),
            key(&version, &format!("{FLAVOR}{}", repository.flavor)),
            key(&level(&repository.to_string()), arch.as_str()),
        ];
        items.extend(repository.levels().into_iter().map(|(parent, child)| key(&level(&parent), child)));
        self.table.put_all(items).await
    }

    /// The names of all projects, sorted.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn projects(&self) -> Result<Vec<String>> {
        self.children_of(PROJECTS, "").await
    }

    /// What is directly below a path of one to four names, `P` to `P/R/S/D`, or the architectures of a repository;
    /// empty if there is no such path.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn children(&self, path: &str) -> Result<Vec<String>> {
        self.children_of(&level(path), "").await
    }

    /// The flavors below `P/R/S/D/V`.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn flavors(&self, version_level: &str) -> Result<Vec<String>> {
        self.children_of(&level(version_level), FLAVOR).await
    }

    /// What is directly below each of several paths, in their order.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn children_of_each(&self, paths: &[String]) -> Result<Vec<Vec<String>>> {
        self.each(paths, "").await
    }

    /// The architectures, as uploaded, below each of several `P/R/S/D/V`, in their order.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn archs_of_each(&self, version_levels: &[String]) -> Result<Vec<Vec<String>>> {
        self.each(version_levels, ARCH).await
    }

    async fn each(&self, paths: &[String], prefix: &str) -> Result<Vec<Vec<String>>> {
        let levels: Vec<String> = paths.iter().map(|path| level(path)).collect();
        let queries: Vec<_> = levels.iter().map(|level| self.children_of(level, prefix)).collect();
        stream::iter(queries).buffered(AT_ONCE).try_collect().await
    }

    async fn children_of(&self, pk: &str, prefix: &str) -> Result<Vec<String>> {
        let children: Vec<Child> = self.table.query(pk, prefix).await?;
        Ok(children.into_iter().map(|child| child.sk[prefix.len()..].to_owned()).collect())
    }
}

fn level(path: &str) -> String {
    format!("DIR#{path}")
}
