//! What was published, and when: each publish is a revision, and stays readable for a while after the next one.
//!
//! A revision is made of places: a directory with `repodata/`, a codename, the top of a raw repository. Each has files under
//! names of their own, and entry files that are overwritten. Of those the same bytes lie under a name of their own as
//! well, most of them below `@<revision>/`; so any revision can be read, and be made the current one again.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::{ConditionCheck, Delete, TransactWriteItem};
use colca_model::{RepoPath, RepositoryKind};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Catalog, Held, partition, repositories};
use crate::registration::failed_conditions;
use crate::table::{key, number, text, value};
use crate::{Error, ErrorKind, Result};

const PREFIX: &str = "rev#";

/// A revision of a repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revision {
    /// Higher than that of every revision before it; not every number is used.
    pub number: u64,
    /// When it was published.
    pub published: Timestamp,
    /// Why.
    pub cause: Cause,
    /// The kind of its metadata.
    pub kind: RepositoryKind,
    /// How many packages it lists; for raw files, how many files.
    pub packages: u64,
    /// The fingerprints of the keys that signed it, in the order of their signatures.
    #[serde(default)]
    pub signers: Vec<String>,
    /// Whether every package in it was signed when it came in.
    #[serde(default)]
    pub packages_signed: bool,
    /// The revision that was promoted to it, if one was: of another repository, or an earlier one that was signed anew.
    #[serde(default)]
    pub promoted: Option<Held>,
    /// By what they are called.
    pub places: BTreeMap<String, Place>,
    /// The entity tags of the files that name this revision as the newest, by path.
    #[serde(default)]
    pub mirrorlists: BTreeMap<String, String>,
}

/// Why something was published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Cause {
    /// Files were uploaded or deleted.
    Changed,
    /// Somebody asked for it.
    Asked,
    /// An earlier revision, or another repository's, was chosen.
    Promoted,
    /// The same packages are listed in fewer segments.
    Merged,
}

/// What clients read from one entry file on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The same for the same content, in whatever revision.
    pub content: String,
    /// Its entry files.
    pub entries: Vec<EntryFile>,
    /// The paths of all else that it needs, but the packages.
    pub files: Vec<String>,
}

/// An entry file as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryFile {
    /// Its path below the repository.
    pub path: String,
    /// Where the same bytes lie for good, below the repository.
    pub source: String,
    /// The entity tag it got.
    pub etag: String,
}

impl Revision {
    /// The path of an entry file's copy for good.
    #[must_use]
    pub fn snapshot(number: u64, path: &str) -> String {
        format!("@{number}/{path}")
    }

    /// Where the public keys lie of who signed it, below the repository.
    pub const KEYS: &str = "key.asc";

    /// Whether it is signed.
    #[must_use]
    pub fn is_signed(&self) -> bool {
        !self.signers.is_empty()
    }

    /// Every path below the repository that it needs or has written, but the packages', each once.
    #[must_use]
    pub fn paths(&self) -> BTreeSet<&str> {
        let places = self.places.values().flat_map(|place| {
            let entries = place.entries.iter().flat_map(|entry| [entry.path.as_str(), entry.source.as_str()]);
            entries.chain(place.files.iter().map(String::as_str))
        });
        places.chain(self.mirrorlists.keys().map(String::as_str)).collect()
    }

    /// The entity tag of each file it has overwritten.
    #[must_use]
    pub fn etags(&self) -> BTreeMap<String, String> {
        let entries = self.places.values().flat_map(|place| &place.entries);
        let entries = entries.map(|entry| (entry.path.clone(), entry.etag.clone()));
        entries.chain(self.mirrorlists.clone()).collect()
    }
}

impl Catalog {
    /// One revision; `None` if there is none of that number any more.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn revision(&self, repository: &RepoPath, number: u64) -> Result<Option<Revision>> {
        self.table.get(&partition(repository), &sort_key(number)).await
    }

    /// The newest revisions that are still there, the newest first.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn revisions(&self, repository: &RepoPath, limit: i32) -> Result<Vec<Revision>> {
        let request = self.table.db.query().table_name(&self.table.name).consistent_read(true);
        let request = request.key_condition_expression("pk = :pk AND begins_with(sk, :prefix)");
        let request = request.expression_attribute_values(":pk", text(partition(repository)));
        let request = request.expression_attribute_values(":prefix", text(PREFIX));
        let answer = request.scan_index_forward(false).limit(limit).send().await;
        let answer = answer.map_err(|error| Error::sdk(format!("list the revisions of {repository}"), error))?;
        answer.items.unwrap_or_default().into_iter().map(value).collect()
    }

    /// Has a revision kept for as long as it is pinned. `false` if there is no such revision, or no such repository.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn pin(&self, repository: &RepoPath, number: u64, now: Timestamp) -> Result<bool> {
        self.if_there(repository, number, "ADD pins :number SET changed = :now", now).await
    }

    /// Lets a revision go when it is over. `false` if there is no such revision, or no such repository.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn unpin(&self, repository: &RepoPath, number: u64, now: Timestamp) -> Result<bool> {
        self.if_there(repository, number, "DELETE pins :number SET changed = :now", now).await
    }

    /// Changes a repository if it has a revision of that number.
    async fn if_there(&self, repository: &RepoPath, revision: u64, expression: &str, now: Timestamp) -> Result<bool> {
        let check = self.there_is(repository, revision)?;
        let numbers = aws_sdk_dynamodb::types::AttributeValue::Ns(vec![revision.to_string()]);
        let update = aws_sdk_dynamodb::types::Update::builder().table_name(&self.table.name);
        let update = update.set_key(Some(key(&partition(repository), repositories::SK)));
        let update = update.update_expression(expression).expression_attribute_values(":number", numbers);
        let update = update.expression_attribute_values(":now", number(now.as_millisecond()));
        let update = update.condition_expression("attribute_exists(pk) AND attribute_not_exists(gone)").build();
        let update = update.map_err(|error| Error::corrupt("build a change of a repository", error))?;
        let writes = vec![check, TransactWriteItem::builder().update(update).build()];
        self.if_all_hold(writes, || format!("change the pins of {repository}")).await
    }

    /// The check that there is a revision of that number, for a transaction.
    pub(super) fn there_is(&self, repository: &RepoPath, number: u64) -> Result<TransactWriteItem> {
        let check = ConditionCheck::builder().table_name(&self.table.name);
        let check = check.set_key(Some(key(&partition(repository), &sort_key(number))));
        let check = check.condition_expression("attribute_exists(pk)").build();
        let check = check.map_err(|error| Error::corrupt("build the check of a revision", error))?;
        Ok(TransactWriteItem::builder().condition_check(check).build())
    }

    /// Forgets a revision that is over: neither current nor kept. `false` if it is one of these after all. Whoever keeps
    /// one checks in the same step that it is there, so one of the two comes first.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn forget_revision(&self, repository: &RepoPath, over: u64) -> Result<bool> {
        let check = ConditionCheck::builder().table_name(&self.table.name);
        let check = check.set_key(Some(key(&partition(repository), repositories::SK)));
        let kept = "(attribute_not_exists(revision) OR revision <> :over) AND (attribute_not_exists(held) OR \
                    held.revision <> :over OR attribute_exists(held.repository)) AND NOT contains(pins, :over)";
        let check = check.condition_expression(kept).expression_attribute_values(":over", number(over)).build();
        let check = check.map_err(|error| Error::corrupt("build the check of a repository", error))?;
        let delete = Delete::builder().table_name(&self.table.name);
        let delete = delete.set_key(Some(key(&partition(repository), &sort_key(over)))).build();
        let delete = delete.map_err(|error| Error::corrupt("build the removal of a revision", error))?;
        let writes = vec![
            TransactWriteItem::builder().condition_check(check).build(),
            TransactWriteItem::builder().delete(delete).build(),
        ];
        self.if_all_hold(writes, || format!("forget revision {over} of {repository}")).await
    }

    /// Writes all or nothing; `false` if a condition did not hold.
    pub(crate) async fn if_all_hold(&self, writes: Vec<TransactWriteItem>, what: impl Fn() -> String) -> Result<bool> {
        match self.table.db.transact_write_items().set_transact_items(Some(writes)).send().await {
            Ok(_) => Ok(true),
            Err(error) if failed_conditions(&error).contains(&true) => Ok(false),
            // Two transactions met, or there was too much to do: to be tried again.
            Err(error) => {
                let error = Error::sdk(what(), error);
                Err(if error.kind() == ErrorKind::Conflict { error.into_unavailable() } else { error })
            }
        }
    }
}

pub(super) fn sort_key(number: u64) -> String {
    // As many digits as the largest has, so that they sort as numbers.
    format!("{PREFIX}{number:020}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn revision() -> Revision {
        let entry = EntryFile {
            path: "x86_64/repodata/repomd.xml".to_owned(),
            source: Revision::snapshot(7, "x86_64/repodata/repomd.xml"),
            etag: "\"e\"".to_owned(),
        };
        let files = vec!["x86_64/repodata/7-primary.xml.zst".to_owned()];
        let place = Place { content: "abc".to_owned(), entries: vec![entry], files };
        Revision {
            number: 7,
            published: Timestamp::UNIX_EPOCH,
            cause: Cause::Changed,
            kind: RepositoryKind::Rpm,
            packages: 1,
            signers: vec![],
            packages_signed: false,
            promoted: None,
            places: [("x86_64".to_owned(), place)].into(),
            mirrorlists: [("x86_64/mirrorlist".to_owned(), "\"m\"".to_owned())].into(),
        }
    }

    #[test]
    fn names_all_that_it_needs() {
        let revision = revision();
        let needed = [
            "@7/x86_64/repodata/repomd.xml",
            "x86_64/mirrorlist",
            "x86_64/repodata/7-primary.xml.zst",
            "x86_64/repodata/repomd.xml",
        ];
        assert_eq!(revision.paths(), needed.into());
        assert_eq!(revision.etags().len(), 2);
    }

    #[test]
    fn sorts_by_number() {
        assert!(sort_key(9) < sort_key(10) && sort_key(u64::MAX).len() == sort_key(0).len());
    }
}
