//! Asking for a build: once per repository and quiet window, however many ask.

use std::time::Duration;

use colca_model::RepoPath;
use jiff::Timestamp;

use crate::{BuildMessage, CallbackMessage, Catalog, Queues, Result, Status, Task};

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
    /// due already can rely on that build to see them. `quiet` is how long it waits for more, in whole seconds;
    /// `is_told` says whether somebody wants to know that it is due.
    ///
    /// A crash between the steps leaves the repository marked with nobody building, which `reap` finds. It is told before
    /// the build is sent for, so that nothing the build tells comes before it; of what is being built, or taken out, it is
    /// not told: what is told at the end of that must not be followed by it.
    ///
    /// # Errors
    /// Whatever the services answer.
    pub async fn request(&self, repository: &RepoPath, now: Timestamp, quiet: Duration, is_told: bool) -> Result<()> {
        if let Some(claimed) = self.catalog.claim_build(repository, now, now + quiet).await? {
            if is_told && !claimed.is_updating(now) && !claimed.is_gone() {
                let message = CallbackMessage::new(repository, Status::Queued, &now.as_millisecond(), now);
                self.queues.send_callback(&message).await?;
            }
            let message = BuildMessage { repository: repository.clone(), task: Task::Publish };
            self.queues.send_build(&message, quiet).await?;
        }
        Ok(())
    }
}
