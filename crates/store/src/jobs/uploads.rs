//! Uploads, from ticket to end.

use aws_sdk_dynamodb::types::{Put, Update};
use colca_model::{Upload, UploadId, UploadState};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::lag::LOOKED_AT;
use super::{Jobs, SK};
use crate::table::{attribute, held, item, key, number, text};
use crate::{Error, ErrorKind, Result};

pub(super) const DUE: &str = "upload";

/// An upload, and whether it waits.
#[derive(Deserialize)]
struct Late {
    due_at: i64,
    due_since: Option<i64>,
    #[serde(flatten)]
    upload: Upload,
}

impl Jobs {
    /// Writes down a new upload: a pending one to be looked after from `due` on, an ended one to be kept until then.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn add_upload(&self, upload: &Upload, due: Timestamp) -> Result<()> {
        let pk = partition(&upload.id);
        let mut item = item(&pk, SK, upload)?;
        if upload.state == UploadState::Pending {
            item.insert("due_kind".to_owned(), text(DUE));
            item.insert("due_at".to_owned(), number(due.as_millisecond()));
        } else {
            item.insert("expires".to_owned(), number(due.as_second()));
        }
        let request = self.table.db.put_item().table_name(&self.table.name).set_item(Some(item));
        let request = request.condition_expression("attribute_not_exists(pk)");
        request.send().await.map(drop).map_err(|error| Error::sdk(format!("write down {pk}"), error))
    }

    /// The write of an upload that has ended and that nobody wrote down before, for use in a transaction. What follows it is
    /// somebody else's to do, so it is never due.
    pub(crate) fn recording(&self, upload: &Upload, expires: Timestamp) -> Result<Put> {
        let mut item = item(&partition(&upload.id), SK, upload)?;
        item.insert("expires".to_owned(), number(expires.as_second()));
        let put = Put::builder().table_name(&self.table.name).set_item(Some(item));
        let put = put.condition_expression("attribute_not_exists(pk)").build();
        put.map_err(|error| Error::corrupt("build an upload", error))
    }

    /// One upload; `None` if there is none, or it ended longer ago than history is kept.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn upload(&self, id: &UploadId) -> Result<Option<Upload>> {
        self.table.get(&partition(id), SK).await
    }

    /// Ends a pending upload. A registered one is still looked after, until [`Jobs::upload_is_announced`]. `false` if it had ended before; its first end stands.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn end_upload(
        &self,
        id: &UploadId,
        state: &UploadState,
        now: Timestamp,
        keep: SignedDuration,
    ) -> Result<bool> {
        let end = self.ending(id, state, now, keep)?;
        let request = self.table.db.update_item().table_name(end.table_name).set_key(Some(end.key));
        let request = request
            .update_expression(end.update_expression)
            .set_condition_expression(end.condition_expression)
            .set_expression_attribute_names(end.expression_attribute_names)
            .set_expression_attribute_values(end.expression_attribute_values);
        held(request.send().await.map_err(|error| Error::sdk(format!("end the upload {id}"), error)))
    }

    /// The write that ends a pending upload, for use in a transaction.
    pub(crate) fn ending(
        &self,
        id: &UploadId,
        state: &UploadState,
        now: Timestamp,
        keep: SignedDuration,
    ) -> Result<Update> {
        // What follows a registration may be left undone by a crash; `reap` looks until it is done.
        let undue =
            if matches!(state, UploadState::Registered { .. }) { "" } else { " REMOVE due_kind, due_at, due_since" };
        let (word, name, detail) = match state {
            UploadState::Pending => return Err(Error::new(ErrorKind::Invalid, "end an upload as pending")),
            UploadState::Registered { notes } => ("registered", "notes", attribute(notes)?),
            UploadState::Rejected { reason } => ("rejected", "reason", text(reason)),
        };
        let update = Update::builder()
            .table_name(&self.table.name)
            .set_key(Some(key(&partition(id), SK)))
            .update_expression(format!("SET #state = :state, #detail = :detail, expires = :expires{undue}"))
            .condition_expression("#state = :pending")
            .expression_attribute_names("#state", "state")
            .expression_attribute_names("#detail", name)
            .expression_attribute_values(":state", text(word))
            .expression_attribute_values(":detail", detail)
            .expression_attribute_values(":expires", number((now + keep).as_second()))
            .expression_attribute_values(":pending", text("pending"));
        update.build().map_err(|error| Error::corrupt("build the end of an upload", error))
    }

    /// Notes that all that follows the registration of an upload is done.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn upload_is_announced(&self, id: &UploadId) -> Result<()> {
        let request = self.table.db.update_item().table_name(&self.table.name).set_key(Some(key(&partition(id), SK)));
        let request = request
            .update_expression("REMOVE due_kind, due_at, due_since")
            .condition_expression("attribute_exists(pk)");
        held(request.send().await.map_err(|error| Error::sdk(format!("look after the upload {id} no more"), error)))
            .map(drop)
    }

    /// Up to `limit` uploads that wait for `ingest`, or were to be looked after by now. The index lags behind by a moment.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn late_uploads(&self, now: Timestamp, limit: usize) -> Result<Vec<Upload>> {
        let found: Vec<Late> = self.due(DUE, Timestamp::MAX, LOOKED_AT).await?;
        let is_late = |late: &Late| late.due_since.is_some() || late.due_at <= now.as_millisecond();
        Ok(found.into_iter().filter(is_late).map(|late| late.upload).take(limit).collect())
    }

    /// Up to `limit` uploads that somebody should look after: pending ones, and registered ones that were not announced.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn due_uploads(&self, now: Timestamp, limit: i32) -> Result<Vec<Upload>> {
        self.due(DUE, now, limit).await
    }

    /// Looks after an upload again at `due`, which does not wait for anybody until then: its bytes have not come, or are being read.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn postpone_upload(&self, id: &UploadId, due: Timestamp) -> Result<()> {
        self.postpone(id, due, None).await
    }

    /// Looks again at `due` after an upload that has waited for `ingest` since a moment, which stays the first that was noted.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn postpone_waiting(&self, id: &UploadId, due: Timestamp, since: Timestamp) -> Result<()> {
        self.postpone(id, due, Some(since)).await
    }

    async fn postpone(&self, id: &UploadId, due: Timestamp, since: Option<Timestamp>) -> Result<()> {
        let request = self.table.db.update_item().table_name(&self.table.name).set_key(Some(key(&partition(id), SK)));
        let request = request.condition_expression("attribute_exists(due_kind)");
        let request = request.expression_attribute_values(":due", number(due.as_millisecond()));
        let request = match since {
            None => request.update_expression("SET due_at = :due REMOVE due_since"),
            Some(since) => request
                .update_expression("SET due_at = :due, due_since = if_not_exists(due_since, :since)")
                .expression_attribute_values(":since", number(since.as_millisecond())),
        };
        held(request.send().await.map_err(|error| Error::sdk(format!("postpone the upload {id}"), error))).map(drop)
    }
}

pub(super) fn partition(id: &UploadId) -> String {
    format!("UPLOAD#{id}")
}
