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

/// The most values that all lines together give of one number: those of a batch that big are told well enough by a part of them.
const MOST_VALUES: usize = 1000;

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
        for line in lines(at, &self.store, measured) {
            // One write for the whole line, so that no other line gets into it. One that cannot be written is nothing to die of.
            let line = format!("{line}\n");
            let _ = io::stdout().lock().write_all(line.as_bytes());
        }
    }
}

/// The numbers of a line, kept for the store alone and for the store and one more dimension: whoever has an alarm look at the
/// first sees all. What else is known stands beside them.
#[derive(Clone)]
struct Line {
    numbers: Vec<(&'static str, &'static str, Value)>,
    dimension: Option<(&'static str, String)>,
    beside: Vec<(&'static str, Value)>,
}

impl Line {
    /// What of it stands in the line so many after the first: there the values for which those before had no room, and nothing
    /// else, since what is told twice counts twice. Nothing once all is told.
    fn part(&self, nth: usize) -> Option<Self> {
        let part = |value: &Value| match value {
            Value::Array(values) => values.chunks(VALUES).nth(nth).map(Value::from),
            one => (nth == 0).then(|| one.clone()),
        };
        let numbers = self.numbers.iter().filter_map(|(name, unit, value)| Some((*name, *unit, part(value)?)));
        let numbers: Vec<_> = numbers.collect();
        (!numbers.is_empty()).then(|| Self { numbers, ..self.clone() })
    }
}

/// As many lines as it needs: mostly one.
fn lines(at: Timestamp, store: &str, measured: Measured<'_>) -> Vec<Value> {
    let all = of(measured);
    (0..).map_while(|nth| all.part(nth)).map(|part| line(at, store, part)).collect()
}

fn line(at: Timestamp, store: &str, Line { numbers, dimension, beside }: Line) -> Value {
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
            numbers: vec![("QueueAge", "Milliseconds", values(ages))],
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
                numbers.push(("PublishLag", "Milliseconds", values(build.lags)));
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

/// All of them; of very many an even sample of them in their order, from the shortest to the longest, whose percentiles are
/// theirs.
fn values(durations: &[Duration]) -> Value {
    let mut durations = durations.to_vec();
    durations.sort_unstable();
    if durations.len() > MOST_VALUES {
        let last = durations.len() - 1;
        durations = (0..MOST_VALUES).map(|nth| durations[nth * last / (MOST_VALUES - 1)]).collect();
    }
    durations.into_iter().map(milliseconds).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_each() -> Vec<Value> {
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
        all.into_iter().flat_map(|measured| lines(Timestamp::UNIX_EPOCH, "bucket", measured)).collect()
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
        let line = of_each().into_iter().find(|line| line["Key"] == "release").expect("a line");
        assert_eq!(line, expected);
        assert!(!line.to_string().contains('\n'));
    }

    #[test]
    fn every_line_gives_what_it_names_and_all_names_are_known() {
        let mut named = Vec::new();
        for line in of_each() {
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

    /// The lines of a build that published so many changes, noted one millisecond after the other.
    fn of_changes(changes: u64) -> Vec<Value> {
        let lags: Vec<_> = (0..changes).rev().map(Duration::from_millis).collect();
        let repository = "ceph/main/HEAD/centos/9/flavors/default".parse().expect("a good path");
        let end = BuildEnd::Published { kind: RepositoryKind::Rpm, packages: 7 };
        let build = Build { repository: &repository, end, phases: &[], lags: &lags };
        lines(Timestamp::UNIX_EPOCH, "bucket", Measured::Built(&build))
    }

    /// The lags of all lines in their order. No line has more than it may.
    fn lags(lines: &[Value]) -> Vec<u64> {
        let of_line = |line: &Value| {
            let values = line["PublishLag"].as_array().expect("values").clone();
            assert!((1..=100).contains(&values.len()), "{} values", values.len());
            values.into_iter().map(|value| value.as_u64().expect("milliseconds"))
        };
        let mut lags: Vec<_> = lines.iter().flat_map(of_line).collect();
        lags.sort_unstable();
        lags
    }

    #[test]
    fn all_values_are_told_in_as_many_lines_as_they_need() {
        for (changes, expected) in [(1, 1), (100, 1), (101, 2), (250, 3), (1000, 10)] {
            let lines = of_changes(changes);
            assert_eq!((lines.len(), lags(&lines)), (expected, (0..changes).collect()), "{changes}");
        }
        assert_eq!(lags(&of_changes(1000))[500], 500, "the median is that of all, not of the longest");
        assert_eq!(
            lines(Timestamp::UNIX_EPOCH, "", Measured::Taken { queue: Queue::Build, ages: &[] }),
            [Value::Null; 0]
        );
    }

    #[test]
    fn what_is_one_number_is_told_once() {
        let [first, second, _] = of_changes(250).try_into().expect("three lines");
        assert_eq!((&first["Builds"], &first["Packages"]), (&json!(1), &json!(7)));
        let metrics = json!([{"Name": "PublishLag", "Unit": "Milliseconds"}]);
        assert_eq!(second["_aws"]["CloudWatchMetrics"][0]["Metrics"], metrics);
        assert!(second["Builds"].is_null() && second["Packages"].is_null(), "{second}");
        for name in ["Store", "End", "repository"] {
            assert_eq!(first[name], second[name]);
        }
    }

    #[test]
    fn of_very_many_values_a_sample_is_told_that_has_their_percentiles() {
        for changes in [1001, 1999, 50_000] {
            let lines = of_changes(changes);
            let lags = lags(&lines);
            assert_eq!((lines.len(), lags.len(), lags[0], lags[999]), (10, 1000, 0, changes - 1));
            for percent in [5, 50, 95, 99] {
                let (told, true_one) = (lags[percent * 10], changes * percent as u64 / 100);
                assert!(told.abs_diff(true_one) <= changes / 500, "p{percent} of {changes}: {told}, not {true_one}");
            }
        }
    }
}
