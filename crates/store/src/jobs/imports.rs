//! Imports of what lies elsewhere, piece by piece, and how far each has come.

use aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder;
use colca_model::{Import, ImportState, UploadId};
use jiff::{SignedDuration, Timestamp};

use super::Jobs;
use crate::table::{held, item, key, number, text};
use crate::{Error, Result};

pub(super) const DUE: &str = "import";

/// The partition of all of them, so that a list is one query.
const PK: &str = "IMPORTS";

impl Jobs {
    /// Writes down an import, to be looked after from `due` on.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn add_import(&self, import: &Import, due: Timestamp) -> Result<()> {
        let request =
            self.put_import(import, due, SignedDuration::ZERO)?.condition_expression("attribute_not_exists(pk)");
        let answer = request.send().await;
        answer.map(drop).map_err(|error| Error::sdk(format!("write down the import {}", import.id), error))
    }

    /// One import; `None` if there is none, or it ended longer ago than history is kept.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn import(&self, id: &UploadId) -> Result<Option<Import>> {
        self.table.get(PK, id.as_str()).await
    }

    /// All imports, the oldest first.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn imports(&self) -> Result<Vec<Import>> {
        self.table.query(PK, "").await
    }

    /// Writes down how far an import has come, which is one piece further; one that is still running is looked after at `due`,
    /// one that has ended is kept until then. `false` if another delivery of its message did so before.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn save_import(&self, import: &Import, due: Timestamp, keep: SignedDuration) -> Result<bool> {
        self.save(import, "running", (due, keep)).await
    }

    /// Writes down how far an import had come that somebody has stopped meanwhile, and that is announced; it is kept for `keep`. `false` if
    /// another delivery of its message did so before.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn save_stopped(&self, import: &Import, now: Timestamp, keep: SignedDuration) -> Result<bool> {
        self.save(import, "stopped", (now, keep)).await
    }

    /// Writes down an import that is one piece further, if it is in that state.
    async fn save(&self, import: &Import, state: &str, (due, keep): (Timestamp, SignedDuration)) -> Result<bool> {
        let request = self.put_import(import, due, keep)?;
        let request = request.condition_expression("pieces = :before AND #state = :state");
        let request = request.expression_attribute_names("#state", "state");
        let request = request.expression_attribute_values(":state", text(state));
        let before = number(import.pieces.saturating_sub(1));
        let answer = request.expression_attribute_values(":before", before).send().await;
        held(answer.map_err(|error| Error::sdk(format!("write down how far the import {} is", import.id), error)))
    }

    /// Up to `limit` imports that nobody has gone on with for long, or that were stopped and not announced.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn due_imports(&self, now: Timestamp, limit: i32) -> Result<Vec<Import>> {
        self.due(DUE, now, limit).await
    }

    /// Looks after a running import again at `due`; it was to be gone on with since it first was due.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn postpone_import(&self, id: &UploadId, due: Timestamp) -> Result<()> {
        let request = self.table.db.update_item().table_name(&self.table.name).set_key(Some(key(PK, id.as_str())));
        let request = request.update_expression("SET due_since = if_not_exists(due_since, due_at), due_at = :due");
        let request = request.condition_expression("attribute_exists(due_kind)");
        let request = request.expression_attribute_values(":due", number(due.as_millisecond()));
        held(request.send().await.map_err(|error| Error::sdk(format!("postpone the import {id}"), error))).map(drop)
    }

    /// Notes what kept a running import from going on this time, and looks after it again at `due`: nobody has forgotten it.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn note_trouble(&self, id: &UploadId, trouble: &str, due: Timestamp) -> Result<()> {
        let request = self.table.db.update_item().table_name(&self.table.name).set_key(Some(key(PK, id.as_str())));
        let request = request.update_expression("SET trouble = :trouble, due_at = :due REMOVE due_since");
        let request = request.condition_expression("attribute_exists(due_kind)");
        let request = request.expression_attribute_values(":trouble", text(trouble));
        let request = request.expression_attribute_values(":due", number(due.as_millisecond()));
        let answer = request.send().await;
        held(answer.map_err(|error| Error::sdk(format!("note what keeps the import {id} from going on"), error)))
            .map(drop)
    }

    /// Has a running import stopped by a user. It is looked after from `due` on until [`Jobs::import_is_announced`], and kept for `keep`.
    /// `false` if it is not running.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn stop_import(&self, id: &UploadId, by: &str, due: Timestamp, keep: SignedDuration) -> Result<bool> {
        let request = self.table.db.update_item().table_name(&self.table.name).set_key(Some(key(PK, id.as_str())));
        let update = "SET #state = :stopped, stopped_by = :by, due_at = :due, expires = :expires";
        let request = request.update_expression(update).condition_expression("#state = :running");
        let request = request.expression_attribute_names("#state", "state");
        let request = request.expression_attribute_values(":running", text("running"));
        let request = request.expression_attribute_values(":stopped", text("stopped"));
        let request = request.expression_attribute_values(":by", text(by));
        let request = request.expression_attribute_values(":due", number(due.as_millisecond()));
        let request = request.expression_attribute_values(":expires", number((due + keep).as_second()));
        held(request.send().await.map_err(|error| Error::sdk(format!("stop the import {id}"), error)))
    }

    /// Notes that what a stopped import has taken in is visible.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn import_is_announced(&self, id: &UploadId) -> Result<()> {
        let request = self.table.db.update_item().table_name(&self.table.name).set_key(Some(key(PK, id.as_str())));
        let request = request
            .update_expression("REMOVE due_kind, due_at, due_since")
            .condition_expression("attribute_exists(pk)");
        held(request.send().await.map_err(|error| Error::sdk(format!("look after the import {id} no more"), error)))
            .map(drop)
    }

    fn put_import(&self, import: &Import, due: Timestamp, keep: SignedDuration) -> Result<PutItemFluentBuilder> {
        let mut item = item(PK, import.id.as_str(), import)?;
        if import.state == ImportState::Running {
            item.insert("due_kind".to_owned(), text(DUE));
            item.insert("due_at".to_owned(), number(due.as_millisecond()));
        } else {
            item.insert("expires".to_owned(), number((due + keep).as_second()));
        }
        Ok(self.table.db.put_item().table_name(&self.table.name).set_item(Some(item)))
    }
}
