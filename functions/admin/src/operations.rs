//! What OpenAPI says of administration.

use colca_api::Operation;
use serde_json::{Value, json};

const ACCOUNTS: &str = "accounts";
const CONFIGURATION: &str = "configuration";
const KEYS: &str = "keys";
const REPOSITORIES: &str = "repositories";
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

fn on_keys(summary: &'static str) -> Operation {
    Operation::new(KEYS, summary).needs("admin")
}

fn key_object() -> Value {
    json!({
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "fingerprint": {"type": "string"},
            "user_ids": {"type": "array", "items": {"type": "string"}},
            "algorithm": {"type": "string"},
            "created": moment(),
            "expires": {"type": ["string", "null"], "format": "date-time"},
            "added": moment(),
            "custody": {"type": "string", "enum": ["secret", "kms"]},
            "kms": {"type": ["string", "null"], "description": "the id or ARN of the KMS key"},
            "for_rpm": {"type": "boolean", "description": "whether every rpm can verify its signatures"},
        },
    })
}

pub(crate) fn keys() -> Operation {
    on_keys("The keys that sign").json(200, "by name", json!({"type": "array", "items": key_object()}))
}

pub(crate) fn key() -> Operation {
    on_keys("A key").json(200, "the key", key_object()).answer(404, "there is none of that name")
}

pub(crate) fn public_key() -> Operation {
    on_keys("The public half of a key").answer(200, "armored").answer(404, "there is none of that name")
}

pub(crate) fn new_key() -> Operation {
    let generate = json!({
        "type": "object",
        "required": ["user_id"],
        "properties": {
            "algorithm": {"type": "string", "enum": ["rsa4096", "rsa3072", "rsa2048", "ed25519"]},
            "user_id": {"type": "string"},
            "expires": moment(),
        },
        "additionalProperties": false,
    });
    let body = json!({
        "type": "object",
        "required": ["name"],
        "properties": {
            "name": {"type": "string", "description": "what the configuration calls it"},
            "generate": generate,
            "import": {"type": "string", "description": "an armored private key without a passphrase"},
            "kms": {"type": "string", "description": "the id or ARN of a KMS key, which never leaves KMS"},
            "user_id": {"type": "string", "description": "with kms: whom the key stands for"},
            "expires": moment(),
        },
        "additionalProperties": false,
    });
    on_keys("Make, import or name a key that signs")
        .takes(JSON, body)
        .json(201, "the key; the private half is never shown", key_object())
        .answer(409, "there is one of that name")
        .answer(503, "others keep changing keys too")
}

pub(crate) fn no_key() -> Operation {
    on_keys("Delete a key that the configuration does not name")
        .answer(204, "it signs nothing any more; what it signed stays as it is")
        .answer(404, "there is none of that name")
        .answer(409, "the configuration names it")
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

pub(crate) fn set_callbacks() -> Operation {
    let body = json!({
        "type": "object",
        "properties": {
            "user": {"type": "string", "description": "who we are to the receiver, by HTTP Basic"},
            "key": {"type": "string"},
            "secret": {"type": "string", "description": "what signs: whsec_ and base64; without it one is made"},
        },
        "additionalProperties": false,
    });
    let secret = json!({"type": "string", "description": "the one that was made: it is shown here, and never again"});
    let properties = json!({"logs_in": {"type": "boolean"}, "signs": {"type": "boolean"}, "secret": secret});
    on_configuration("Replace what proves to the receiver of callbacks that it is us").takes(JSON, body).json(
        200,
        "in use within 30 s",
        json!({"type": "object", "properties": properties}),
    )
}

pub(crate) fn no_callbacks() -> Operation {
    on_configuration("Forget what proves to the receiver of callbacks that it is us").answer(204, "it is forgotten")
}

pub(crate) fn verify() -> Operation {
    let body = json!({
        "type": "object",
        "required": ["repository"],
        "properties": {"repository": {"type": "string", "description": "its path, such as P/R/S/D/V/flavors/F"}},
        "additionalProperties": false,
    });
    Operation::new(
        REPOSITORIES,
        "Compare what a repository publishes with the catalog, and make it anew if they differ",
    )
    .needs("admin")
    .takes(JSON, body)
    .json(202, "it is asked for: look for what is found", verification())
    .answer(404, "there is no such repository")
}

pub(crate) fn verified() -> Operation {
    Operation::new(REPOSITORIES, "What was found in a repository when somebody asked last")
        .needs("admin")
        .query("repository", "its path")
        .json(200, "when it was asked, and what was found", verification())
        .answer(404, "nobody asked, or it was too long ago")
}

fn verification() -> Value {
    let found = json!({
        "type": ["object", "null"],
        "description": "null until somebody has looked",
        "properties": {
            "at": {"type": "string", "format": "date-time", "description": "when the look began"},
            "revision": {"type": "integer", "description": "the one that was looked at"},
            "count": {"type": "integer", "description": "how many problems there are"},
            "problems": {"type": "array", "items": {"type": "string"}, "description": "the first hundred of them"},
            "is_rebuilt": {"type": "boolean", "description": "whether the metadata is being made anew because of them; packages that are missing are told"},
        },
    });
    let asked = json!({"type": "string", "format": "date-time"});
    json!({"type": "object", "properties": {"repository": {"type": "string"}, "asked": asked, "found": found}})
}
