//! What is measured, and what is logged under one trace id from the ticket to the revision.

use std::{collections::BTreeSet, fs};

use colca_tests::{
    Repository, functions, rpms, stack,
    stack::root,
    upload::{self, Package, text},
    wait,
    yaml::Yaml,
};
use serde_json::{Value, json};

/// The lines of a log that are JSON and for which `is_it` holds.
fn lines(log: &str, is_it: impl Fn(&Value) -> bool) -> Vec<Value> {
    log.lines().filter_map(|line| serde_json::from_str(line).ok()).filter(is_it).collect()
}

/// Waits until a function has logged such lines.
fn logged(folder: &str, what: &str, is_it: impl Fn(&Value) -> bool) -> Vec<Value> {
    wait::until(&format!("{folder} to log {what}"), || {
        let found = lines(&functions::logged(folder), &is_it);
        (!found.is_empty()).then_some(found)
    })
}

/// Asserts that a line is one that CloudWatch reads numbers from, and gives those.
#[track_caller]
fn numbers(line: &Value) -> Vec<String> {
    let directive = &line["_aws"]["CloudWatchMetrics"][0];
    assert_eq!(directive["Namespace"], "Colca", "{line}");
    assert!(line["_aws"]["Timestamp"].is_u64() && line["Store"] == stack().store(), "{line}");
    let names: Vec<_> =
        directive["Metrics"].as_array().expect("metrics").iter().map(|metric| text(&metric["Name"])).collect();
    for name in &names {
        assert!(line[name].is_number() || line[name].is_array(), "{name}: {line}");
    }
    names.into_iter().map(str::to_owned).collect()
}

#[test]
fn an_upload_is_traced_and_measured_from_its_ticket_to_the_public() {
    let repository = Repository::new("traced");
    let package = Package::read(&rpms::one(""));
    let ticket = upload::ticket(&package.request(&repository)).expect(201).json();
    let trace_id = text(&ticket["trace_id"]).to_owned();
    assert!(
        trace_id.len() == 32 && trace_id.bytes().all(|c| c.is_ascii_hexdigit() && !c.is_ascii_uppercase()),
        "{trace_id}"
    );
    let _ = upload::put(&ticket, &package.bytes).expect(200);
    let state = upload::wait_until_published(text(&ticket["upload_id"]));
    assert_eq!(state["trace_id"], trace_id);

    let is_traced = |line: &Value| line["trace_id"] == trace_id;
    assert!(text(&logged("upload", "the ticket", is_traced)[0]["message"]).contains("Ticket for upload"));
    let registered = &logged("ingest", "the registration", is_traced)[0];
    assert_eq!(
        (&registered["upload"], &registered["repository"]),
        (&ticket["upload_id"], &json!(repository.full_path()))
    );
    let published = &logged("repo-build", "the revision", |line| {
        line["trace_ids"].as_str().is_some_and(|ids| ids.split(' ').any(|id| id == trace_id))
    })[0];
    assert!(published["revision"].is_u64() && published["repository"] == repository.full_path(), "{published}");

    let is_built = |line: &Value| line["repository"] == repository.full_path() && line["Builds"] == 1;
    let built =
        &logged("repo-build", "what the build measured", |line| is_built(line) && line["End"] == "published")[0];
    let names = numbers(built);
    for name in ["BuildTime", "ReadTime", "AssembleTime", "WriteTime", "CommitTime", "Packages", "PublishLag"] {
        assert!(names.iter().any(|given| given == name), "{name}: {built}");
    }
    assert_eq!(built["Packages"], 1);
    let lag = built["PublishLag"][0].as_u64().expect("milliseconds");
    let took = built["BuildTime"].as_u64().expect("milliseconds");
    assert!(took <= lag + 1 && lag < 60_000, "{built}");
    let uploads = logged("ingest", "what came in", |line| line["Uploads"].is_u64() && line["Kind"] == "rpm");
    assert_eq!(numbers(&uploads[0]), ["Uploads", "UploadedBytes"]);
    let waited = logged("ingest", "how long messages waited", |line| line["Queue"] == "ingest");
    assert_eq!(numbers(&waited[0]), ["QueueAge"]);
}

#[test]
fn a_refusal_is_traced_and_counted_under_its_reason() {
    let repository = Repository::new("refused");
    let mut package = Package::read(&rpms::one(""));
    package.bytes = b"no rpm at all".to_vec();
    let ticket = upload::ticket(&package.request(&repository)).expect(201).json();
    let _ = upload::put(&ticket, &package.bytes).expect(200);
    let state = upload::finish(&ticket);
    assert_eq!(state["state"], "rejected", "{state}");

    let refused = logged("ingest", "the refusal", |line| line["trace_id"] == ticket["trace_id"]);
    assert_eq!((&refused[0]["reason"], &refused[0]["repository"]), (&state["reason"], &json!(repository.full_path())));
    let counted = logged("ingest", "the number", |line| line["Reason"] == "rpm");
    assert_eq!((numbers(&counted[0]), &counted[0]["Rejects"]), (vec!["Rejects".to_owned()], &json!(1)));
}

/// What `names` of the code lists in this array.
fn names() -> BTreeSet<String> {
    let code = fs::read_to_string(root().join("crates/runtime/src/metrics/emf.rs")).expect("the code");
    let (_, rest) = code.split_once("pub const NAMES").expect("the names");
    let (list, _) = rest.split_once("];").expect("the end of the names");
    list.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

fn read(template: &str) -> (String, Yaml) {
    let text = fs::read_to_string(root().join(template)).expect("the template");
    let yaml = Yaml::parse(&text);
    (text, yaml)
}

#[test]
fn the_template_says_what_it_is_to_be_given_and_what_each_alarm_means() {
    let (text, template) = read("infra/observability.yaml");
    let (_, deployed) = read("template.yaml");
    let (head, _) = text.split_once("\nParameters:").expect("parameters");
    for (name, parameter) in template.at(&["Parameters"]).entries() {
        let description = parameter.at(&["Description"]).text();
        if let Some((_, output)) = description.split_once("output ") {
            let output = output.split(' ').next().expect("a name");
            assert!(deployed.at(&["Outputs"]).get(output).is_some(), "{name}: template.yaml has no output {output}");
        }
        assert!(
            parameter.get("Default").is_some() || head.contains(&format!(" {name}=...")),
            "{name} is not in the head"
        );
    }
    for (name, resource) in template.at(&["Resources"]).entries() {
        let is_alarm = resource.at(&["Type"]).text() == "AWS::CloudWatch::Alarm";
        assert!(!is_alarm || head.split([' ', ',']).any(|word| word == name), "what does {name} mean?");
    }
}

#[test]
fn alarms_and_dashboard_look_at_what_is_measured_and_at_all_of_it() {
    let (_, template) = read("infra/observability.yaml");
    let mut looked_at = BTreeSet::new();
    for (_, resource) in template.at(&["Resources"]).entries() {
        let properties = resource.get("Properties");
        let of = |key: &str| properties.and_then(|properties| properties.get(key)).map(Yaml::text);
        if of("Namespace") == Some("Colca") {
            looked_at.extend(of("MetricName").map(str::to_owned));
        }
    }
    let Yaml::Call(_, body) = template.at(&["Resources", "Dashboard", "Properties", "DashboardBody"]) else {
        panic!("the dashboard is a text with values put in")
    };
    let dashboard: Value = serde_json::from_str(body.text()).expect("JSON");
    for widget in dashboard["widgets"].as_array().expect("widgets") {
        for metric in widget["properties"]["metrics"].as_array().expect("metrics") {
            if metric[0] == "Colca" {
                looked_at.insert(text(&metric[1]).to_owned());
            }
            if let Some((_, name)) =
                metric[0]["expression"].as_str().and_then(|search| search.split_once("MetricName=\""))
            {
                looked_at.insert(name.split('"').next().expect("a name").to_owned());
            }
        }
    }
    assert_eq!(looked_at, names());
}
