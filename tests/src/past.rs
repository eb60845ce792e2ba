//! Time that goes by in the tables alone: the clock of a deployed function cannot be set, but what it compares with can.

use serde_json::{Value, json};

use crate::{Repository, accounts, aws, stack, tools, wait};

/// An upload that `reap` should have looked after long ago.
pub fn make_upload_due(id: &str) {
    set(&format!("UPLOAD#{id}"), "SET due_at = :due", ":due", &json!({"N": "0"}));
}

/// An upload that has waited since 1970, as `reap` has noted.
pub fn make_upload_late(id: &str) {
    set(&format!("UPLOAD#{id}"), "SET due_since = :then", ":then", &json!({"N": "1000"}));
}

/// A repository whose build was due in 1970, for the first and for the last time.
pub fn make_build_late(repository: &Repository) {
    let body = json!({
        "TableName": stack().get("COLCA_CATALOG_TABLE"),
        "Key": {"pk": {"S": format!("REPO#{}", repository.full_path())}, "sk": {"S": "#"}},
        "UpdateExpression": "SET queued_until = :then, due_since = :then",
        "ConditionExpression": "attribute_exists(queued_until) AND attribute_exists(due_since)",
        "ExpressionAttributeValues": {":then": {"N": "1000"}},
    });
    aws::call("dynamodb", "DynamoDB_20120810.UpdateItem", &body);
}

/// When the build of a repository is due, in milliseconds since 1970, by the last who asked for it.
#[must_use]
pub fn build_due(repository: &Repository) -> Option<i64> {
    let key = json!({"pk": {"S": format!("REPO#{}", repository.full_path())}, "sk": {"S": "#"}});
    let body = json!({"TableName": stack().get("COLCA_CATALOG_TABLE"), "Key": key, "ConsistentRead": true});
    let answer = aws::call("dynamodb", "DynamoDB_20120810.GetItem", &body);
    answer.get("Item")?.get("queued_until")?["N"].as_str()?.parse().ok()
}

/// An upload whose ticket was given so long ago that nothing may arrive for it any more.
pub fn make_upload_old(id: &str) {
    set(&format!("UPLOAD#{id}"), "SET created_at = :then", ":then", &json!({"S": "2026-01-01T00:00:00Z"}));
    make_upload_due(id);
}

/// An import that `reap` should have looked after long ago.
pub fn make_import_due(id: &str) {
    let body = json!({
        "TableName": stack().get("COLCA_JOBS_TABLE"),
        "Key": {"pk": {"S": "IMPORTS"}, "sk": {"S": id}},
        "UpdateExpression": "SET due_at = :due",
        "ConditionExpression": "attribute_exists(due_at)",
        "ExpressionAttributeValues": {":due": {"N": "0"}},
    });
    aws::call("dynamodb", "DynamoDB_20120810.UpdateItem", &body);
}

/// An import whose function died before it wrote down what it did; long ago, or just now. Nobody goes on with it by himself.
pub fn rewind_import(id: &str, is_long_ago: bool) {
    let none = ["found", "taken_in", "same_already", "passed_over", "refused"].map(|name| (name, json!({"N": "0"})));
    let mut tally: serde_json::Map<_, _> = none.into_iter().map(|(name, none)| (name.to_owned(), none)).collect();
    tally.insert("refusals".to_owned(), json!({"L": []}));
    let moved = if is_long_ago { "2026-01-01T00:00:00Z" } else { "9999-01-01T00:00:00Z" };
    let body = json!({
        "TableName": stack().get("COLCA_JOBS_TABLE"),
        "Key": {"pk": {"S": "IMPORTS"}, "sk": {"S": id}},
        "UpdateExpression": "SET #state = :running, pieces = :none, tally = :tally, moved_at = :moved, due_kind = :kind, due_at = :due \
                             REMOVE #cursor, #reason, expires",
        "ConditionExpression": "attribute_exists(pk)",
        "ExpressionAttributeNames": {"#state": "state", "#cursor": "cursor", "#reason": "reason"},
        "ExpressionAttributeValues": {
            ":running": {"S": "running"},
            ":none": {"N": "0"},
            ":tally": {"M": tally},
            ":moved": {"S": moved},
            ":kind": {"S": "import"},
            ":due": {"N": "99999999999999"},
        },
    });
    aws::call("dynamodb", "DynamoDB_20120810.UpdateItem", &body);
}

/// An object of the store that was noted as garbage, and whose grace is over.
pub fn make_garbage_due(key: &str) {
    set(&format!("GARBAGE#{key}"), "SET due_at = :due", ":due", &json!({"N": "0"}));
}

/// All objects below a prefix of the store that were noted as garbage by now, their grace over.
pub fn make_garbage_below_due(prefix: &str) {
    let body = json!({
        "TableName": stack().get("COLCA_JOBS_TABLE"),
        "IndexName": "due-index",
        "KeyConditionExpression": "due_kind = :kind",
        "FilterExpression": "begins_with(#key, :prefix)",
        "ExpressionAttributeNames": {"#key": "key"},
        "ExpressionAttributeValues": {":kind": {"S": "garbage"}, ":prefix": {"S": prefix}},
    });
    let found = aws::call("dynamodb", "DynamoDB_20120810.Query", &body);
    assert!(found["LastEvaluatedKey"].is_null(), "more garbage than one answer holds");
    for item in found["Items"].as_array().expect("a list") {
        make_garbage_due(item["key"]["S"].as_str().expect("a key"));
    }
}

/// A repository whose `Release` files have had half of their time.
pub fn make_refresh_due(repository: &Repository) {
    set(&refresh(repository), "SET due_at = :due", ":due", &json!({"N": "0"}));
}

/// When its `Release` files are to be written anew, in milliseconds since 1970; `None` if they do not expire.
///
/// # Panics
/// If something else is noted.
#[must_use]
pub fn refresh_due(repository: &Repository) -> Option<i64> {
    let key = json!({"pk": {"S": refresh(repository)}, "sk": {"S": "#"}});
    let body = json!({"TableName": stack().get("COLCA_JOBS_TABLE"), "Key": key, "ConsistentRead": true});
    let answer = aws::call("dynamodb", "DynamoDB_20120810.GetItem", &body);
    let due: &Value = answer.get("Item")?.get("due_at").expect("a time");
    Some(due["N"].as_str().and_then(|due| due.parse().ok()).expect("a number"))
}

fn refresh(repository: &Repository) -> String {
    format!("REFRESH#{}", repository.prefix().trim_start_matches("repos/"))
}

/// A repository that nobody has changed for so many days, and neither have its files been.
pub fn make_repository_old(repository: &Repository, days: i64) {
    let then = accounts::in_seconds(-days * 24 * 60 * 60 - 60);
    let seconds: i64 = tools::output("date", ["-d", &then, "+%s"]).trim().parse().expect("a number");
    let update = |pk: &str, sk: &str, name: &str, value: Value| {
        let body = json!({
            "TableName": stack().get("COLCA_CATALOG_TABLE"),
            "Key": {"pk": {"S": pk}, "sk": {"S": sk}},
            "UpdateExpression": format!("SET {name} = :then"),
            "ConditionExpression": "attribute_exists(pk)",
            "ExpressionAttributeValues": {":then": value},
        });
        aws::call("dynamodb", "DynamoDB_20120810.UpdateItem", &body);
    };
    let files = format!("FILES#{}", repository.path());
    let body = json!({
        "TableName": stack().get("COLCA_CATALOG_TABLE"),
        "KeyConditionExpression": "pk = :pk",
        "ExpressionAttributeValues": {":pk": {"S": files}},
    });
    let found = aws::call("dynamodb", "DynamoDB_20120810.Query", &body);
    for item in found["Items"].as_array().expect("a list") {
        wait_until_announced(item["upload"]["S"].as_str().expect("an id"));
        update(&files, item["sk"]["S"].as_str().expect("a key"), "modified", json!({"S": then}));
    }
    let milliseconds = (seconds * 1000).to_string();
    update(&format!("REPO#{}", repository.full_path()), "#", "changed", json!({"N": milliseconds}));
}

/// Waits until all that follows a registration is done: it may have been published before that.
fn wait_until_announced(id: &str) {
    let key = json!({"pk": {"S": format!("UPLOAD#{id}")}, "sk": {"S": "#"}});
    let body = json!({"TableName": stack().get("COLCA_JOBS_TABLE"), "Key": key, "ConsistentRead": true});
    wait::until(&format!("upload {id} to be announced"), || {
        aws::call("dynamodb", "DynamoDB_20120810.GetItem", &body)["Item"]["due_at"].is_null().then_some(())
    });
}

/// A purge whose time is over: its repository cannot be restored any more.
pub fn make_purge_over(id: &str) {
    set_purge(id, "until", "2026-01-01T00:00:00Z");
}

/// A purge that can be undone for as long as a test takes.
pub fn prolong_purge(id: &str) {
    set_purge(id, "until", "9999-01-01T00:00:00Z");
}

/// No run of the day yet.
pub fn forget_daily_run() {
    let key = json!({"pk": {"S": "RETENTION"}, "sk": {"S": "daily"}});
    let body = json!({"TableName": stack().get("COLCA_JOBS_TABLE"), "Key": key});
    aws::call("dynamodb", "DynamoDB_20120810.DeleteItem", &body);
}

/// A purge, or its undoing, whose function died before it wrote down that it was done: its state is the one given.
pub fn rewind_purge(id: &str, state: &str) {
    set_purge(id, "state", state);
    let body = json!({
        "TableName": stack().get("COLCA_JOBS_TABLE"),
        "Key": {"pk": {"S": "PURGES"}, "sk": {"S": id}},
        "UpdateExpression": "SET due_kind = :kind, due_at = :due REMOVE expires",
        "ExpressionAttributeValues": {":kind": {"S": "purge"}, ":due": {"N": "0"}},
    });
    aws::call("dynamodb", "DynamoDB_20120810.UpdateItem", &body);
}

fn set_purge(id: &str, name: &str, value: &str) {
    let body = json!({
        "TableName": stack().get("COLCA_JOBS_TABLE"),
        "Key": {"pk": {"S": "PURGES"}, "sk": {"S": id}},
        "UpdateExpression": "SET #name = :value",
        "ConditionExpression": "attribute_exists(pk)",
        "ExpressionAttributeNames": {"#name": name},
        "ExpressionAttributeValues": {":value": {"S": value}},
    });
    aws::call("dynamodb", "DynamoDB_20120810.UpdateItem", &body);
}

/// A registered upload whose function died before it made the project of its file visible.
pub fn forget_announcement(id: &str, project: &str) {
    let body = json!({
        "TableName": stack().get("COLCA_JOBS_TABLE"),
        "Key": {"pk": {"S": format!("UPLOAD#{id}")}, "sk": {"S": "#"}},
        "UpdateExpression": "SET due_kind = :kind, due_at = :due",
        "ConditionExpression": "attribute_exists(pk)",
        "ExpressionAttributeValues": {":kind": {"S": "upload"}, ":due": {"N": "0"}},
    });
    aws::call("dynamodb", "DynamoDB_20120810.UpdateItem", &body);
    forget_levels(project);
}

/// A project that was never made visible.
pub fn forget_levels(project: &str) {
    for name in [project.to_owned(), format!("{project}/main")] {
        let key = json!({"pk": {"S": "TREE#"}, "sk": {"S": name}});
        let body = json!({"TableName": stack().get("COLCA_CATALOG_TABLE"), "Key": key});
        aws::call("dynamodb", "DynamoDB_20120810.DeleteItem", &body);
    }
}

/// Changes a job that must be there and wait for its time.
fn set(pk: &str, update: &str, name: &str, value: &Value) {
    let body = json!({
        "TableName": stack().get("COLCA_JOBS_TABLE"),
        "Key": {"pk": {"S": pk}, "sk": {"S": "#"}},
        "UpdateExpression": update,
        "ConditionExpression": "attribute_exists(due_at)",
        "ExpressionAttributeValues": {name: value},
    });
    aws::call("dynamodb", "DynamoDB_20120810.UpdateItem", &body);
}

/// As if nobody had ever been told that we are well.
pub fn forget_ping() {
    let key = json!({"pk": {"S": "PING"}, "sk": {"S": "#"}});
    let body = json!({"TableName": stack().get("COLCA_JOBS_TABLE"), "Key": key});
    aws::call("dynamodb", "DynamoDB_20120810.DeleteItem", &body);
}
