//! What API Gateway answers by itself: it says what we say of every answer. Read off the template, since LocalStack answers in its own
//! words.

use std::{collections::BTreeMap, fs};

use colca_tests::{stack::root, yaml::Yaml};
use serde_json::Value;

fn read(file: &str) -> String {
    fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// The headers of our own answers, by the lines of the table: `(header::X_FRAME_OPTIONS, "DENY"),`.
fn ours() -> BTreeMap<String, String> {
    let code = read("crates/api/src/security_headers.rs");
    let header = |line: &str| {
        let (name, value) = line.trim().strip_prefix("(header::")?.strip_suffix("\"),")?.split_once(", \"")?;
        Some((name.to_lowercase().replace('_', "-"), value.to_owned()))
    };
    let headers: BTreeMap<_, _> = code.lines().filter_map(header).collect();
    let table = format!("const HEADERS: [(HeaderName, &str); {}]", headers.len());
    assert!(code.contains(&table), "not all of them: {headers:?}");
    headers
}

#[test]
fn the_gateway_sends_the_headers_that_we_send() {
    let ours = ours();
    let template = Yaml::parse(&read("template.yaml"));
    let answers = template.at(&["Resources", "Api", "Properties", "GatewayResponses"]).entries();
    // All others are as the default of theirs.
    for default in ["DEFAULT_4XX", "DEFAULT_5XX"] {
        assert!(answers.iter().any(|(kind, _)| kind == default), "{default} is as AWS has it");
    }
    for (kind, answer) in answers {
        let headers = answer.at(&["ResponseParameters", "Headers"]).entries().iter().map(|(name, value)| {
            // A value in quotes is meant as it is, not as the name of something in the request.
            let value = value.text().strip_prefix('\'').and_then(|value| value.strip_suffix('\''));
            (name.to_lowercase(), value.unwrap_or_else(|| panic!("{kind}: {name} is not in quotes")).to_owned())
        });
        assert_eq!(headers.collect::<BTreeMap<_, _>>(), ours, "{kind}");
    }
}

#[test]
fn the_gateway_refuses_in_our_words() {
    let template = Yaml::parse(&read("template.yaml"));
    for (kind, answer) in template.at(&["Resources", "Api", "Properties", "GatewayResponses"]).entries() {
        let body = answer.at(&["ResponseTemplates", "application/json"]).text();
        // What the gateway puts there is a string with its quotes.
        let body = body.replace("$context.error.messageString", "\"why\"");
        let body: Value = serde_json::from_str(&body).unwrap_or_else(|error| panic!("{kind}: {error}: {body}"));
        assert!(body["message"].is_string() && body.as_object().is_some_and(|body| body.len() == 1), "{kind}: {body}");
    }
}
