//! Objects that nothing names any more, or nothing yet. They stay for a grace period, since somebody may hold the
//! metadata of a moment ago; then `reap` deletes them. Most keys hold the id of an upload or a
//! revision's number, and never come back; what does come back, as an index that is named by its checksum, is noted anew first.

use aws_sdk_dynamodb::types::Delete;
use colca_model::{Arch, Filename, RepoPath, UploadId};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Jobs, SK};
use crate::table::{held, item, key, number, text};
use crate::{Error, Result};

pub(super) const DUE: &str = "garbage";

/// An object to delete, unless what it belongs to still names it when the time has come: it is noted before it is
/// superseded, so that a crash in between forgets nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Garbage {
    /// Its key in the store.
    pub key: String,
    /// What it belongs to.
    pub owner: Owner,
    /// Whether it was found that nothing that is published now names it. Of what was published before, something may, until
    /// the grace period is over that began then.
    #[serde(default)]
    pub unnamed: bool,
}

impl Garbage {
    /// How long an object that was written, but that nothing names, is believed to be part of work that still goes on. No build
    /// and no registration takes that long; what is tried again is noted again.
    pub const UNFINISHED: SignedDuration = SignedDuration::from_hours(1);

    /// An object that may be garbage when its time has come.
    #[must_use]
    pub fn new(key: String, owner: Owner) -> Self {
        Self { key, owner, unnamed: false }
    }
}

/// An object whose grace is over.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct DueGarbage {
    /// The object.
    #[serde(flatten)]
    pub garbage: Garbage,
    due_at: i64,
}

/// What names an object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Owner {
    /// A file of the catalog.
    File {
        /// The repository that holds it.
        repository: RepoPath,
        /// The architecture as the uploader named it.
        arch: Arch,
        /// Its name.
        filename: Filename,
    },
    /// A copy of a package of somewhere else.
    Shared {
        /// The repository that has the copy.
        repository: RepoPath,
        /// Where it was copied from.
        origin: String,
    },
    /// What a revision has made, or superseded.
    Published {
        /// The repository.
        repository: RepoPath,
        /// The number of the revision.
        revision: u64,
    },
    /// The lists that the next revision of a repository is made from.
    Lists {
        /// The repository.
        repository: RepoPath,
    },
    /// A revision that was superseded: its item in the catalog.
    Revision {
        /// The repository.
        repository: RepoPath,
        /// The number of the revision.
        revision: u64,
    },
    /// What an import needs until it ends.
    Import {
        /// The import.
        import: UploadId,
    },
}

impl Jobs {
    /// Has objects deleted at `due`.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn discard(&self, objects: impl IntoIterator<Item = Garbage>, due: Timestamp) -> Result<()> {
        self.discard_each(objects.into_iter().map(|garbage| (garbage, due))).await
    }

    /// Has each object deleted in its own time.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn discard_each(&self, objects: impl IntoIterator<Item = (Garbage, Timestamp)>) -> Result<()> {
        let items = objects.into_iter().map(|(garbage, due)| {
            let mut item = item(&partition(&garbage.key), SK, &garbage)?;
            item.insert("due_kind".to_owned(), text(DUE));
            item.insert("due_at".to_owned(), number(due.as_millisecond()));
            Ok(item)
        });
        self.table.put_all(items.collect::<Result<_>>()?).await
    }

    /// Up to `limit` objects whose grace is over.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn due_garbage(&self, now: Timestamp, limit: i32) -> Result<Vec<DueGarbage>> {
        self.due(DUE, now, limit).await
    }

    /// Whether nobody has noted an object anew since it was found due.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn is_due_as_before(&self, due: &DueGarbage) -> Result<bool> {
        let now: Option<DueGarbage> = self.table.get(&partition(&due.garbage.key), SK).await?;
        Ok(now.is_some_and(|now| now.due_at == due.due_at))
    }

    /// Forgets an object that is deleted, or is not garbage after all, unless it was noted anew meanwhile.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn forget_garbage(&self, due: &DueGarbage) -> Result<()> {
        let object = &due.garbage.key;
        let request =
            self.table.db.delete_item().table_name(&self.table.name).set_key(Some(key(&partition(object), SK)));
        let request = request.condition_expression("due_at = :due");
        let request = request.expression_attribute_values(":due", number(due.due_at));
        held(request.send().await.map_err(|error| Error::sdk(format!("forget {object}"), error))).map(drop)
    }
}

impl Jobs {
    /// The write that forgets a copy that was noted before it was made, for the transaction that enters it: nobody can have
    /// superseded it by then.
    pub(crate) fn entered(&self, object: &str) -> Result<Delete> {
        let delete = Delete::builder().table_name(&self.table.name).set_key(Some(key(&partition(object), SK))).build();
        delete.map_err(|error| Error::corrupt("build the end of garbage", error))
    }
}

fn partition(object: &str) -> String {
    format!("GARBAGE#{object}")
}
