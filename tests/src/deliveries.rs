//! The way from a queue to its function, stopped and opened again, and messages that get lost on it.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::{aws, functions, stack, unique, wait};

/// A little more than what `localstack/executor` has a poll wait for a message.
const LONGEST_POLL: Duration = Duration::from_secs(6);

/// A queue that delivers nothing to its function; when this is dropped, it delivers again.
#[derive(Debug)]
pub struct Stopped(String);

/// Stops the deliveries to a function; `queue` is the variable that holds the queue's URL.
#[must_use]
pub fn stop(folder: &str, queue: &str) -> Stopped {
    let mappings = aws::event_sources(functions::deployed(folder));
    let id = mappings["EventSourceMappings"][0]["UUID"].as_str().expect("it has a queue").to_owned();
    wait_until_it_is(&id, "Enabled");
    aws::set_event_source(&id, &json!({"Enabled": false}));
    wait_until_it_is(&id, "Disabled");
    let stopped = Stopped(id);
    end_last_poll(folder, queue);
    stopped
}

impl Drop for Stopped {
    fn drop(&mut self) {
        aws::set_event_source(&self.0, &json!({"Enabled": true}));
    }
}

/// Takes away every message that is sent to a function `meanwhile`, as if it had been lost.
pub fn lose<T>(folder: &str, queue: &str, meanwhile: impl FnOnce() -> T) -> T {
    let _stopped = stop(folder, queue);
    let result = meanwhile();
    purge(queue);
    result
}

/// Takes away every message of a queue, those that are not due yet included.
pub fn purge(queue: &str) {
    aws::call("sqs", "AmazonSQS.PurgeQueue", &json!({"QueueUrl": stack().get(queue)}));
}

/// A poll that began before deliveries were stopped goes on, and delivers what it finds: so it is given something to find,
/// about which nobody knows anything.
fn end_last_poll(folder: &str, queue: &str) {
    let nothing = match folder {
        "ingest" => json!({"upload": "0".repeat(26)}),
        "import" => json!({"import": "0".repeat(26)}),
        "callback" => json!({
            "id": "evt_0", "repository": "no/such/repository/at/all/flavors/here", "status": "ready",
            "at": "2026-01-01T00:00:00Z",
        }),
        _ => json!({"repository": "no/such/repository/at/all/flavors/here"}),
    };
    send(queue, &nothing);
    let begin = Instant::now();
    wait::until("the last poll to end", || (waiting(queue) == 0 || begin.elapsed() > LONGEST_POLL).then_some(()));
}

/// Hands a message to a function at once, beside whatever its queue delivers. It must be dealt with.
///
/// # Panics
/// If it is to be delivered again.
pub fn deliver(folder: &str, message: &Value) {
    let record = json!({"messageId": hex::encode(unique::random::<8>()), "body": message.to_string()});
    let answer = aws::invoke(functions::deployed(folder), &json!({"Records": [record]}));
    assert_eq!(answer["batchItemFailures"], json!([]), "{folder} failed at {message}");
}

/// Sends a message to the queue that a variable holds the URL of.
pub fn send(queue: &str, message: &Value) {
    let mut body = json!({"QueueUrl": stack().get(queue), "MessageBody": message.to_string()});
    if stack().get(queue).ends_with(".fifo") {
        body["MessageGroupId"] = json!("of-no-repository");
        body["MessageDeduplicationId"] = json!(hex::encode(unique::random::<8>()));
    }
    aws::call("sqs", "AmazonSQS.SendMessage", &body);
}

/// How many messages a queue holds, those being dealt with included.
#[must_use]
pub fn waiting(queue: &str) -> u64 {
    let names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"];
    let body = json!({"QueueUrl": stack().get(queue), "AttributeNames": names});
    let attributes = &aws::call("sqs", "AmazonSQS.GetQueueAttributes", &body)["Attributes"];
    let count = |name: &str| attributes[name].as_str().and_then(|count| count.parse::<u64>().ok()).expect("a number");
    names.into_iter().map(count).sum()
}

/// Waits until every message of a queue was dealt with.
pub fn wait_until_drained(queue: &str) {
    wait::until(&format!("{queue} to be empty"), || (waiting(queue) == 0).then_some(()));
}

fn wait_until_it_is(id: &str, expected: &str) {
    wait::until(&format!("deliveries to be {expected}"), || {
        let mapping: Value = aws::event_source(id);
        (mapping["State"] == expected).then_some(())
    });
}
