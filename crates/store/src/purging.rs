//! How a repository that is old leaves the catalog, and comes back: each step a transaction over both tables, so that a file is either in
//! the catalog or among what was purged, whoever dies when.

use aws_sdk_dynamodb::types::{TransactWriteItem, Update};
use colca_model::UploadId;
use jiff::{SignedDuration, Timestamp};

use crate::catalog::{GONE, THERE, send};
use crate::table::{held, number, text};
use crate::{Catalog, Error, Jobs, Purge, PurgedFile, Registered, Registration, Result};

/// What holds as long as nobody has changed a repository since it was looked at, or wants it to stay as it is.
const OLD: &str = "attribute_not_exists(pins) AND attribute_not_exists(held) AND (changed = :changed OR \
                   (attribute_not_exists(changed) AND modified = :changed))";

impl Catalog {
    /// Begins to purge a repository, to be gone on with at `due`. It is hidden by that, and nobody can pin or promote anything of it; its
    /// files are still there. `false` if somebody has changed it since [`Purge::changed`].
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn begin_purge(&self, jobs: &Jobs, purge: &Purge, due: Timestamp, keep: SignedDuration) -> Result<bool> {
        let hide =
            Update::builder().table_name(&self.table.name).set_key(Some(Self::repository_key(&purge.repository)));
        let hide = hide.update_expression(GONE).condition_expression(format!("{THERE} AND {OLD}"));
        let hide = hide.expression_attribute_values(":now", number(purge.begun.as_millisecond()));
        let hide = hide.expression_attribute_values(":changed", number(purge.changed.as_millisecond())).build();
        let hide = hide.map_err(|error| Error::corrupt("build the beginning of a purge", error))?;
        let writes = vec![
            TransactWriteItem::builder().update(hide).build(),
            TransactWriteItem::builder().put(jobs.put_purge(purge, due, keep)?).build(),
        ];
        self.if_all_hold(writes, || format!("begin to purge {}", purge.repository)).await
    }

    /// Takes a file out, and keeps what it takes to enter it again for `keep` after the time of the purge is over. `change` is a new id.
    /// `false` if the file is of another version by now, or gone.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn purge_file(
        &self,
        jobs: &Jobs,
        purge: &Purge,
        file: &PurgedFile,
        change: UploadId,
        keep: SignedDuration,
    ) -> Result<bool> {
        let mut writes = self.removal(&file.binary, change)?;
        writes.push(TransactWriteItem::builder().put(jobs.put_purged(purge, file, keep)?).build());
        let Purge { repository, .. } = purge;
        self.if_all_hold(writes, || format!("purge {} of {repository}", file.binary.filename)).await
    }

    /// Enters a file again that was purged, as `registration` says. `change` is a new id.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn restore_file(
        &self,
        jobs: &Jobs,
        registration: Registration,
        file: &PurgedFile,
        change: UploadId,
    ) -> Result<Registered> {
        let end = TransactWriteItem::builder().delete(jobs.unpurge(file)?).build();
        let what = format!("restore {} of {}", file.binary.filename, file.binary.repository);
        self.enter(self.writes(registration, change, end)?, what).await
    }

    /// Gives a repository back, whose files were restored, what it had besides them, unless somebody has chosen otherwise meanwhile.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn note_restored(&self, purge: &Purge, now: Timestamp) -> Result<()> {
        let mut set = "SET modified = :now, changed = :now".to_owned();
        if purge.chosen.is_some() {
            set += ", chosen = if_not_exists(chosen, :chosen)";
        }
        if purge.extra.is_some() {
            set += ", extra = if_not_exists(extra, :extra)";
        }
        let mut request = self.there(&purge.repository, &set, now);
        if let Some(chosen) = purge.chosen {
            request = request.expression_attribute_values(":chosen", crate::table::attribute(chosen)?);
        }
        if let Some(extra) = &purge.extra {
            request = request.expression_attribute_values(":extra", text(extra));
        }
        held(send(request, &purge.repository).await).map(drop)
    }
}
