//! Repositories that were purged because they are old: what is kept of each, so that it can be restored while its grace lasts.
//!
//! A purge goes from `purging` to `purged`, and if it is to be undone to `restoring` and `restored`. Each step is written on the
//! condition that the one before it still stands, so of two who would take it one does.

use aws_sdk_dynamodb::types::{Delete, Put};
use colca_model::{Arch, Binary, Filename, RepoPath, RepositoryKind, UploadId};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::Jobs;
use crate::catalog::PackageRow;
use crate::table::{Item, held, item, key, number, text, value};
use crate::{Error, Result};

pub(super) const DUE: &str = "purge";

/// The partition of all of them, so that a list is one query.
const PK: &str = "PURGES";

/// How far a purge is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PurgeState {
    /// Its files are being taken out of the catalog.
    Purging,
    /// None of them is in the catalog.
    Purged,
    /// Its files are being entered again.
    Restoring,
    /// They are.
    Restored,
}

/// A repository that was purged, and what was known of it besides its files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Purge {
    /// Its id.
    pub id: UploadId,
    /// The repository.
    pub repository: RepoPath,
    /// How far it is.
    pub state: PurgeState,
    /// Who asked for it; none if nobody did, and the configuration says it.
    #[serde(default)]
    pub by: Option<String>,
    /// Why it was purged, in words.
    pub why: String,
    /// When it had last changed.
    pub changed: Timestamp,
    /// What was registered after this is too young to be purged.
    pub cutoff: Timestamp,
    /// When the purge began.
    pub begun: Timestamp,
    /// Until when it can be restored.
    pub until: Timestamp,
    /// How many files it had.
    pub files: u64,
    /// Their length in bytes.
    pub bytes: u64,
    /// What it published because somebody chose that.
    #[serde(default)]
    pub chosen: Option<RepositoryKind>,
    /// What its users had noted about it, as JSON.
    #[serde(default)]
    pub extra: Option<String>,
    /// Whether anything of it was public.
    pub was_public: bool,
    /// Why it was restored though nobody asked, if so.
    #[serde(default)]
    pub turned_back: Option<String>,
    /// The files that could not be restored, and why, in words.
    #[serde(default)]
    pub left: Vec<String>,
}

/// A purge that somebody has to go on with.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct DuePurge {
    /// The purge.
    #[serde(flatten)]
    pub purge: Purge,
    due_at: i64,
}

/// A file of a repository that was purged: all that is needed to enter it again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PurgedFile {
    /// The purge that took it out.
    pub purge: UploadId,
    /// The file as it was.
    pub binary: Binary,
    /// What it contributed to the metadata, if it was a package.
    #[serde(default)]
    pub package: Option<PackageRow>,
}

impl Jobs {
    /// One purge; `None` if there is none, or its time was over longer ago than history is kept.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn purge(&self, id: &UploadId) -> Result<Option<Purge>> {
        self.table.get(PK, id.as_str()).await
    }

    /// Up to `limit` purges that began before the one named, or of all, the latest first.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn purges(&self, before: Option<&UploadId>, limit: i32) -> Result<Vec<Purge>> {
        let request = self.table.db.query().table_name(&self.table.name).consistent_read(true);
        // A colon comes after every digit, and a tilde after every letter of an id.
        let request = request.key_condition_expression("pk = :pk AND sk < :before");
        let request = request.expression_attribute_values(":pk", text(PK));
        let request = request.expression_attribute_values(":before", text(before.map_or("~", UploadId::as_str)));
        let answer = request.scan_index_forward(false).limit(limit).send().await;
        let answer = answer.map_err(|error| Error::sdk("list what was purged", error))?;
        answer.items.unwrap_or_default().into_iter().map(value).collect()
    }

    /// Up to `limit` purges that are to be gone on with.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn due_purges(&self, now: Timestamp, limit: i32) -> Result<Vec<DuePurge>> {
        self.due(DUE, now, limit).await
    }

    /// Takes a purge that is due, so that nobody else goes on with it before `until`. `false` if somebody else has.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn take_purge(&self, due: &DuePurge, until: Timestamp) -> Result<bool> {
        let id = &due.purge.id;
        let request = self.table.db.update_item().table_name(&self.table.name).set_key(Some(key(PK, id.as_str())));
        let request = request.update_expression("SET due_at = :until").condition_expression("due_at = :seen");
        let request = request.expression_attribute_values(":until", number(until.as_millisecond()));
        let request = request.expression_attribute_values(":seen", number(due.due_at));
        held(request.send().await.map_err(|error| Error::sdk(format!("go on with the purge {id}"), error)))
    }

    /// Writes down a purge that was in the state `from`, to be gone on with at `due` if there is more to do. It is kept for `keep` after
    /// its time is over. `false` if it is in another state by now.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn save_purge(
        &self,
        purge: &Purge,
        from: PurgeState,
        due: Option<Timestamp>,
        keep: SignedDuration,
    ) -> Result<bool> {
        let request = self.table.db.put_item().table_name(&self.table.name);
        let request = request.set_item(Some(purge_item(purge, due, keep)?)).condition_expression("#state = :from");
        let request = request.expression_attribute_names("#state", "state");
        let request = request.expression_attribute_values(":from", crate::table::attribute(from)?);
        held(request.send().await.map_err(|error| Error::sdk(format!("write down the purge {}", purge.id), error)))
    }

    /// The write of a purge that begins, for a transaction.
    pub(crate) fn put_purge(&self, purge: &Purge, due: Timestamp, keep: SignedDuration) -> Result<Put> {
        let put = Put::builder().table_name(&self.table.name).set_item(Some(purge_item(purge, Some(due), keep)?));
        let put = put.condition_expression("attribute_not_exists(pk)").build();
        put.map_err(|error| Error::corrupt("build a purge", error))
    }

    /// The files that a purge took out and that were not entered again, up to `limit` of them.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn purged_files(
        &self,
        purge: &Purge,
        after: Option<&PurgedFile>,
        limit: usize,
    ) -> Result<Vec<PurgedFile>> {
        let pk = partition(&purge.repository);
        let mut start = after.map(|file| key(&pk, &sort_key(&file.binary)));
        let mut files = Vec::new();
        loop {
            let request = self.table.db.query().table_name(&self.table.name).consistent_read(true);
            let request = request.key_condition_expression("pk = :pk").filter_expression("purge = :purge");
            let request = request.expression_attribute_values(":pk", text(&pk));
            let request = request.expression_attribute_values(":purge", text(purge.id.as_str()));
            let request = request.limit(i32::try_from(limit).unwrap_or(i32::MAX)).set_exclusive_start_key(start);
            let answer = request.send().await;
            let answer =
                answer.map_err(|error| Error::sdk(format!("list what was purged of {}", purge.repository), error))?;
            for item in answer.items.unwrap_or_default() {
                files.push(value(item)?);
            }
            start = answer.last_evaluated_key.filter(|_| files.len() < limit);
            if start.is_none() {
                return Ok(files);
            }
        }
    }

    /// Whatever was purged under a name and was not entered again.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn purged_named(&self, path: &RepoPath, arch: &Arch, filename: &Filename) -> Result<Vec<PurgedFile>> {
        self.table.query(&partition(path), &format!("{arch}/{filename}/")).await
    }

    /// The write of a file that is taken out, for a transaction; it is kept for `keep` after the time of its purge is over.
    pub(crate) fn put_purged(&self, purge: &Purge, file: &PurgedFile, keep: SignedDuration) -> Result<Put> {
        let mut item = item(&partition(&file.binary.repository), &sort_key(&file.binary), file)?;
        item.insert("expires".to_owned(), number((purge.until + keep).as_second()));
        let put = Put::builder().table_name(&self.table.name).set_item(Some(item)).build();
        put.map_err(|error| Error::corrupt("build a file that is purged", error))
    }

    /// The write that forgets such a file, which nobody else may have done, for the transaction that enters it again.
    pub(crate) fn unpurge(&self, file: &PurgedFile) -> Result<Delete> {
        let key = key(&partition(&file.binary.repository), &sort_key(&file.binary));
        let delete = Delete::builder().table_name(&self.table.name).set_key(Some(key));
        let delete = delete.condition_expression("attribute_exists(pk)").build();
        delete.map_err(|error| Error::corrupt("build the end of a file that was purged", error))
    }

    /// Forgets a file that need not be entered again: the same bytes are registered.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn forget_purged(&self, file: &PurgedFile) -> Result<()> {
        self.table.delete_all(vec![key(&partition(&file.binary.repository), &sort_key(&file.binary))]).await
    }
}

fn purge_item(purge: &Purge, due: Option<Timestamp>, keep: SignedDuration) -> Result<Item> {
    let mut item = item(PK, purge.id.as_str(), purge)?;
    match due {
        Some(due) => {
            item.insert("due_kind".to_owned(), text(DUE));
            item.insert("due_at".to_owned(), number(due.as_millisecond()));
        }
        // One that somebody has to go on with must not vanish.
        None => {
            item.insert("expires".to_owned(), number((purge.until + keep).as_second()));
        }
    }
    Ok(item)
}

fn partition(repository: &RepoPath) -> String {
    format!("PURGED#{repository}")
}

/// A name may be registered and purged again while the first of them can still be restored: no two versions are the same.
fn sort_key(binary: &Binary) -> String {
    format!("{}/{}/{:020}", binary.arch, binary.filename, binary.version)
}
