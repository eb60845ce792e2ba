//! Asking for a build: once per repository and quiet window, however many ask.

use std::time::Duration;

use colca_model::RepoPath;
use jiff::Timestamp;

use crate::{BuildMessage, Catalog, Queues, Result, Task};

/// Where builds are asked for.
#[derive(Debug, Clone)]
pub struct Builds {
    catalog: Catalog,
    queues: Queues,
}

impl Builds {
    /// Builds of what is in `catalog`.
    #[must_use]
    pub fn new(catalog: Catalog, queues: Queues) -> Self {
        Self { catalog, queues }
    }

    /// Has the changes of a repository published. Call it after they are in the catalog: whoever finds a build
    /// due already can rely on that build to see them. `quiet` is how long it waits for more, in whole seconds.
    ///
    /// A crash between the two steps leaves the repository marked with nobody building, which `reap` finds.
    ///
    /// # Errors
    /// Whatever the services answer.
    pub async fn request(&self, repository: &RepoPath, now: Timestamp, quiet: Duration) -> Result<()> {
        if self.catalog.claim_build(repository, now, now + quiet).await? {
            let message = BuildMessage { repository: repository.clone(), task: Task::Publish };
            self.queues.send_build(&message, quiet).await?;
        }
        Ok(())
    }
}
