//! The way from a queue to its function, stopped and opened again, and messages that get lost on it.

use serde_json::{Value, json};

use crate::{aws, functions, stack, wait};

/// Takes away every message that waits for a function, as if it had been lost: nothing is delivered meanwhile.
///
/// `queue` is the variable that holds the queue's URL, and `meanwhile` runs while nothing is delivered.
pub fn lose<T>(folder: &str, queue: &str, meanwhile: impl FnOnce() -> T) -> T {
    let function = functions::deployed(folder);
    let id =
        aws::event_sources(function)["EventSourceMappings"][0]["UUID"].as_str().expect("it has a queue").to_owned();
    switch(&id, false);
    let result = meanwhile();
    aws::call("sqs", "AmazonSQS.PurgeQueue", &json!({"QueueUrl": stack().get(queue)}));
    switch(&id, true);
    result
}

fn switch(id: &str, enabled: bool) {
    aws::set_event_source(id, &json!({"Enabled": enabled}));
    let expected = if enabled { "Enabled" } else { "Disabled" };
    wait::until(&format!("deliveries to be {expected}"), || {
        let mapping: Value = aws::event_source(id);
        (mapping["State"] == expected).then_some(())
    });
}
