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

impl Work {
    /// The kind of its items, and how many of those that are due first may have been due for longest: what was asked for again is looked
    /// at later than what has just become due.
    fn looks(self) -> (&'static str, i32) {
        match self {
            Self::Uploads => (super::uploads::DUE, LOOKED_AT),
            Self::Imports => (super::imports::DUE, LOOKED_AT),
            Self::Garbage => (super::garbage::DUE, 1),
            Self::Refreshes => (super::refreshes::DUE, 1),
        }
    }
}

/// How many of a kind are read to find what was asked for again. Where more become due before that is looked at again, as many tickets
/// that nobody has used yet, it is told by some looks and not by others.
pub(super) const LOOKED_AT: i32 = 500;

#[derive(Deserialize)]
struct Due {
    due_at: i64,
    due_since: Option<i64>,
}

impl Due {
    /// Since when it has been due, however often it was put off.
    fn since(&self) -> i64 {
        self.due_since.unwrap_or(self.due_at)
    }
}

impl Jobs {
    /// Whether the table answers.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn ping(&self) -> Result<()> {
        self.table.get::<serde::de::IgnoredAny>("HEALTH", "#").await.map(drop)
    }

    /// When that work of a kind becomes due, or became due, which is due for longest; `None` if there is none.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn first_due(&self, work: Work) -> Result<Option<Timestamp>> {
        let (kind, most) = work.looks();
        let request = self.table.db.query().table_name(&self.table.name).index_name(DUE_INDEX).limit(most);
        let request = request.key_condition_expression("due_kind = :kind").projection_expression("due_at, due_since");
        let answer = request.expression_attribute_values(":kind", text(kind)).send().await;
        let answer = answer.map_err(|error| Error::sdk(format!("look when the first {kind} is due"), error))?;
        let found: Vec<Due> = answer.items.unwrap_or_default().into_iter().map(value).collect::<Result<_>>()?;
        Ok(found.iter().map(Due::since).min().and_then(|since| Timestamp::from_millisecond(since).ok()))
    }
}
