//! What is remembered of files that were deleted or replaced.
//!
//! - Of a deleted file its last version: the versions go on when its name is registered again, so that the order of
//!   changes stays what it was.
//! - Of an object that lay under the plain name of a file, registered or not, its key: caches keep it for a year, so other bytes never get it,
//!   whichever architecture they are uploaded for.

use aws_sdk_dynamodb::types::{ConditionCheck, Put};
use colca_model::{Arch, Binary, Filename, RepoPath};
use serde::{Deserialize, Serialize};

use super::Catalog;
use crate::table::{item, key, number};
use crate::{Error, Result};

pub(super) const SK: &str = "#";

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Tombstone {
    pub(super) version: u64,
}

impl Catalog {
    /// The version that the deletion of a file made; 0 if none of that name was ever deleted.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn deleted_version(&self, repository: &RepoPath, arch: &Arch, filename: &Filename) -> Result<u64> {
        let tombstone: Option<Tombstone> = self.table.get(&partition(repository), &sort_key(arch, filename)).await?;
        Ok(tombstone.map_or(0, |tombstone| tombstone.version))
    }

    /// Has nobody get this key any more: what lay under it is deleted, and caches may still have it.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn use_up_key(&self, object: &str) -> Result<()> {
        let request = self.table.db.put_item().table_name(&self.table.name);
        let sent = request.set_item(Some(key(&used_up(object), SK))).send().await;
        sent.map(drop).map_err(|error| Error::sdk(format!("note that {object} is used up"), error))
    }

    /// Whether an object under this key was deleted or superseded: caches may still have it.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn is_used_up(&self, key: &str) -> Result<bool> {
        self.table.any(&used_up(key), SK).await
    }

    /// The write that remembers the key of a file that is deleted or replaced, for a transaction; none if nobody else could
    /// ever get it.
    pub(crate) fn use_up(&self, binary: &Binary) -> Result<Option<Put>> {
        let Binary { key: object, upload, filename, .. } = binary;
        if object.ends_with(&format!("/{upload}/{filename}")) {
            return Ok(None);
        }
        let put = Put::builder().table_name(&self.table.name).set_item(Some(key(&used_up(object), SK))).build();
        put.map(Some).map_err(|error| Error::corrupt("build the memory of a key", error))
    }

    /// The write that remembers the deletion of a file, for a transaction.
    pub(crate) fn bury(&self, binary: &Binary) -> Result<Put> {
        let Binary { repository, arch, filename, version, .. } = binary;
        let tombstone = Tombstone { version: version + 1 };
        let item = item(&partition(repository), &sort_key(arch, filename), &tombstone)?;
        let put = Put::builder().table_name(&self.table.name).set_item(Some(item)).build();
        put.map_err(|error| Error::corrupt("build a tombstone", error))
    }

    /// The check that no later version of a file was deleted than the one before it, for a transaction.
    pub(crate) fn unburied(&self, binary: &Binary) -> Result<ConditionCheck> {
        let Binary { repository, arch, filename, version, .. } = binary;
        let check = ConditionCheck::builder().table_name(&self.table.name);
        let check = check.set_key(Some(key(&partition(repository), &sort_key(arch, filename))));
        let check = check.condition_expression("attribute_not_exists(pk) OR version < :version");
        let check = check.expression_attribute_values(":version", number(version)).build();
        check.map_err(|error| Error::corrupt("build the check of a tombstone", error))
    }
}

pub(super) fn used_up(object: &str) -> String {
    format!("USED#{object}")
}

pub(super) fn partition(repository: &RepoPath) -> String {
    format!("GONE#{repository}")
}

pub(super) fn sort_key(arch: &Arch, filename: &Filename) -> String {
    format!("{arch}/{filename}")
}
