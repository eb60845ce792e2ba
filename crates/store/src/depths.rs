//! How many messages wait in a queue. How long the oldest has waited SQS tells CloudWatch alone.

use aws_sdk_sqs::types::QueueAttributeName::{
    ApproximateNumberOfMessages as Waiting, ApproximateNumberOfMessagesDelayed as Delayed,
    ApproximateNumberOfMessagesNotVisible as UnderWay,
};

use crate::{Error, Queue, Queues, Result};

/// How many messages a queue holds, nearly.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Depth {
    /// That somebody could take.
    pub waiting: u64,
    /// That somebody has taken, or that are to come again later.
    pub under_way: u64,
    /// That are not due yet.
    pub delayed: u64,
}

impl Queues {
    /// How many messages a queue holds.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn depth(&self, queue: Queue) -> Result<Depth> {
        self.depth_at(self.url(queue)).await
    }

    /// The same of any queue.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn depth_at(&self, url: &str) -> Result<Depth> {
        let request = self.sqs.get_queue_attributes().queue_url(url);
        let request = request.attribute_names(Waiting).attribute_names(UnderWay).attribute_names(Delayed);
        let answer = request.send().await.map_err(|error| Error::sdk(format!("count the messages of {url}"), error))?;
        let count = |name| answer.attributes()?.get(&name)?.parse().ok();
        let count = |name| count(name).unwrap_or_default();
        Ok(Depth { waiting: count(Waiting), under_way: count(UnderWay), delayed: count(Delayed) })
    }
}
