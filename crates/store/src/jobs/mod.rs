//! The `jobs` table: work in progress, and its history for a while.
//!
//! | item | pk | sk | due |
//! |---|---|---|---|
//! | upload | `UPLOAD#<id>` | `#` | while pending: when to look whether it was forgotten |
//! | digests of a large file, half done | `UPLOAD#<id>` | `digest` | |
//! | import | `IMPORTS` | `<id>` | while it is running, or was stopped and not announced: when to look whether it was forgotten |
//! | object that is superseded, or is named by nobody yet | `GARBAGE#<key>` | `#` | when to delete it |
//! | what caches may have of what is deleted | `STALE#<key>`; all of a repository `STALE#repos/<repository>/` | `#`; `<due>` | when they are to forget it |
//! | what they are told to forget just now | `INVALIDATION` | `#` | |
//! | `Release` files that expire | `REFRESH#<repository>` | `#` | when to write them anew |
//! | what was found in a repository | `VERIFY#<repository>` | `#` | |
//! | when somebody was told that we are well | `PING` | `#` | |
//! | repository that was purged | `PURGES` | `<id>` | while it is being purged or restored: when to look whether it was forgotten |
//! | file of it | `PURGED#<repository>` | `<arch>/<filename>/<version>` | |
//! | run of retention | `RETENTION` | `daily` or `asked` | |
//! | bytes that a user has uploaded on a day | `QUOTA#<user>` | `<date>` | |
//!
//! The sparse index `due-index` (`due_kind`, `due_at`) lists what `reap` has to look at.

mod digests;
mod garbage;
mod imports;
mod invalidations;
mod lag;
mod pings;
mod purges;
mod quotas;
mod refreshes;
mod retention_runs;
mod stale;
mod under_way;
mod uploads;
mod verifications;

pub use digests::DigestProgress;
pub use garbage::{DueGarbage, Garbage, Owner};
pub use invalidations::Invalidation;
use jiff::Timestamp;
pub use lag::Work;
pub use purges::{DuePurge, Purge, PurgeState, PurgedFile};
pub use quotas::Day;
pub use refreshes::DueRefresh;
pub use retention_runs::{RetentionRun, RunKind};
use serde::de::DeserializeOwned;
pub use stale::{DueStale, Stale};
pub use verifications::{Found, Verification};

use crate::table::{Table, number, text, value};
use crate::{Error, Result};

const SK: &str = "#";
const DUE_INDEX: &str = "due-index";

/// The jobs.
#[derive(Debug, Clone)]
pub struct Jobs {
    table: Table,
}

impl Jobs {
    /// `name` is the table's.
    #[must_use]
    pub fn new(db: aws_sdk_dynamodb::Client, name: String) -> Self {
        Self { table: Table { db, name } }
    }

    /// Up to `limit` items of a kind whose time has come, longest due first. The index lags behind by a moment.
    async fn due<T: DeserializeOwned>(&self, kind: &str, now: Timestamp, limit: i32) -> Result<Vec<T>> {
        let request = self.table.db.query().table_name(&self.table.name).index_name(DUE_INDEX).limit(limit);
        let request = request.key_condition_expression("due_kind = :kind AND due_at <= :now");
        let request = request.expression_attribute_values(":kind", text(kind));
        let answer = request.expression_attribute_values(":now", number(now.as_millisecond())).send().await;
        let answer = answer.map_err(|error| Error::sdk(format!("list each {kind} that is due"), error))?;
        // One that cannot be read must not keep the others from being looked at.
        let tell = |error: &Error| tracing::error!(kind, %error, "A job ({kind}) cannot be read: {error}");
        let read = |item| value(item).inspect_err(tell).ok();
        Ok(answer.items.unwrap_or_default().into_iter().filter_map(read).collect())
    }
}
