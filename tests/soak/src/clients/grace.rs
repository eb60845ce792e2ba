//! How long superseded files stay, set for the time of this stage: the local stack's own grace is shorter than edges remember.

use colca_tests::{aws, functions, wait};
use serde_json::{Value, json};

const VARIABLE: &str = "COLCA_GRACE_SECONDS";

/// The environments as they were, until this is dropped.
#[derive(Debug)]
pub(crate) struct Grace(Vec<(&'static str, Value)>);

/// Has all functions keep what is superseded for so many seconds.
pub(crate) fn of(seconds: u64) -> Grace {
    let before = functions::ALL.map(|folder| {
        let name = functions::deployed(folder);
        (name, aws::function(name)["Environment"]["Variables"].clone())
    });
    let grace = Grace(before.into());
    for (name, variables) in &grace.0 {
        let mut variables = variables.clone();
        variables[VARIABLE] = json!(seconds.to_string());
        set(name, &variables);
    }
    grace
}

impl Drop for Grace {
    fn drop(&mut self) {
        for (name, variables) in &self.0 {
            set(name, variables);
        }
    }
}

fn set(name: &str, variables: &Value) {
    aws::set_function(name, &json!({"Environment": {"Variables": variables}}));
    wait::until(&format!("{name} to be updated"), || {
        (aws::function(name)["LastUpdateStatus"] == "Successful").then_some(())
    });
}
