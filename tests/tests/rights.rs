//! What the functions did while all other tests ran, and what their policies allow: LocalStack asks no policy, so nobody would
//! notice before AWS does. The process executor has written it down (`localstack/executor`, `calls.py`).

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use colca_tests::{
    aws, functions,
    policies::{KMS_KEY, SECRET_KEY, TAGGED, Template, Wish},
    stack,
    stack::root,
    xml::Element,
};
use serde_json::Value;

/// Something that a function asked for.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Call {
    folder: &'static str,
    action: String,
    /// By its name in the template.
    resource: String,
}

/// The names of the template, by those that LocalStack gave.
fn names() -> BTreeMap<String, String> {
    let answer = aws::query("cloudformation", "Action=ListStackResources&Version=2010-05-15&StackName=colca");
    let members = answer.children[0].child("StackResourceSummaries").expect("resources");
    let text = |member: &Element, name: &str| member.child(name).map(|child| child.text.clone());
    let names = members.children.iter().filter_map(|member| {
        let physical = text(member, "PhysicalResourceId")?;
        // A queue goes by its URL.
        let short = if physical.starts_with("http") { physical.rsplit('/').next()?.to_owned() } else { physical };
        Some((short, text(member, "LogicalResourceId")?))
    });
    names.collect()
}

/// A resource by its name in the template.
fn named(names: &BTreeMap<String, String>, action: &str, resource: &str) -> String {
    if let Some(name) = names.get(resource) {
        return name.clone();
    }
    match action.split_once(':').expect("a service").0 {
        "secretsmanager" if resource.contains(stack().get("COLCA_KEYS_PREFIX")) => SECRET_KEY.to_owned(),
        "kms" => KMS_KEY.to_owned(),
        _ => match resource.split_once('/') {
            Some((whole, part)) if names.contains_key(whole) => format!("{}/{part}", names[whole]),
            _ => resource.to_owned(),
        },
    }
}

fn calls() -> BTreeSet<Call> {
    let path = root().join(".localstack/calls.jsonl");
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let names = names();
    let folders: BTreeMap<_, _> = functions::ALL.iter().map(|folder| (functions::deployed(folder), *folder)).collect();
    let call = |line: &str| {
        let line: Value = serde_json::from_str(line).expect("a line of JSON");
        let [function, action, resource] =
            ["function", "action", "resource"].map(|name| line[name].as_str().expect("a text").to_owned());
        let resource = named(&names, &action, &resource);
        Call { folder: folders[&*function], action, resource }
    };
    text.lines().map(call).collect()
}

#[test]
fn all_that_functions_did_is_allowed() {
    let (calls, policies) = (calls(), Template::read(&[]).policies());
    let seen: BTreeSet<_> = calls.iter().map(|call| call.folder).collect();
    assert_eq!(
        seen,
        BTreeSet::from(functions::ALL),
        "every function has done something: run the other tests before, on this stack"
    );
    let mut wrong = Vec::new();
    for Call { folder, action, resource } in &calls {
        let context = if resource == KMS_KEY { TAGGED } else { &[] };
        println!("{folder}: {action} {resource}");
        if !policies[*folder].allows(&Wish { action, resource, context }) {
            wrong.push(format!("{folder} lacks {action} of {resource}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
