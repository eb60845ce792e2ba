//! The stack, without those of its functions that would do what the benches are to do: `repo-build` and `import` get no
//! messages, and `reap` does not wake.

use colca_tests::{aws, deliveries, functions};
use serde_json::{Value, json};

/// The functions that are to do nothing, and the variables with the URLs of their queues.
const QUEUES: [(&str, &str); 2] = [("repo-build", "COLCA_BUILD_QUEUE_URL"), ("import", "COLCA_IMPORT_QUEUE_URL")];

/// Lasts until this is dropped.
pub(crate) struct Stillness {
    queues: Option<[deliveries::Stopped; 2]>,
    rules: Vec<String>,
}

impl Stillness {
    /// Begins when a build that is under way has ended.
    pub(crate) fn begin() -> Self {
        let rules = clocks_of("reap");
        rules.iter().for_each(|name| set_rule(name, "DisableRule"));
        Self { queues: Some(stop()), rules }
    }

    /// Has messages delivered during some work. Those that wait are about what nobody measures any more: they are taken away,
    /// or they would be dealt with meanwhile.
    pub(crate) fn delivering<T>(&mut self, work: impl FnOnce() -> T) -> T {
        QUEUES.iter().for_each(|(_, queue)| deliveries::purge(queue));
        self.queues = None;
        let done = work();
        self.queues = Some(stop());
        done
    }

    /// Ends what an earlier one began and could not end, because it was killed.
    pub(crate) fn end() {
        for (folder, _) in QUEUES {
            let mappings = aws::event_sources(functions::deployed(folder));
            for mapping in mappings["EventSourceMappings"].as_array().into_iter().flatten() {
                aws::set_event_source(mapping["UUID"].as_str().expect("each has one"), &json!({"Enabled": true}));
            }
        }
        clocks_of("reap").iter().for_each(|name| set_rule(name, "EnableRule"));
    }
}

impl Drop for Stillness {
    fn drop(&mut self) {
        self.rules.iter().for_each(|name| set_rule(name, "EnableRule"));
    }
}

/// What is under way when a function is stopped ends by itself.
fn stop() -> [deliveries::Stopped; 2] {
    QUEUES.map(|(folder, queue)| deliveries::stop(folder, queue))
}

/// The rules by which a function wakes.
fn clocks_of(folder: &str) -> Vec<String> {
    let function = aws::function(functions::deployed(folder));
    let names = events("ListRuleNamesByTarget", &json!({"TargetArn": function["FunctionArn"]}));
    let names = names["RuleNames"].as_array().cloned().unwrap_or_default();
    names.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn set_rule(name: &str, action: &str) {
    events(action, &json!({"Name": name}));
}

fn events(action: &str, body: &Value) -> Value {
    aws::call("events", &format!("AWSEvents.{action}"), body)
}
