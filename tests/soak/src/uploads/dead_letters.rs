//! Messages that a queue gave up because whoever got them was killed each time: ours are taken out, so that nobody looks for a
//! fault that is none.

use std::collections::BTreeSet;

use colca_tests::{aws, stack, upload::text};
use serde_json::{Value, json};

/// The queues that give up what the killed functions leave.
const QUEUES: [&str; 2] = ["COLCA_INGEST_DLQ_URL", "COLCA_BUILD_DLQ_URL"];

/// How long a message that is looked at is hidden from the next look, in seconds, and how many there are at once.
const HIDDEN: u64 = 20;
const TOGETHER: u64 = 10;

/// How many looks there are at most.
const LOOKS: usize = 100;

/// How many there were of ours, and of others.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct DeadLetters {
    pub(crate) ours: u64,
    pub(crate) others: u64,
}

/// Takes those out that have one of these words in them: ids of uploads, names of projects.
pub(crate) fn take_out(words: &BTreeSet<String>) -> DeadLetters {
    let mut found = DeadLetters::default();
    for queue in QUEUES {
        let mut seen = BTreeSet::new();
        for _ in 0..LOOKS {
            let body =
                json!({"QueueUrl": stack().get(queue), "MaxNumberOfMessages": TOGETHER, "VisibilityTimeout": HIDDEN});
            let answer = aws::call("sqs", "AmazonSQS.ReceiveMessage", &body);
            let messages = answer["Messages"].as_array().cloned().unwrap_or_default();
            if !messages.iter().any(|message| seen.insert(text(&message["MessageId"]).to_owned())) {
                break;
            }
            for message in messages {
                found.count(is_ours(&message, words));
                if is_ours(&message, words) {
                    let body = json!({"QueueUrl": stack().get(queue), "ReceiptHandle": message["ReceiptHandle"]});
                    aws::call("sqs", "AmazonSQS.DeleteMessage", &body);
                }
            }
        }
    }
    found
}

impl DeadLetters {
    fn count(&mut self, is_ours: bool) {
        if is_ours { self.ours += 1 } else { self.others += 1 }
    }
}

fn is_ours(message: &Value, words: &BTreeSet<String>) -> bool {
    // In the events of S3 the body is JSON in JSON, and both ids and names stand in it as they are.
    let body = text(&message["Body"]);
    let parts = body.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
    parts.into_iter().any(|part| words.contains(part))
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
