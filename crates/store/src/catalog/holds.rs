//! What a repository publishes instead of its newest files, because somebody chose that.

use aws_sdk_dynamodb::types::{TransactWriteItem, Update};
use colca_model::RepoPath;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::repositories::{SK, THERE};
use super::updates::send;
use super::{Catalog, partition};
use crate::table::{attribute, held as held_write, key, number};
use crate::{Error, Result};

/// A revision that somebody chose to publish.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// The repository whose revision it is, if it is another's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository: Option<RepoPath>,
    /// Its number there.
    pub revision: u64,
}

impl Catalog {
    /// Chooses the revision that a repository publishes from now on, or its newest files again. `false` if there is no such
    /// repository, or no such revision any more.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn hold(&self, path: &RepoPath, held: Option<&Held>, now: Timestamp) -> Result<bool> {
        let Some(held) = held else {
            return held_write(
                send(self.there(path, "SET modified = :now, changed = :now REMOVE held", now), path).await,
            );
        };
        let check = self.there_is(held.repository.as_ref().unwrap_or(path), held.revision)?;
        let update = Update::builder().table_name(&self.table.name).set_key(Some(key(&partition(path), SK)));
        let update =
            update.update_expression("SET held = :held, modified = :now, changed = :now").condition_expression(THERE);
        let update = update.expression_attribute_values(":held", attribute(held)?);
        let update = update.expression_attribute_values(":now", number(now.as_millisecond())).build();
        let update = update.map_err(|error| Error::corrupt("build a change of a repository", error))?;
        let writes = vec![check, TransactWriteItem::builder().update(update).build()];
        self.if_all_hold(writes, || format!("hold a revision of {path}")).await
    }
}
