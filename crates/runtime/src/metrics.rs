//! Numbers that CloudWatch keeps and raises alarms about, as lines of standard output. From the log of a Lambda function it
//! reads them by itself; elsewhere they are lines of JSON like all others, which its agent can read.
//!
//! Format: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>.

use std::io::{self, Write};

use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// Where CloudWatch keeps them.
const NAMESPACE: &str = "Colca";

/// Says what a number is now. It is kept for the first of its dimensions alone, for the first two, and so on: whoever has an
/// alarm look at the first alone sees the numbers of all others.
pub fn gauge(at: Timestamp, name: &str, value: f64, dimensions: &[(&str, &str)]) {
    // One write for the whole line, so that no other line gets into it. One that cannot be written is nothing to die of.
    let line = format!("{}\n", line(at, name, value, dimensions));
    let _ = io::stdout().lock().write_all(line.as_bytes());
}

fn line(at: Timestamp, name: &str, value: f64, dimensions: &[(&str, &str)]) -> Value {
    let names: Vec<_> = dimensions.iter().map(|(name, _)| *name).collect();
    let sets: Vec<_> = (1..=names.len()).map(|length| &names[..length]).collect();
    let metrics = json!([{"Namespace": NAMESPACE, "Dimensions": sets, "Metrics": [{"Name": name, "Unit": "None"}]}]);
    let mut line = Map::new();
    line.insert("_aws".to_owned(), json!({"Timestamp": at.as_millisecond(), "CloudWatchMetrics": metrics}));
    line.extend(dimensions.iter().map(|(name, value)| ((*name).to_owned(), json!(value))));
    line.insert(name.to_owned(), json!(value));
    Value::Object(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_every_dimension_and_the_number_at_the_top() {
        let line = line(Timestamp::UNIX_EPOCH, "KeyDaysLeft", 29.5, &[("Store", "bucket"), ("Key", "release")]);
        let expected = json!({
            "_aws": {
                "Timestamp": 0,
                "CloudWatchMetrics": [{
                    "Namespace": "Colca",
                    "Dimensions": [["Store"], ["Store", "Key"]],
                    "Metrics": [{"Name": "KeyDaysLeft", "Unit": "None"}],
                }],
            },
            "Store": "bucket",
            "Key": "release",
            "KeyDaysLeft": 29.5,
        });
        assert_eq!(line, expected);
        assert!(!line.to_string().contains('\n'));
    }
}
