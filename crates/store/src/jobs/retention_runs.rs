//! Runs of retention: one goes through all refs, round after round, and purges what is old.

use std::fmt;

use colca_model::{Project, Ref};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Jobs;
use crate::table::{held, item, number, text};
use crate::{Error, Result};

/// The partition of both of them.
const PK: &str = "RETENTION";

/// Why a run was begun. There is one of each: the next takes the place of the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RunKind {
    /// The configuration says that there is one every day.
    Daily,
    /// Somebody asked.
    Asked,
}

impl fmt::Display for RunKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Daily => "daily",
            Self::Asked => "asked",
        })
    }
}

/// A run, and how far it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetentionRun {
    /// Why it was begun.
    pub kind: RunKind,
    /// When.
    pub begun: Timestamp,
    /// Who asked, if somebody did.
    #[serde(default)]
    pub by: Option<String>,
    /// The project that it is for; all if none.
    #[serde(default)]
    pub project: Option<Project>,
    /// The last ref it was done with.
    #[serde(default)]
    pub after: Option<(Project, Ref)>,
    /// How many repositories it has purged.
    pub purged: u64,
    /// How many rounds have worked on it: each writes that down when it begins, and only the last of them how far it came.
    pub rounds: u64,
    /// Until when the last round has it, in milliseconds since 1970.
    #[serde(default)]
    pub taken_until: i64,
    /// When it was done with all.
    #[serde(default)]
    pub ended: Option<Timestamp>,
}

impl RetentionRun {
    /// One of which nothing is done yet.
    #[must_use]
    pub fn begin(kind: RunKind, by: Option<String>, project: Option<Project>, now: Timestamp) -> Self {
        Self { kind, begun: now, by, project, after: None, purged: 0, rounds: 0, taken_until: 0, ended: None }
    }
}

impl Jobs {
    /// The last run of each kind.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn retention_runs(&self) -> Result<Vec<RetentionRun>> {
        self.table.query(PK, "").await
    }

    /// Begins a run in the place of the one `before` it, which must have ended, or been the first. `false` if somebody else has.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn begin_run(&self, run: &RetentionRun, before: Option<&RetentionRun>) -> Result<bool> {
        let request = self.table.db.put_item().table_name(&self.table.name);
        let request = request.set_item(Some(item(PK, &run.kind.to_string(), run)?));
        let request = match before {
            None => request.condition_expression("attribute_not_exists(pk)"),
            Some(before) => {
                let request = request.condition_expression("begun = :begun AND rounds = :rounds");
                let request = request.expression_attribute_values(":begun", text(before.begun.to_string()));
                request.expression_attribute_values(":rounds", number(before.rounds))
            }
        };
        held(request.send().await.map_err(|error| Error::sdk("begin a run of retention", error)))
    }

    /// Writes down how far a run is, if nobody has worked on it since `rounds` of them had. `false` if somebody has.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn save_run(&self, run: &RetentionRun, rounds: u64) -> Result<bool> {
        let request = self.table.db.put_item().table_name(&self.table.name);
        let request = request.set_item(Some(item(PK, &run.kind.to_string(), run)?));
        let request = request.condition_expression("begun = :begun AND rounds = :rounds");
        let request = request.expression_attribute_values(":begun", text(run.begun.to_string()));
        let request = request.expression_attribute_values(":rounds", number(rounds));
        held(request.send().await.map_err(|error| Error::sdk("write down how far a run of retention is", error)))
    }
}
