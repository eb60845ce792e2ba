//! Messages that a queue gave up because whoever got them was killed each time: ours are taken out, so that nobody looks for a
//! fault that is none.

use std::collections::{BTreeMap, BTreeSet};

use colca_tests::{aws, stack, upload::text};
use serde_json::{Value, json};

/// The queues that give up what the killed functions leave.
const QUEUES: [&str; 3] = [REAP, "COLCA_INGEST_DLQ_URL", "COLCA_BUILD_DLQ_URL"];

/// Rounds of the sweep that were killed. They all look the same.
const REAP: &str = "COLCA_REAP_DLQ_URL";

/// How long a message that is looked at is hidden from the next look, in seconds, and how many there are at once.
const HIDDEN: u64 = 20;
const TOGETHER: u64 = 10;

/// How many looks there are at most.
const LOOKS: usize = 100;

/// The rounds that were given up before anybody was killed, by the ids of their messages.
#[derive(Debug)]
pub(crate) struct Before(BTreeSet<String>);

/// How many there were of ours, and of others.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct DeadLetters {
    pub(crate) ours: u64,
    pub(crate) others: u64,
}

/// What is there already.
pub(crate) fn before() -> Before {
    Before(all(REAP).iter().map(id).collect())
}

/// Takes those out that have one of these words in them, which are ids of uploads and names of projects; and the rounds that
/// were given up since.
pub(crate) fn take_out(words: &BTreeSet<String>, before: &Before) -> DeadLetters {
    let mut found = DeadLetters::default();
    for queue in QUEUES {
        for message in all(queue) {
            let is_new_round = queue == REAP && !before.0.contains(&id(&message));
            if is_new_round || is_ours(&message, words) {
                let body = json!({"QueueUrl": stack().get(queue), "ReceiptHandle": message["ReceiptHandle"]});
                aws::call("sqs", "AmazonSQS.DeleteMessage", &body);
                found.ours += 1;
            } else {
                found.others += 1;
            }
        }
    }
    found
}

/// All messages of a queue, each once.
fn all(queue: &str) -> Vec<Value> {
    let mut all = BTreeMap::new();
    for _ in 0..LOOKS {
        let body = json!({
            "QueueUrl": stack().get(queue), "MaxNumberOfMessages": TOGETHER, "VisibilityTimeout": HIDDEN,
        });
        let answer = aws::call("sqs", "AmazonSQS.ReceiveMessage", &body);
        let before = all.len();
        all.extend(answer["Messages"].as_array().into_iter().flatten().map(|message| (id(message), message.clone())));
        if all.len() == before {
            break;
        }
    }
    all.into_values().collect()
}

fn id(message: &Value) -> String {
    text(&message["MessageId"]).to_owned()
}

fn is_ours(message: &Value, words: &BTreeSet<String>) -> bool {
    // In the events of S3 the body is JSON in JSON, and both ids and names stand in it as they are.
    text(&message["Body"]).split(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).any(|part| words.contains(part))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use super::is_ours;

    #[test]
    fn a_message_is_known_by_an_id_or_a_project_in_it() {
        let words = BTreeSet::from(["01ARZ3NDEKTSV4RRFFQ69G5FAV".to_owned(), "t-soak-0-ab".to_owned()]);
        let of = |body: serde_json::Value| is_ours(&json!({"Body": body.to_string()}), &words);
        assert!(of(json!({"upload": "01ARZ3NDEKTSV4RRFFQ69G5FAV"})));
        assert!(of(json!({"Records": [{"s3": {"object": {"key": "incoming/01ARZ3NDEKTSV4RRFFQ69G5FAV/a.rpm"}}}]})));
        assert!(of(json!({"repository": "t-soak-0-ab/main/0/rocky/9/flavors/default"})));
        assert!(!of(json!({"repository": "t-soak-0-abc/main/0/rocky/9/flavors/default"})));
    }
}
