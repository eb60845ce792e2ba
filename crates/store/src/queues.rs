//! The messages that wake functions.

use std::time::Duration;

use colca_model::{RepoPath, UploadId};
use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// Build this repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuildMessage {
    /// The repository that has changes.
    pub repository: RepoPath,
}

/// Look at this upload: its bytes arrived, and S3's own message about it may be lost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IngestMessage {
    /// The upload.
    pub upload: UploadId,
}

/// The queues we write to.
#[derive(Debug, Clone)]
pub struct Queues {
    sqs: aws_sdk_sqs::Client,
    build_url: String,
    ingest_url: String,
}

impl Queues {
    /// A function that never writes to a queue gives an empty URL for it.
    #[must_use]
    pub fn new(sqs: aws_sdk_sqs::Client, build_url: String, ingest_url: String) -> Self {
        Self { sqs, build_url, ingest_url }
    }

    /// Has a repository built after `delay`, in whole seconds, 15 minutes at most.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn send_build(&self, message: &BuildMessage, delay: Duration) -> Result<()> {
        self.send(&self.build_url, message, delay).await
    }

    /// Has an upload looked at, now.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn send_ingest(&self, message: &IngestMessage) -> Result<()> {
        self.send(&self.ingest_url, message, Duration::ZERO).await
    }

    async fn send(&self, url: &str, message: &impl Serialize, delay: Duration) -> Result<()> {
        let body = serde_json::to_string(message).map_err(|error| Error::corrupt("write a message", error))?;
        let delay = i32::try_from(delay.as_secs().min(900)).unwrap_or(900);
        let request = self.sqs.send_message().queue_url(url).delay_seconds(delay).message_body(body);
        request.send().await.map(drop).map_err(|error| Error::sdk(format!("send a message to {url}"), error))
    }
}
