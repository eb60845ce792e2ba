//! The messages that wake functions.

use std::fmt;
use std::time::Duration;

use aws_sdk_sqs::types::MessageSystemAttributeName;
use colca_model::{RepoPath, UploadId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// Work on this repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuildMessage {
    /// The repository.
    pub repository: RepoPath,
    /// What is to be done.
    #[serde(default)]
    pub task: Task,
}

/// What a builder is to do with a repository.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Task {
    /// Publish its changes.
    #[default]
    Publish,
    /// List the files in its packages. Nothing is to be done if another revision was published meanwhile: a message of its
    /// own was sent for that.
    Contents {
        /// The revision that is published.
        revision: u64,
    },
    /// Make fewer and longer segments of its lists.
    Merge,
    /// Look whether what it publishes is what it should be.
    Verify,
}

/// As logs name it.
impl fmt::Display for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Publish => f.write_str("publishing"),
            Self::Contents { revision } => write!(f, "listing the files of revision {revision}"),
            Self::Merge => f.write_str("merging"),
            Self::Verify => f.write_str("verifying"),
        }
    }
}

/// Look at this upload: its bytes arrived, and S3's own message about it may be lost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IngestMessage {
    /// The upload.
    pub upload: UploadId,
}

/// Do the next piece of this import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportMessage {
    /// The import.
    pub import: UploadId,
}

/// The queues.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Queue {
    /// Uploads that arrived.
    Ingest,
    /// Repositories to build.
    Build,
    /// Imports that go on.
    Import,
    /// What is told of repositories.
    Callback,
}

/// Where the queues are. A function that never writes to one has no use for its URL.
#[derive(Debug, Clone)]
pub struct QueueUrls {
    /// Of uploads that arrived.
    pub ingest: String,
    /// Of repositories to build.
    pub build: String,
    /// Of imports that go on.
    pub import: String,
    /// Of what is told of repositories.
    pub callback: String,
}

/// The attributes that say how often a message was delivered, and when it was sent.
const RECEIVED: MessageSystemAttributeName = MessageSystemAttributeName::ApproximateReceiveCount;
const SENT: MessageSystemAttributeName = MessageSystemAttributeName::SentTimestamp;

/// A message that was taken from a queue. It comes again, unless it is deleted in time.
#[derive(Debug, Clone)]
pub struct Received {
    /// The same at every delivery of the same message.
    pub id: String,
    /// What it says.
    pub body: String,
    /// How often it was delivered, this time included.
    pub times: u32,
    /// When it was sent, if that is known.
    pub sent: Option<Timestamp>,
    /// What proves to the queue that it was delivered to us.
    pub receipt: String,
}

/// The queues we write to, and read from where no Lambda does.
#[derive(Debug, Clone)]
pub struct Queues {
    pub(crate) sqs: aws_sdk_sqs::Client,
    pub(crate) urls: QueueUrls,
}

impl Queues {
    /// The queues that are there.
    #[must_use]
    pub fn new(sqs: aws_sdk_sqs::Client, urls: QueueUrls) -> Self {
        Self { sqs, urls }
    }

    /// Has a repository worked on after `delay`, in whole seconds, 15 minutes at most.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn send_build(&self, message: &BuildMessage, delay: Duration) -> Result<()> {
        self.send(&self.urls.build, message, delay).await
    }

    /// Has an upload looked at, now.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn send_ingest(&self, message: &IngestMessage) -> Result<()> {
        self.send(&self.urls.ingest, message, Duration::ZERO).await
    }

    /// Has the next piece of an import done, now.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn send_import(&self, message: &ImportMessage) -> Result<()> {
        self.send(&self.urls.import, message, Duration::ZERO).await
    }

    /// Takes up to `most` messages from a queue, ten at most; waits for up to `wait`, 20 s at most, if there is none.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn receive(&self, queue: Queue, most: i32, wait: Duration) -> Result<Vec<Received>> {
        let url = self.url(queue);
        let wait = i32::try_from(wait.as_secs().min(20)).unwrap_or(20);
        let request = self.sqs.receive_message().queue_url(url).max_number_of_messages(most).wait_time_seconds(wait);
        let request = request.message_system_attribute_names(RECEIVED).message_system_attribute_names(SENT);
        let answer = request.send().await.map_err(|error| Error::sdk(format!("take messages from {url}"), error))?;
        let received = answer.messages.unwrap_or_default().into_iter().map(|message| {
            let attributes = message.attributes.unwrap_or_default();
            Received {
                id: message.message_id.unwrap_or_default(),
                body: message.body.unwrap_or_default(),
                times: attributes.get(&RECEIVED).and_then(|times| times.parse().ok()).unwrap_or(1),
                sent: attributes.get(&SENT).and_then(|sent| sent_at(sent)),
                receipt: message.receipt_handle.unwrap_or_default(),
            }
        });
        Ok(received.collect())
    }

    /// Deletes a message whose work is done.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn delete(&self, queue: Queue, message: &Received) -> Result<()> {
        let url = self.url(queue);
        let request = self.sqs.delete_message().queue_url(url).receipt_handle(&message.receipt);
        request.send().await.map(drop).map_err(|error| Error::sdk(format!("delete a message of {url}"), error))
    }

    /// Has a message delivered again after `delay`.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn put_back(&self, queue: Queue, message: &Received, delay: Duration) -> Result<()> {
        let url = self.url(queue);
        let delay = i32::try_from(delay.as_secs()).unwrap_or(i32::MAX);
        let request = self.sqs.change_message_visibility().queue_url(url).receipt_handle(&message.receipt);
        let answer = request.visibility_timeout(delay).send().await;
        answer.map(drop).map_err(|error| Error::sdk(format!("put a message back to {url}"), error))
    }

    pub(crate) fn url(&self, queue: Queue) -> &str {
        match queue {
            Queue::Ingest => &self.urls.ingest,
            Queue::Build => &self.urls.build,
            Queue::Import => &self.urls.import,
            Queue::Callback => &self.urls.callback,
        }
    }

    async fn send(&self, url: &str, message: &impl Serialize, delay: Duration) -> Result<()> {
        let body = serde_json::to_string(message).map_err(|error| Error::corrupt("write a message", error))?;
        let delay = i32::try_from(delay.as_secs().min(900)).unwrap_or(900);
        let request = self.sqs.send_message().queue_url(url).delay_seconds(delay).message_body(body);
        request.send().await.map(drop).map_err(|error| Error::sdk(format!("send a message to {url}"), error))
    }
}

/// The moment that SQS writes as milliseconds since 1970.
#[must_use]
pub fn sent_at(text: &str) -> Option<Timestamp> {
    Timestamp::from_millisecond(text.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_build_is_what_a_message_means_that_says_nothing_else() {
        let read = |text: &str| serde_json::from_str::<BuildMessage>(text).expect("a message").task;
        assert_eq!(read(r#"{"repository": "p/r/s/d/1/flavors/f"}"#), Task::Publish);
        let contents = r#"{"repository":"p/r/s/d/1/flavors/f","task":{"contents":{"revision":7}}}"#;
        assert_eq!(read(contents), Task::Contents { revision: 7 });
        let message: BuildMessage = serde_json::from_str(contents).expect("a message");
        assert_eq!(serde_json::to_string(&message).expect("plain data"), contents);
    }
}
