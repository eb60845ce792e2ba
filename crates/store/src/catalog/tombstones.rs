//! What is remembered of a file that was deleted: that its name was used, and its last version.
//!
//! Caches keep a file for a year. Bytes registered later under a name that was used before get a key of their own, as
//! those do that replace others; and the versions go on, so that the order of changes stays what it was.

use aws_sdk_dynamodb::types::{ConditionCheck, Put};
use colca_model::{Arch, Binary, Filename, RepoPath};
use serde::{Deserialize, Serialize};

use super::Catalog;
use crate::table::{item, key, number};
use crate::{Error, Result};

#[derive(Debug, Serialize, Deserialize)]
struct Tombstone {
    version: u64,
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

fn partition(repository: &RepoPath) -> String {
    format!("GONE#{repository}")
}

fn sort_key(arch: &Arch, filename: &Filename) -> String {
    format!("{arch}/{filename}")
}
