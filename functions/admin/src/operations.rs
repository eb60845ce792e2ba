//! What OpenAPI says of administration.

use colca_api::Operation;
use serde_json::{Value, json};

const ACCOUNTS: &str = "accounts";
const CONFIGURATION: &str = "configuration";
const JSON: &str = "application/json";

fn moment() -> Value {
    json!({"type": "string", "format": "date-time"})
}

fn end() -> Value {
    json!({"type": ["string", "null"], "format": "date-time", "description": "from then on it proves nothing"})
}

fn scopes() -> Value {
    let meaning = "read, admin, or upload:PROJECT, where * stands for any characters";
    json!({"type": "array", "items": {"type": "string"}, "description": meaning})
}

fn secret_object() -> Value {
    let kind = json!({"type": "string", "enum": ["token", "password"]});
    json!({"type": "object", "properties": {"id": {"type": "string"}, "kind": kind, "created": moment(), "expires": end()}})
}

fn account_object() -> Value {
    json!({
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "scopes": scopes(),
            "created": moment(),
            "secrets": {"type": "array", "items": secret_object()},
        },
    })
}

fn on_accounts(summary: &'static str) -> Operation {
    Operation::new(ACCOUNTS, summary).needs("admin")
}

fn on_configuration(summary: &'static str) -> Operation {
    Operation::new(CONFIGURATION, summary).needs("admin")
}

pub(crate) fn accounts() -> Operation {
    on_accounts("All accounts").json(200, "by name", json!({"type": "array", "items": account_object()}))
}

pub(crate) fn account() -> Operation {
    on_accounts("An account").json(200, "the account", account_object()).answer(404, "there is none of that name")
}

pub(crate) fn set_account() -> Operation {
    let body = json!({
        "type": "object",
        "required": ["scopes"],
        "properties": {"scopes": scopes()},
        "additionalProperties": false,
    });
    on_accounts("Make an account, or give one other scopes; its secrets stay")
        .takes(JSON, body)
        .json(201, "it is new", account_object())
        .json(200, "it has these scopes now", account_object())
        .answer(409, "that is the user of the deployment itself, or there is no room")
        .answer(503, "others keep changing accounts too")
}

pub(crate) fn no_account() -> Operation {
    on_accounts("Delete an account with all its secrets")
        .answer(204, "it is gone, everywhere within a minute")
        .answer(404, "there is none of that name")
        .answer(503, "others keep changing accounts too")
}

pub(crate) fn secret() -> Operation {
    let body = json!({
        "type": "object",
        "properties": {
            "password": {"type": "string", "description": "one that somebody chose; without it a token is made"},
            "expires": moment(),
        },
        "additionalProperties": false,
    });
    let mut made = secret_object();
    made["properties"]["token"] =
        json!({"type": "string", "description": "the token that was made: it is shown here, and never again"});
    on_accounts("Add a secret to an account, beside those it has")
        .takes(JSON, body)
        .json(201, "the secret", made)
        .answer(404, "there is no such account")
        .answer(409, "it has as many as it may have, or there is no room")
        .answer(503, "others keep changing accounts too")
}

pub(crate) fn no_secret() -> Operation {
    on_accounts("Delete a secret of an account")
        .answer(204, "it proves nothing any more, everywhere within a minute")
        .answer(404, "there is no such secret")
        .answer(503, "others keep changing accounts too")
}

pub(crate) fn configuration() -> Operation {
    on_configuration("The configuration as it was published")
        .answer(200, "the text of colca.toml, with its entity tag in ETag")
        .answer(404, "none was ever published: everything is at its default")
}

pub(crate) fn set_configuration() -> Operation {
    let etag = json!({"type": "object", "properties": {"etag": {"type": "string"}}});
    on_configuration("Publish a configuration, in effect within 10 s")
        .query("dry-run", "true: only check it")
        .takes("application/toml", json!({"type": "string"}))
        .json(200, "it is published", etag)
        .json(400, "all that is wrong with it", problems())
        .answer(412, "it is not what If-Match says any more, or is there in spite of If-None-Match: *")
        .answer(413, "it is larger than 256 KiB")
}

fn problems() -> Value {
    let problem = json!({
        "type": "object",
        "properties": {
            "line": {"type": ["integer", "null"]},
            "field": {"type": "string"},
            "rule": {"type": "string"},
            "value": {"type": "string"},
        },
    });
    let problems = json!({"type": "array", "items": problem});
    json!({"type": "object", "required": ["message"], "properties": {"message": {"type": "string"}, "problems": problems}})
}
