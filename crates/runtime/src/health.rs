//! Whether we are well.

use colca_store::Queue;

use crate::Services;

impl Services {
    /// Whether what every upload needs answers: tables, store and the queue of builds. What is slow, or given up, is another matter
    /// (`functions/admin/src/health.rs`): it is no reason to send nobody here any more.
    ///
    /// # Errors
    /// The first that does not answer.
    pub async fn check(&self) -> colca_store::Result<()> {
        let queue = async { self.queues.depth(Queue::Build).await.map(drop) };
        futures::try_join!(self.catalog.ping(), self.jobs.ping(), self.objects.ping(), queue)?;
        Ok(())
    }
}
