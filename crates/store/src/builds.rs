//! Asking for a build: once per repository and quiet window, however many ask.

use std::time::Duration;

use colca_model::{RepoPath, RepositoryKind};
use jiff::Timestamp;

use crate::{BuildMessage, Catalog, Queues, Result};

/// Where builds are asked for.
#[derive(Debug, Clone)]
pub struct Builds {
    catalog: Catalog,
    queues: Queues,
    quiet: Duration,
}

impl Builds {
    /// `quiet` is how long a build waits for more uploads, in whole seconds.
    #[must_use]
    pub fn new(catalog: Catalog, queues: Queues, quiet: Duration) -> Self {
        Self { catalog, queues, quiet }
    }

    /// Has the changes of a repository published. Call it after they are in the catalog: whoever finds a build
    /// due already can rely on that build to see them.
    ///
    /// A crash between the two steps leaves the repository marked with nobody building, which `reap` finds.
    ///
    /// # Errors
    /// Whatever the services answer.
    pub async fn request(&self, repository: &RepoPath, kind: RepositoryKind, now: Timestamp) -> Result<()> {
        if self.catalog.claim_build(repository, kind, now, now + self.quiet).await? {
            self.queues.send_build(&BuildMessage { repository: repository.clone() }, self.quiet).await?;
        }
        Ok(())
    }
}
