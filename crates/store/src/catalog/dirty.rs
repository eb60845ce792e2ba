//! The sparse index of repositories that somebody has to see to: a builder, or a human.

use super::{Catalog, Repository};
use crate::table::{text, value};
use crate::{Error, Result};

const INDEX: &str = "dirty-index";

/// What every repository with changes that a builder is to publish has in its `dirty` attribute, the key of the index, and every
/// one whose builder has not come to its end.
pub(super) const DIRTY: &str = "dirty";

/// What one has there that waits for a human: its last build failed, or it has changes that nobody publishes by itself.
pub(super) const STUCK: &str = "stuck";

impl Catalog {
    /// The repositories with changes to publish. The index lags behind by a moment.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn dirty_repositories(&self) -> Result<Vec<Repository>> {
        let request = self.table.db.query().table_name(&self.table.name).index_name(INDEX);
        let request =
            request.key_condition_expression("dirty = :dirty").expression_attribute_values(":dirty", text(DIRTY));
        let mut pages = request.into_paginator().items().send();
        let mut repositories = Vec::new();
        while let Some(found) = pages.next().await {
            // One that cannot be read must not keep the others from being built.
            match value(found.map_err(|error| Error::sdk("list what has changes", error))?) {
                Ok(repository) => repositories.push(repository),
                Err(error) => tracing::error!(%error, "A repository cannot be read: {error}"),
            }
        }
        Ok(repositories)
    }

    /// Up to `limit` of the repositories that wait for a human, in no order. The index lags behind by a moment.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn stuck_repositories(&self, limit: i32) -> Result<Vec<Repository>> {
        let request = self.table.db.query().table_name(&self.table.name).index_name(INDEX).limit(limit);
        let request = request.key_condition_expression("dirty = :stuck");
        let answer = request.expression_attribute_values(":stuck", text(STUCK)).send().await;
        let answer = answer.map_err(|error| Error::sdk("list what waits for a human", error))?;
        answer.items.unwrap_or_default().into_iter().map(value).collect()
    }
}
