//! Queues of SQS: messages come at least once, in any order, and again if nobody deletes them in time.
//!
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/standard-queues.html>

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use super::message::Answer;
use super::told::Told;
use crate::chance::Chance;
use crate::world::Counts;

/// How often a message is delivered before it is put aside, as in template.yaml.
const MOST: u32 = 5;

/// A message in a queue.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub(crate) id: String,
    pub(crate) body: String,
    /// How often it was delivered.
    pub(crate) times: u32,
    /// When it can be seen, again or for the first time.
    seen: Instant,
    /// Whether it came again though it was deleted, which SQS says may be.
    survived: bool,
}

/// What of messages is counted that were delivered too often.
pub(crate) const GIVEN_UP: &str = "given up";

/// All queues, by the last part of their URLs.
#[derive(Debug)]
pub(crate) struct Sqs {
    queues: Mutex<BTreeMap<String, Vec<Message>>>,
    counts: Mutex<Counts>,
    chance: Chance,
    /// The queue of callbacks.
    pub(crate) told: Told,
}

impl Sqs {
    pub(crate) fn new(chance: Chance) -> Self {
        Self { queues: Mutex::default(), counts: Mutex::default(), chance, told: Told::default() }
    }

    /// # Panics
    /// If asked for something that Colca never asks for.
    pub(crate) fn answer(&self, operation: &str, ask: &Value) -> Answer {
        assert_eq!(operation, "SendMessage", "the simulation has no other operation of SQS");
        let url = ask["QueueUrl"].as_str().expect("a URL");
        let body = ask["MessageBody"].as_str().expect("a body").to_owned();
        let delay = Duration::from_secs(ask["DelaySeconds"].as_u64().unwrap_or(0));
        let sum = "0".repeat(32);
        let id = if let Some(group) = ask["MessageGroupId"].as_str() {
            let deduplication = ask["MessageDeduplicationId"].as_str().expect("an id");
            self.told.send(group, deduplication, &body);
            deduplication.to_owned()
        } else {
            self.send(url.rsplit('/').next().unwrap_or(url), body, delay)
        };
        Answer::json(&json!({"MessageId": id, "MD5OfMessageBody": sum}))
    }

    /// Puts a message into a queue; now and then it comes much later.
    pub(crate) fn send(&self, queue: &str, body: String, delay: Duration) -> String {
        let late = self.now_and_then("messages that came late", 20, 120_000).unwrap_or_default();
        let id = hex::encode(self.chance.bytes::<8>());
        let seen = Instant::now() + delay + late;
        let message = Message { id: id.clone(), body, times: 0, seen, survived: false };
        self.with(queue, |messages| messages.push(message));
        id
    }

    /// Takes up to `most` messages that can be seen, in any order, and hides them for `hidden`; now and then not.
    pub(crate) fn receive(&self, queue: &str, most: usize, hidden: Duration) -> Vec<Message> {
        let now = Instant::now();
        self.with(queue, |messages| {
            let before = messages.len();
            messages.retain(|message| message.times < MOST || message.seen > now);
            (messages.len()..before).for_each(|_| self.count(GIVEN_UP));
            let mut there: Vec<_> = messages.iter_mut().filter(|message| message.seen <= now).collect();
            self.chance.shuffle(&mut there);
            let taken = there.into_iter().take(most).map(|message| {
                message.seen = now + self.now_and_then("messages delivered twice", 25, 3_000).unwrap_or(hidden);
                message.times += 1;
                message.clone()
            });
            taken.collect()
        })
    }

    /// Takes a message out; now and then one of the servers that keep it does not hear of that.
    pub(crate) fn delete(&self, queue: &str, id: &str) {
        self.with(queue, |messages| {
            let Some(at) = messages.iter().position(|message| message.id == id) else { return };
            let message = &mut messages[at];
            let is_last = message.survived || message.times == MOST;
            let survives = || self.now_and_then("messages delivered again after they were deleted", 40, 600_000);
            if let Some(after) = if is_last { None } else { survives() } {
                (message.seen, message.survived) = (Instant::now() + after, true);
            } else {
                messages.remove(at);
            }
        });
    }

    /// Counts what happens once in so many times: a time of up to so many milliseconds.
    fn now_and_then(&self, what: &'static str, odds: u64, most: u64) -> Option<Duration> {
        self.chance.one_in(odds).then(|| {
            self.count(what);
            Duration::from_millis(self.chance.below(most))
        })
    }

    fn count(&self, what: &'static str) {
        *self.counts.lock().expect("no other thread").entry(what).or_default() += 1;
    }

    /// How many messages are left in all queues.
    pub(crate) fn len(&self) -> usize {
        self.queues.lock().expect("no other thread").values().map(Vec::len).sum()
    }

    /// What went wrong with messages, and how often.
    pub(crate) fn counts(&self) -> Counts {
        self.counts.lock().expect("no other thread").clone()
    }

    fn with<T>(&self, queue: &str, work: impl FnOnce(&mut Vec<Message>) -> T) -> T {
        work(self.queues.lock().expect("no other thread").entry(queue.to_owned()).or_default())
    }
}
