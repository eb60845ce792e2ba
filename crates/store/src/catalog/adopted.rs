//! Packages that a repository lists besides its own: copies of what lies in other repositories, or outside.

use std::collections::BTreeSet;

use colca_model::{Codename, Filename, RepoPath, Sha256};
use serde::{Deserialize, Serialize};

use super::{Catalog, Format, Held, StoredFragments, partition};
use crate::Result;
use crate::table::{item, key};

const PREFIX: &str = "adopted#";

/// A package that was copied into a repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdoptedRow {
    /// Where it was copied from: the key of an object that is never overwritten, or a URL with its checksum.
    pub origin: String,
    /// The name of the file.
    pub filename: Filename,
    /// Its bytes.
    pub sha256: Sha256,
    /// The key of the copy.
    pub key: String,
    /// Where the copy lies, below the repository.
    pub path: String,
    /// What metadata it is for.
    pub format: Format,
    /// Its metadata.
    pub fragments: StoredFragments,
    /// Whether it was signed when it was copied.
    #[serde(default)]
    pub signed: bool,
    /// The distributions that listed it when it was copied; none if those of the repository.
    #[serde(default)]
    pub codenames: BTreeSet<Codename>,
    /// The revision whose promotion it was copied for, if it was.
    #[serde(default)]
    pub promoted: Option<Held>,
}

impl Catalog {
    /// One of them; `None` if nothing was copied from there.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn adopted(&self, repository: &RepoPath, origin: &str) -> Result<Option<AdoptedRow>> {
        self.table.get(&partition(repository), &sort_key(origin)).await
    }

    /// All of a repository, by origin.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn all_adopted(&self, repository: &RepoPath) -> Result<Vec<AdoptedRow>> {
        self.table.query(&partition(repository), PREFIX).await
    }

    /// Notes copies.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn adopt(&self, repository: &RepoPath, rows: &[AdoptedRow]) -> Result<()> {
        let pk = partition(repository);
        let items = rows.iter().map(|row| item(&pk, &sort_key(&row.origin), row));
        self.table.put_all(items.collect::<Result<_>>()?).await
    }

    /// Forgets copies. Note their objects as garbage first.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn let_go(&self, repository: &RepoPath, rows: &[AdoptedRow]) -> Result<()> {
        let pk = partition(repository);
        self.table.delete_all(rows.iter().map(|row| key(&pk, &sort_key(&row.origin))).collect()).await
    }
}

fn sort_key(origin: &str) -> String {
    format!("{PREFIX}{origin}")
}
