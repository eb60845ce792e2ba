//! The log of what is not published yet. Writers only ever add an item of their own; only a builder removes items, and
//! only those it has read and published. Nothing can fall between.

use aws_sdk_dynamodb::types::builders::PutBuilder;
use colca_model::{Arch, Filename, RepoPath, UploadId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Catalog, partition};
use crate::table::{item, key, text, value};
use crate::{Error, Result};

const PREFIX: &str = "change#";

/// Something that is to be published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The upload that brought it, or an id of its own: no two changes share one.
    pub id: UploadId,
    /// When it was noted, if that is not the time in its id: a file is registered when its bytes have arrived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub noted: Option<Timestamp>,
    /// What it is.
    #[serde(flatten)]
    pub what: What,
}

/// What a change is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "lowercase")]
pub enum What {
    /// A file was added, or replaced.
    Added(ChangedFile),
    /// A file was deleted.
    Removed(ChangedFile),
    /// Somebody asked for a build.
    Asked {
        /// Whether everything is to be published anew, though nothing else changed: signed, and with a date of now.
        anew: bool,
        /// Whether all packages are to be listed anew, too.
        #[serde(default)]
        all: bool,
    },
}

/// The file that was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedFile {
    /// The architecture as the uploader named it.
    pub arch: Arch,
    /// The name of the file.
    pub filename: Filename,
    /// The version of the file that this change made.
    pub version: u64,
    /// Whether the file is a package, whose metadata a build has to see, or to see gone.
    pub is_package: bool,
    /// The upload of the bytes that this change took away, if there were any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<UploadId>,
}

impl Change {
    /// A change that is made now, as its id says.
    #[must_use]
    pub fn new(id: UploadId, what: What) -> Self {
        Self { id, noted: None, what }
    }

    /// When it was noted; `None` if its id is of no clock.
    #[must_use]
    pub fn noted_at(&self) -> Option<Timestamp> {
        self.noted.or_else(|| self.id.moment())
    }

    /// The file that was changed, if one was.
    #[must_use]
    pub fn file(&self) -> Option<&ChangedFile> {
        match &self.what {
            What::Added(file) | What::Removed(file) => Some(file),
            What::Asked { .. } => None,
        }
    }

    /// Whether it is to be published even where uploads alone do not have a repository built.
    #[must_use]
    pub fn is_wanted(&self) -> bool {
        !matches!(self.what, What::Added(_))
    }
}

impl Catalog {
    /// The write of a change, for a transaction.
    pub(crate) fn put_change(&self, repository: &RepoPath, change: &Change) -> Result<PutBuilder> {
        self.table.put(&partition(repository), &change_sk(&change.id), change)
    }

    /// Notes a change that stands alone: somebody asked for a build.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn add_change(&self, repository: &RepoPath, change: &Change) -> Result<()> {
        self.table.put_all(vec![item(&partition(repository), &change_sk(&change.id), change)?]).await
    }

    /// The changes a repository still has to publish, as they are now.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn changes(&self, repository: &RepoPath) -> Result<Vec<Change>> {
        self.table.query(&partition(repository), PREFIX).await
    }

    /// Up to `limit` of these, the oldest first, as they are now.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn first_changes(&self, repository: &RepoPath, limit: i32) -> Result<Vec<Change>> {
        let request = self.table.db.query().table_name(&self.table.name).consistent_read(true).limit(limit);
        let request = request.key_condition_expression("pk = :pk AND begins_with(sk, :prefix)");
        let request = request.expression_attribute_values(":pk", text(partition(repository)));
        let answer = request.expression_attribute_values(":prefix", text(PREFIX)).send().await;
        let answer = answer.map_err(|error| Error::sdk(format!("list the first changes of {repository}"), error))?;
        answer.items.unwrap_or_default().into_iter().map(value).collect()
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
        self.table.delete_all(changes.iter().map(|change| key(&pk, &change_sk(&change.id))).collect()).await
    }
}

fn change_sk(id: &UploadId) -> String {
    format!("{PREFIX}{id}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_written_flat() {
        let id: UploadId = "01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().expect("a ULID");
        let change = Change::new(id, What::Asked { anew: true, all: true });
        let json = serde_json::to_string(&change).expect("plain data");
        assert_eq!(json, r#"{"id":"01ARZ3NDEKTSV4RRFFQ69G5FAV","change":"asked","anew":true,"all":true}"#);
        assert_eq!(serde_json::from_str::<Change>(&json).expect("reads back"), change);
    }
}
