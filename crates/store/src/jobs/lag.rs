//! How far the work lags behind: what is due and nobody has looked at.

use jiff::Timestamp;
use serde::Deserialize;

use super::{DUE_INDEX, Jobs};
use crate::table::{text, value};
use crate::{Error, Result};

/// A kind of work that becomes due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// Uploads that somebody should look after.
    Uploads,
    /// Imports that nobody goes on with.
    Imports,
    /// Objects whose grace is over.
    Garbage,
    /// `Release` files that are to be written anew.
    Refreshes,
}

#[derive(Deserialize)]
struct Due {
    due_at: i64,
}

impl Jobs {
    /// Whether the table answers.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn ping(&self) -> Result<()> {
        self.table.get::<serde::de::IgnoredAny>("HEALTH", "#").await.map(drop)
    }

    /// When that work of a kind becomes due, or became due, which is due first; `None` if there is none.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn first_due(&self, work: Work) -> Result<Option<Timestamp>> {
        let kind = match work {
            Work::Uploads => super::uploads::DUE,
            Work::Imports => super::imports::DUE,
            Work::Garbage => super::garbage::DUE,
            Work::Refreshes => super::refreshes::DUE,
        };
        let request = self.table.db.query().table_name(&self.table.name).index_name(DUE_INDEX).limit(1);
        let request = request.key_condition_expression("due_kind = :kind");
        let answer = request.expression_attribute_values(":kind", text(kind)).send().await;
        let answer = answer.map_err(|error| Error::sdk(format!("look when the first {kind} is due"), error))?;
        let first = answer.items.unwrap_or_default().into_iter().next().map(value::<Due>).transpose()?;
        Ok(first.and_then(|first| Timestamp::from_millisecond(first.due_at).ok()))
    }
}
