//! The queue of what is told of repositories. It keeps the order within a group, and takes what it took minutes ago for granted.
//!
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues.html>

use std::sync::Mutex;
use std::time::Duration;

use tokio::time::Instant;

/// How long the queue knows the id of a message, by
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagededuplicationid-property.html>.
const KNOWN: Duration = Duration::from_secs(5 * 60);

#[derive(Debug)]
struct Message {
    group: String,
    deduplication: String,
    body: String,
    at: Instant,
}

/// Nobody takes its messages: all that was ever told is in it.
#[derive(Debug, Default)]
pub(crate) struct Told(Mutex<Vec<Message>>);

impl Told {
    pub(crate) fn send(&self, group: &str, deduplication: &str, body: &str) {
        let mut messages = self.0.lock().expect("no other thread");
        let is_known = |message: &Message| message.deduplication == deduplication && message.at.elapsed() < KNOWN;
        if !messages.iter().any(is_known) {
            let [group, deduplication, body] = [group, deduplication, body].map(str::to_owned);
            messages.push(Message { group, deduplication, body, at: Instant::now() });
        }
    }

    /// What each message says, with its group: those of a group in the order in which they are delivered.
    pub(crate) fn all(&self) -> Vec<(String, String)> {
        let messages = self.0.lock().expect("no other thread");
        messages.iter().map(|message| (message.group.clone(), message.body.clone())).collect()
    }
}
