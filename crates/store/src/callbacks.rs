//! What is told of repositories, to whoever the configuration names: one message for each thing that happened.

use std::fmt::Display;

use colca_model::RepoPath;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{Error, Queues, Result};

/// The longest reason that is told, in characters. A message of SQS has room for a quarter of a million bytes.
const LONGEST_REASON: usize = 10_000;

/// What happened to a repository, in a word of chacra's callbacks. `failed` is ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Somebody asked for a build.
    Requested,
    /// A build is due.
    Queued,
    /// It has begun.
    Building,
    /// What there was to publish is public.
    Ready,
    /// Nothing of it could be published.
    Failed,
    /// Nothing is left of it.
    Deleted,
}

impl Status {
    /// The word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Queued => "queued",
            Self::Building => "building",
            Self::Ready => "ready",
            Self::Failed => "failed",
            Self::Deleted => "deleted",
        }
    }
}

/// Something that happened to a repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallbackMessage {
    /// The same whenever the same thing is told again.
    pub id: String,
    /// The repository.
    pub repository: RepoPath,
    /// What happened.
    pub status: Status,
    /// When.
    pub at: Timestamp,
    /// Why, if it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl CallbackMessage {
    /// `which` tells it from whatever else of the kind happened to the repository: the number of the build, for example.
    #[must_use]
    pub fn new(repository: &RepoPath, status: Status, which: &impl Display, at: Timestamp) -> Self {
        let id = format!("evt_{}", &digest(&format_args!("{repository}\n{}\n{which}", status.as_str()))[..32]);
        Self { id, repository: repository.clone(), status, at, reason: None }
    }

    /// The same, with why it failed.
    #[must_use]
    pub fn because(mut self, reason: &str) -> Self {
        self.reason = Some(reason.chars().take(LONGEST_REASON).collect());
        self
    }
}

impl Queues {
    /// Has something told, after all that was told of the repository before. The same thing is told once within five
    /// minutes.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn send_callback(&self, message: &CallbackMessage) -> Result<()> {
        let body = serde_json::to_string(message).map_err(|error| Error::corrupt("write a message", error))?;
        let request = self.sqs.send_message().queue_url(&self.urls.callback).message_body(body);
        // A path is longer than the 128 characters that a group may have.
        let request = request.message_group_id(digest(&message.repository)).message_deduplication_id(&message.id);
        let answer = request.send().await;
        answer.map(drop).map_err(|error| Error::sdk(format!("send a message to {}", self.urls.callback), error))
    }
}

fn digest(text: &impl Display) -> String {
    hex::encode(Sha256::digest(text.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(repository: &str, status: Status, which: u64) -> CallbackMessage {
        CallbackMessage::new(&repository.parse().expect("a path"), status, &which, Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn the_same_thing_has_the_same_id_and_shares_it_with_nothing_else() {
        let path = "p/r/s/d/1/flavors/f";
        let first = message(path, Status::Ready, 7);
        assert_eq!(first.id, message(path, Status::Ready, 7).because("any reason").id);
        assert!(first.id.starts_with("evt_") && first.id.len() == 36, "{}", first.id);
        for other in [
            message(path, Status::Ready, 8),
            message(path, Status::Building, 7),
            message("p/r/s/d/1/flavors/g", Status::Ready, 7),
        ] {
            assert_ne!(first.id, other.id);
        }
    }

    #[test]
    fn a_message_has_room_for_the_longest_reason() {
        let long = message("p/r/s/d/1/flavors/f", Status::Failed, 1).because(&"\u{1f980}\"\n".repeat(100_000));
        let json = serde_json::to_string(&long).expect("plain data");
        assert!(json.len() < 256 * 1024, "{}", json.len());
        assert_eq!(serde_json::from_str::<CallbackMessage>(&json).expect("reads back"), long);
    }

    #[test]
    fn what_failed_not_has_no_reason() {
        let json = serde_json::to_string(&message("p/r/s/d/1/flavors/f", Status::Queued, 1)).expect("plain data");
        assert!(json.contains(r#""status":"queued""#) && !json.contains("reason"), "{json}");
    }
}
