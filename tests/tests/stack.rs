//! What was deployed: programs that AWS can run, rights that are no wider than needed, stores that keep what they hold.

use std::{collections::BTreeSet, fs};

use colca_tests::{Client, aws, functions, stack, stack::root, tools, xml::Element};
use serde_json::{Value, json};

/// The C library of `provided.al2023`.
const GLIBC: (u32, u32) = (2, 34);

#[test]
fn programs_need_no_newer_c_library_than_lambda_has() {
    for (function, program) in functions::programs() {
        let symbols = tools::output("objdump", ["-T", program.to_str().expect("a path")]);
        let versions = symbols.split_whitespace().filter_map(|word| {
            let mut numbers = word.trim_matches(['(', ')']).strip_prefix("GLIBC_")?.split('.').map(str::parse);
            Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
        });
        let newest: (u32, u32) = versions.max().unwrap_or((0, 0));
        assert!(newest <= GLIBC, "{function} needs glibc {newest:?}, provided.al2023 has {GLIBC:?}");
    }
}

/// Every text below an element.
fn texts(element: &Element) -> Vec<String> {
    element
        .children
        .iter()
        .flat_map(texts)
        .chain([element.text.trim().to_owned()])
        .filter(|text| !text.is_empty())
        .collect()
}

/// The inline policies of a function's role, with what they deny.
fn policies(role: &str) -> Vec<Value> {
    let names = aws::query("iam", &format!("Action=ListRolePolicies&Version=2010-05-08&RoleName={role}"));
    let names = names.children[0].child("PolicyNames").map(texts).unwrap_or_default();
    let document = |name: &String| {
        let answer =
            aws::query("iam", &format!("Action=GetRolePolicy&Version=2010-05-08&RoleName={role}&PolicyName={name}"));
        let text = answer.children[0].child("PolicyDocument").expect("a document").text.clone();
        serde_json::from_str(&percent_decoded(&text)).unwrap_or_else(|error| panic!("{name}: {error}: {text}"))
    };
    names.iter().map(document).collect()
}

/// IAM answers with documents that are escaped as in URLs.
fn percent_decoded(text: &str) -> String {
    if !text.starts_with('%') {
        return text.to_owned();
    }
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, others)) = rest.split_first() {
        let escaped = (*first == b'%').then(|| others.get(..2)).flatten();
        if let Some(digits) = escaped {
            bytes.extend(hex::decode(digits).expect("two hex digits"));
            rest = &others[2..];
        } else {
            bytes.push(*first);
            rest = others;
        }
    }
    String::from_utf8(bytes).expect("UTF-8")
}

fn list(value: &Value) -> Vec<String> {
    match value {
        Value::Array(values) => values.iter().map(ToString::to_string).collect(),
        Value::Null => Vec::new(),
        one => vec![one.to_string()],
    }
}

#[test]
fn each_function_has_a_role_of_its_own_with_rights_that_are_named() {
    let mut roles = BTreeSet::new();
    for folder in functions::ALL {
        let configuration = aws::function(functions::deployed(folder));
        let role = configuration["Role"].as_str().expect("a role").rsplit('/').next().expect("a name").to_owned();
        let policies = policies(&role);
        assert!(!policies.is_empty(), "{folder}: no policy of its own");
        for statement in policies.iter().flat_map(|policy| policy["Statement"].as_array().cloned().unwrap_or_default())
        {
            let (actions, resources) = (list(&statement["Action"]), list(&statement["Resource"]));
            assert!(
                actions.iter().all(|action| !action.contains(":*") && action != "\"*\""),
                "{folder} may do everything: {statement}"
            );
            // X-Ray and metrics know no resources, so their actions can be given for all of them only.
            let without_resource =
                actions.iter().all(|action| action.contains("xray:") || action.contains("cloudwatch:PutMetricData"));
            assert!(
                without_resource || resources.iter().all(|resource| resource != "\"*\""),
                "{folder}: rights on everything: {statement}"
            );
        }
        assert!(roles.insert(role), "{folder} shares its role with another function");
    }
}

#[test]
fn each_function_writes_to_the_store_what_is_its_own_and_only_those_that_ask_who_it_is_see_the_secrets() {
    let statements = |folder: &str| {
        let configuration = aws::function(functions::deployed(folder));
        let role = configuration["Role"].as_str().expect("a role").rsplit('/').next().expect("a name").to_owned();
        policies(&role)
            .iter()
            .flat_map(|policy| policy["Statement"].as_array().cloned().unwrap_or_default())
            .filter(|statement| statement["Effect"] == "Allow")
            .collect::<Vec<_>>()
    };
    let (store, accounts) = (stack().store(), stack().get("COLCA_ACCOUNTS_SECRET"));
    let callbacks = stack().get("COLCA_CALLBACKS_SECRET");
    for folder in functions::ALL {
        for statement in statements(folder) {
            let (actions, resources) = (statement["Action"].to_string(), list(&statement["Resource"]));
            for resource in resources.iter().filter(|resource| resource.contains(store)) {
                let own = match folder {
                    "upload" | "ingest" | "import" | "repo-build" => {
                        !resource.contains("colca.toml") && !resource.contains("keys.json")
                    }
                    "admin" => {
                        let resource = resource.trim_matches('"');
                        resource.ends_with("/state/colca.toml") || resource.ends_with("/state/keys.json")
                    }
                    _ => false,
                };
                assert!(own || !actions.contains("s3:PutObject"), "{folder} may write to the store: {statement}");
            }
            if resources.iter().all(|resource| resource.contains(":secret:colca/keys/")) {
                let signs =
                    matches!(folder, "upload" | "ingest" | "import" | "repo-build") && !actions.contains("Create");
                let keeps = folder == "admin" && !actions.contains("GetSecretValue");
                assert!(signs || keeps, "{folder} may do this with keys: {statement}");
            } else if resources == [format!("{callbacks:?}")] {
                let proves = matches!(folder, "callback" | "reap");
                assert!(proves && actions == "\"secretsmanager:GetSecretValue\"", "{folder} may do this: {statement}");
            } else if actions.contains("secretsmanager") {
                let asks = matches!(folder, "upload" | "catalog" | "curate" | "admin");
                assert!(asks, "{folder} may read the secrets: {statement}");
                let reads = actions == "\"secretsmanager:GetSecretValue\"";
                let changes_accounts =
                    folder == "admin" && resources == [format!("{accounts:?}"), format!("{callbacks:?}")];
                assert!(reads || changes_accounts, "{folder} may change secrets: {statement}");
            }
        }
    }
}

#[test]
fn queues_give_up_into_a_dead_letter_queue() {
    for name in ["BUILD", "INGEST", "IMPORT", "CALLBACK"] {
        let (queue, dead_letters) = (&*format!("COLCA_{name}_QUEUE_URL"), &*format!("COLCA_{name}_DLQ_URL"));
        let body = json!({"QueueUrl": stack().get(queue), "AttributeNames": ["All"]});
        let attributes = aws::call("sqs", "AmazonSQS.GetQueueAttributes", &body)["Attributes"].clone();
        let name = stack().get(dead_letters).rsplit('/').next().expect("a name");
        assert!(
            attributes["RedrivePolicy"].as_str().is_some_and(|policy| policy.contains(name)),
            "{queue}: {attributes}"
        );
    }
}

/// A resource of the template as text: LocalStack's CloudFormation passes some properties over, so those cannot be
/// asked of what was deployed.
fn in_template(resource: &str) -> String {
    let template = fs::read_to_string(root().join("template.yaml")).expect("the template stands at the root");
    let mut lines = template.lines().skip_while(|line| *line != format!("  {resource}:"));
    let first = lines.next().unwrap_or_else(|| panic!("template.yaml has no {resource}"));
    let rest = lines.take_while(|line| !line.starts_with("  ") || line.starts_with("   ") || line.trim().is_empty());
    [first].into_iter().chain(rest).collect::<Vec<_>>().join("\n")
}

#[test]
fn what_is_to_be_told_waits_for_as_long_as_sqs_keeps_anything() {
    for queue in ["CallbackQueue", "CallbackDlq"] {
        let text = in_template(queue);
        assert!(text.contains("FifoQueue: true") && text.contains("MessageRetentionPeriod: 1209600"), "{text}");
    }
}

#[test]
fn tables_can_be_restored_to_any_second() {
    for table in ["CatalogTable", "JobsTable"] {
        let text = in_template(table);
        assert!(text.contains("PointInTimeRecoveryEnabled: true"), "{text}");
        assert!(text.contains("BillingMode: PAY_PER_REQUEST"), "{text}");
        assert!(text.contains("DeletionPolicy: Retain"), "a stack that is deleted takes {table} along: {text}");
    }
}

#[test]
fn the_sweep_runs_every_minute() {
    let rules = aws::call("events", "AWSEvents.ListRules", &json!({}));
    let sweeps = rules["Rules"].as_array().expect("a list").iter().filter(|rule| {
        let targets = aws::call("events", "AWSEvents.ListTargetsByRule", &json!({"Rule": rule["Name"]}));
        targets.to_string().contains(functions::deployed("reap"))
    });
    let sweeps: Vec<_> = sweeps.map(|rule| (rule["ScheduleExpression"].clone(), rule["State"].clone())).collect();
    assert_eq!(sweeps, [(json!("rate(1 minute)"), json!("ENABLED"))]);
}

#[test]
fn what_is_left_in_the_incoming_bucket_goes_by_itself() {
    let text = in_template("IncomingBucket");
    for rule in ["ExpirationInDays", "AbortIncompleteMultipartUpload"] {
        assert!(text.contains(rule), "no {rule} for uploads that nobody finishes: {text}");
    }
}

#[test]
fn buckets_are_private_and_the_store_keeps_versions() {
    let s3 = Client::anonymous();
    let endpoint = stack().get("AWS_ENDPOINT_URL");
    for bucket in [stack().store(), stack().incoming()] {
        let block = aws::subresource(bucket, "publicAccessBlock");
        assert!(
            block.children.len() == 4 && block.children.iter().all(|rule| rule.text == "true"),
            "{bucket}: {block:?}"
        );
    }
    let versioning = aws::subresource(stack().store(), "versioning");
    assert_eq!(versioning.child("Status").map(|status| status.text.as_str()), Some("Enabled"));
    let outside = s3.get(&format!("{endpoint}/{}/uploads.json", stack().store()));
    assert!(outside.status >= 400, "{}", outside.text());
}

#[test]
fn the_cdn_serves_the_public_tree_and_nothing_else() {
    for path in ["", "/", "/incoming/", "/manifests/", "/repos/../manifests/", "/?list-type=2", "/fragments/x"] {
        let response = Client::anonymous().get(&format!("{}{path}", stack().cdn()));
        assert!(matches!(response.status, 301 | 400 | 403 | 404), "{path}: {} {}", response.status, response.text());
    }
    let put = Client::anonymous().send("PUT", &format!("{}/repos/evil.rpm", stack().cdn()), &[], b"x");
    assert!(matches!(put.status, 403 | 405), "{} {}", put.status, put.text());
}
