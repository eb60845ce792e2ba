//! The log of what was registered but not published yet. Uploaders only ever add an item of their own;
//! only a builder removes items, and only those it has read and published. Nothing can fall between.

use aws_sdk_dynamodb::types::builders::PutBuilder;
use colca_model::{Arch, Filename, RepoPath, UploadId};
use serde::{Deserialize, Serialize};

use super::{Catalog, partition};
use crate::Result;
use crate::table::key;

const PREFIX: &str = "change#";

/// A file that was added to a repository, or replaced in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The upload that brought it.
    pub upload: UploadId,
    /// The architecture as the uploader named it.
    pub arch: Arch,
    /// The name of the file.
    pub filename: Filename,
    /// The version of the file that this change made.
    pub version: u64,
    /// Whether the file is a package, whose metadata a build has to see.
    pub is_package: bool,
}

impl Catalog {
    /// The write of a change, for a transaction.
    pub(crate) fn put_change(&self, repository: &RepoPath, change: &Change) -> Result<PutBuilder> {
        self.table.put(&partition(repository), &change_sk(&change.upload), change)
    }

    /// The changes a repository still has to publish, as they are now.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn changes(&self, repository: &RepoPath) -> Result<Vec<Change>> {
        self.table.query(&partition(repository), PREFIX).await
    }

    /// Whether a repository has anything left to publish, as it is now.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn has_changes(&self, repository: &RepoPath) -> Result<bool> {
        self.table.any(&partition(repository), PREFIX).await
    }

    /// Whether what an upload brought still has to be published.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn is_unpublished(&self, repository: &RepoPath, upload: &UploadId) -> Result<bool> {
        let change: Option<Change> = self.table.get(&partition(repository), &change_sk(upload)).await?;
        Ok(change.is_some())
    }

    /// Strikes published changes off the log.
    ///
    /// # Errors
    /// Whatever the service answers; then some are published again, to the same effect.
    pub async fn remove_changes(&self, repository: &RepoPath, changes: &[Change]) -> Result<()> {
        let pk = partition(repository);
        self.table.delete_all(changes.iter().map(|change| key(&pk, &change_sk(&change.upload))).collect()).await
    }
}

fn change_sk(upload: &UploadId) -> String {
    format!("{PREFIX}{upload}")
}
