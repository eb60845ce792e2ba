//! Numbers that CloudWatch keeps and raises alarms about, as lines of standard output. From the log of a Lambda function it
//! reads them by itself; elsewhere they are lines of JSON like all others, which its agent can read.
//!
//! Format: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>.

use std::io::{self, Write};
use std::time::Duration;

use colca_model::RepositoryKind;
use colca_store::Queue;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{Build, BuildEnd, Measured};
use crate::Phase;

/// Where CloudWatch keeps them.
const NAMESPACE: &str = "Colca";

/// The most values that one line may give of one number.
const VALUES: usize = 100;

/// All that is measured.
pub const NAMES: [&str; 15] = [
    "Uploads",
    "UploadedBytes",
    "Rejects",
    "QueueAge",
    "Builds",
    "BuildTime",
    "ReadTime",
    "AssembleTime",
    "SignTime",
    "WriteTime",
    "CommitTime",
    "Packages",
    "PublishLag",
    "KeyDaysLeft",
    "CdnRefusals",
];

/// Writes lines to standard output.
pub(super) struct Emf {
    /// The store bucket, which tells one Colca from another: the first dimension of every number.
    store: String,
}

impl Emf {
    pub(super) fn new(store: &str) -> Self {
        Self { store: store.to_owned() }
    }

    pub(super) fn tell(&self, at: Timestamp, measured: Measured<'_>) {
        // One write for the whole line, so that no other line gets into it. One that cannot be written is nothing to die of.
        let line = format!("{}\n", line(at, &self.store, measured));
        let _ = io::stdout().lock().write_all(line.as_bytes());
    }
}

/// The numbers of a line, kept for the store alone and for the store and one more dimension: whoever has an alarm look at the
/// first sees all. What else is known stands beside them.
struct Line {
    numbers: Vec<(&'static str, &'static str, Value)>,
    dimension: Option<(&'static str, String)>,
    beside: Vec<(&'static str, Value)>,
}

fn line(at: Timestamp, store: &str, measured: Measured<'_>) -> Value {
    let Line { numbers, dimension, beside } = of(measured);
    let sets: Vec<Vec<&str>> = match &dimension {
        Some((name, _)) => vec![vec!["Store"], vec!["Store", name]],
        None => vec![vec!["Store"]],
    };
    let metrics: Vec<_> = numbers.iter().map(|(name, unit, _)| json!({"Name": name, "Unit": unit})).collect();
    let metrics = json!([{"Namespace": NAMESPACE, "Dimensions": sets, "Metrics": metrics}]);
    let mut line = Map::new();
    let mut add = |name: &str, value: Value| drop(line.insert(name.to_owned(), value));
    add("_aws", json!({"Timestamp": at.as_millisecond(), "CloudWatchMetrics": metrics}));
    add("Store", json!(store));
    dimension.into_iter().for_each(|(name, value)| add(name, json!(value)));
    numbers.into_iter().for_each(|(name, _, value)| add(name, value));
    beside.into_iter().for_each(|(name, value)| add(name, value));
    Value::Object(line)
}

fn of(measured: Measured<'_>) -> Line {
    match measured {
        Measured::Registered { kind, files, bytes } => Line {
            numbers: vec![("Uploads", "Count", json!(files)), ("UploadedBytes", "Bytes", json!(bytes))],
            dimension: Some(("Kind", kind_name(kind).to_owned())),
            beside: vec![],
        },
        Measured::Rejected { reason, files } => Line {
            numbers: vec![("Rejects", "Count", json!(files))],
            dimension: Some(("Reason", reason.to_owned())),
            beside: vec![],
        },
        Measured::Taken { queue, ages } => Line {
            numbers: vec![("QueueAge", "Milliseconds", longest(ages))],
            dimension: Some(("Queue", queue_name(queue).to_owned())),
            beside: vec![],
        },
        Measured::Built(build) => built(build),
        Measured::KeyExpires { key, days } => Line {
            numbers: vec![("KeyDaysLeft", "None", json!(days))],
            dimension: Some(("Key", key.to_owned())),
            beside: vec![],
        },
        Measured::CdnTold { refusals } => {
            Line { numbers: vec![("CdnRefusals", "Count", json!(refusals))], dimension: None, beside: vec![] }
        }
    }
}

fn built(build: &Build<'_>) -> Line {
    let mut numbers = vec![("Builds", "Count", json!(1)), ("BuildTime", "Milliseconds", milliseconds(build.took()))];
    numbers.extend(build.phases.iter().map(|(phase, took)| (phase_name(*phase), "Milliseconds", milliseconds(*took))));
    let end = match build.end {
        BuildEnd::Published { packages, .. } => {
            numbers.push(("Packages", "Count", json!(packages)));
            if !build.lags.is_empty() {
                numbers.push(("PublishLag", "Milliseconds", longest(build.lags)));
            }
            "published"
        }
        BuildEnd::Retracted => "retracted",
        BuildEnd::NothingNew => "nothing-new",
        BuildEnd::Failed => "failed",
        BuildEnd::BrokenOff => "broken-off",
    };
    // A dimension for each repository would be a metric for each, which is paid for one by one; a field is not.
    Line { numbers, dimension: Some(("End", end.to_owned())), beside: vec![("repository", json!(build.repository))] }
}

pub(super) fn kind_name(kind: RepositoryKind) -> &'static str {
    match kind {
        RepositoryKind::Rpm => "rpm",
        RepositoryKind::Deb => "deb",
        RepositoryKind::Raw => "raw",
    }
}

pub(super) fn queue_name(queue: Queue) -> &'static str {
    match queue {
        Queue::Ingest => "ingest",
        Queue::Build => "build",
        Queue::Import => "import",
        Queue::Callback => "callback",
    }
}

pub(super) fn phase_name(phase: Phase) -> &'static str {
    match phase {
        Phase::Read => "ReadTime",
        Phase::Assemble => "AssembleTime",
        Phase::Sign => "SignTime",
        Phase::Write => "WriteTime",
        Phase::Commit => "CommitTime",
    }
}

fn milliseconds(duration: Duration) -> Value {
    json!(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
}

/// As many as a line may give, the longest first: those that somebody should look at are among them.
fn longest(durations: &[Duration]) -> Value {
    let mut durations = durations.to_vec();
    durations.sort_unstable_by(|one, other| other.cmp(one));
    durations.into_iter().take(VALUES).map(milliseconds).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines() -> Vec<Value> {
        let repository = "ceph/main/HEAD/centos/9/flavors/default".parse().expect("a good path");
        let phases = [Phase::Read, Phase::Assemble, Phase::Sign, Phase::Write, Phase::Commit];
        let phases = phases.map(|phase| (phase, Duration::from_millis(20)));
        let end = BuildEnd::Published { kind: RepositoryKind::Rpm, packages: 7 };
        let lags = [Duration::from_secs(1), Duration::from_secs(3)];
        let build = Build { repository: &repository, end, phases: &phases, lags: &lags };
        let all = [
            Measured::Registered { kind: RepositoryKind::Deb, files: 1, bytes: 1000 },
            Measured::Rejected { reason: "checksum", files: 1 },
            Measured::Taken { queue: Queue::Build, ages: &lags },
            Measured::Built(&build),
            Measured::KeyExpires { key: "release", days: 29.5 },
            Measured::CdnTold { refusals: 7 },
        ];
        all.map(|measured| line(Timestamp::UNIX_EPOCH, "bucket", measured)).to_vec()
    }

    #[test]
    fn names_every_dimension_and_the_number_at_the_top() {
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
        let line = lines().into_iter().find(|line| line["Key"] == "release").expect("a line");
        assert_eq!(line, expected);
        assert!(!line.to_string().contains('\n'));
    }

    #[test]
    fn every_line_gives_what_it_names_and_all_names_are_known() {
        let mut named = Vec::new();
        for line in lines() {
            let directive = &line["_aws"]["CloudWatchMetrics"][0];
            for metric in directive["Metrics"].as_array().expect("metrics") {
                let name = metric["Name"].as_str().expect("a name");
                assert!(line[name].is_number() || line[name].is_array(), "{name} in {line}");
                named.push(name.to_owned());
            }
            for dimension in
                directive["Dimensions"].as_array().expect("sets").iter().flat_map(|set| set.as_array().expect("a set"))
            {
                assert!(line[dimension.as_str().expect("a name")].is_string(), "{dimension} in {line}");
            }
        }
        assert_eq!(named, NAMES);
    }

    #[test]
    fn no_line_gives_more_values_than_it_may() {
        let lags: Vec<_> = (0..250).map(Duration::from_millis).collect();
        let values = longest(&lags);
        let values = values.as_array().expect("values");
        assert_eq!((values.len(), &values[0], &values[99]), (100, &json!(249), &json!(150)));
    }
}
