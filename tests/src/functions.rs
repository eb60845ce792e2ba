//! The functions as they run: their processes, and the programs that were deployed.

use std::{fs, path::PathBuf};

use serde_json::{Value, json};

use crate::{Repository, aws, stack, stack::root, tools};

/// The folders of all functions.
pub const ALL: [&str; 9] =
    ["upload", "ingest", "import", "catalog", "curate", "repo-build", "callback", "reap", "admin"];

/// The name a function was deployed under.
#[must_use]
pub fn deployed(folder: &str) -> &'static str {
    stack().get(&format!("COLCA_{}_FUNCTION", folder.to_uppercase().replace('-', "_")))
}

/// All that a function has logged so far.
#[must_use]
pub fn logged(folder: &str) -> String {
    let group = format!("/aws/lambda/{}", deployed(folder));
    let logs = |action: &str, body: &Value| aws::call("logs", &format!("Logs_20140328.{action}"), body);
    // There is none before its first invocation.
    let groups = logs("DescribeLogGroups", &json!({"logGroupNamePrefix": group}));
    if groups["logGroups"].as_array().is_none_or(Vec::is_empty) {
        return String::new();
    }
    let mut lines = String::new();
    let mut body = json!({"logGroupName": group});
    loop {
        let page = logs("FilterLogEvents", &body);
        for event in page["events"].as_array().into_iter().flatten() {
            lines += event["message"].as_str().unwrap_or_default();
            lines.push('\n');
        }
        match &page["nextToken"] {
            Value::String(token) => body["nextToken"] = json!(token),
            _ => return lines,
        }
    }
}

/// What a message to the builder about a repository took, as it logged: calls of `DynamoDB`, and of S3. `None` before it has
/// logged that. `said` is what it logged first of all messages, in the line about the calls or before.
#[must_use]
pub fn calls(repository: &Repository, said: &str) -> Option<(u32, u32)> {
    let path = repository.full_path();
    let logged = logged("repo-build");
    let mut lines = logged.lines().skip_while(|line| !(line.contains(said) && line.contains(&path)));
    let number = |text: &str| text.split(' ').next().and_then(|number| number.parse().ok());
    let took = lines.find_map(|line| line.split_once(&format!("{path}: "))?.1.split_once(" took "))?.1;
    Some((number(took)?, number(took.split_once("DynamoDB and ")?.1)?))
}

/// The ids of the processes that run a function now: the process executor starts each with its name in its environment.
#[must_use]
pub fn processes(folder: &str) -> Vec<u32> {
    let variable = format!("AWS_LAMBDA_FUNCTION_NAME={}", deployed(folder));
    let processes = fs::read_dir("/proc").expect("Linux").flatten();
    let ids = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let runs = |id: &u32| {
        let program = fs::read_link(format!("/proc/{id}/exe")).is_ok_and(|exe| exe.ends_with("bootstrap"));
        let environment = fs::read(format!("/proc/{id}/environ")).unwrap_or_default();
        program && environment.split(|byte| *byte == 0).any(|entry| entry == variable.as_bytes())
    };
    ids.filter(runs).collect()
}

/// Ends a process at once, as a machine that loses power does; `false` if it had ended already.
#[must_use]
pub fn kill(process: u32) -> bool {
    tools::run("kill", ["-9", &process.to_string()]).status.success()
}

/// A process that stands still, as one does that got no processor for a while; it goes on when this is dropped.
#[derive(Debug)]
pub struct Halted(u32);

/// Makes a process stand still.
///
/// # Panics
/// If it has ended.
#[must_use]
pub fn halt(process: u32) -> Halted {
    assert!(tools::run("kill", ["-STOP", &process.to_string()]).status.success(), "process {process} has ended");
    Halted(process)
}

impl Drop for Halted {
    fn drop(&mut self) {
        let _ = tools::run("kill", ["-CONT", &self.0.to_string()]);
    }
}

/// The programs that `sam build` made, with the name of the function each is for.
///
/// # Panics
/// If there are none.
#[must_use]
pub fn programs() -> Vec<(String, PathBuf)> {
    let directory = root().join(".aws-sam/build");
    let entries = fs::read_dir(&directory)
        .unwrap_or_else(|error| panic!("{}: {error}: run ./localstack/up", directory.display()));
    let folders = entries
        .flatten()
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.path().join("bootstrap")));
    let programs: Vec<_> = folders.filter(|(_, program)| program.exists()).collect();
    assert!(!programs.is_empty(), "nothing was built in {}", directory.display());
    programs
}
