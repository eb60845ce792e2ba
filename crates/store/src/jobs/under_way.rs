//! What is under way: work that somebody goes on with, or looks after if nobody does, whenever that is due.

use colca_model::Import;
use jiff::Timestamp;

use super::{Jobs, Purge, imports, purges};
use crate::Result;

impl Jobs {
    /// Up to `limit` imports that have not ended, or were stopped and not announced. The index lags behind by a moment.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn imports_under_way(&self, limit: i32) -> Result<Vec<Import>> {
        self.due(imports::DUE, Timestamp::MAX, limit).await
    }

    /// Up to `limit` repositories that are being purged or restored. The index lags behind by a moment.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn purges_under_way(&self, limit: i32) -> Result<Vec<Purge>> {
        self.due(purges::DUE, Timestamp::MAX, limit).await
    }
}
