//! Whether what a repository publishes is what it should be: somebody asks, a builder answers.

use colca_model::RepoPath;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Jobs, SK};
use crate::table::{attribute, held, item, key, number};
use crate::{Error, Result};

/// The last time that somebody asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verification {
    /// The repository.
    pub repository: RepoPath,
    /// When it was asked.
    pub asked: Timestamp,
    /// What was found; none if nobody has looked yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<Found>,
}

/// What was found in a repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// When the look began.
    pub at: Timestamp,
    /// The revision that was looked at; 0 if there is none.
    pub revision: u64,
    /// How many problems there are.
    pub count: usize,
    /// The first of them.
    pub problems: Vec<String>,
    /// Whether all of it is being made anew because of them.
    pub is_rebuilt: bool,
}

impl Jobs {
    /// Notes that somebody asks, and forgets what was found before. It is kept for a while.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn ask_to_verify(&self, repository: &RepoPath, now: Timestamp, keep: SignedDuration) -> Result<()> {
        let asked = Verification { repository: repository.clone(), asked: now, found: None };
        let mut item = item(&partition(repository), SK, &asked)?;
        item.insert("expires".to_owned(), number((now + keep).as_second()));
        let put = self.table.db.put_item().table_name(&self.table.name).set_item(Some(item)).send().await;
        put.map(drop).map_err(|error| Error::sdk(format!("note that {repository} is to be verified"), error))
    }

    /// Notes what was found after it was `asked`, unless it was asked again meanwhile.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn record_found(&self, repository: &RepoPath, asked: Timestamp, found: &Found) -> Result<()> {
        let key = key(&partition(repository), SK);
        let request = self.table.db.update_item().table_name(&self.table.name).set_key(Some(key));
        let request = request.update_expression("SET #found = :found").expression_attribute_names("#found", "found");
        let request = request.expression_attribute_values(":found", attribute(found)?);
        let request = request.condition_expression("asked = :asked");
        let answer = request.expression_attribute_values(":asked", attribute(asked)?).send().await;
        held(answer.map_err(|error| Error::sdk(format!("note what was found in {repository}"), error))).map(drop)
    }

    /// The last time that somebody asked; `None` if nobody did for a while.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn verification(&self, repository: &RepoPath) -> Result<Option<Verification>> {
        self.table.get(&partition(repository), SK).await
    }
}

fn partition(repository: &RepoPath) -> String {
    format!("VERIFY#{repository}")
}
