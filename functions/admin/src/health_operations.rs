//! What OpenAPI says of how we are, and of what happens now.

use colca_api::Operation;
use serde_json::{Value, json};

const ABOUT: &str = "about";

fn count() -> Value {
    json!({"type": "integer"})
}

fn text() -> Value {
    json!({"type": "string"})
}

fn moment() -> Value {
    json!({"type": ["string", "null"], "description": "UTC, as in the repository object"})
}

/// What waits in a queue, and for how long.
fn queue() -> Value {
    let mut queue = json!({"ok": {"type": "boolean"}});
    for name in ["waiting", "under_way", "delayed", "overdue_seconds"] {
        queue[name] = count();
    }
    json!({"type": "object", "properties": queue})
}

pub(crate) fn health() -> Operation {
    let ok = || json!({"ok": {"type": "boolean"}});
    let part = json!({"type": "object", "properties": ok()});
    let mut letters = ok();
    letters["messages"] = count();
    let letters = json!({"type": "object", "properties": letters});
    let mut key = ok();
    key["name"] = text();
    key["days_left"] = json!({"type": ["number", "null"], "description": "null: it never expires"});
    let all = json!({
        "ok": {"type": "boolean"},
        "store": part,
        "catalog": part,
        "jobs": part,
        "queues": {"type": "object", "additionalProperties": queue()},
        "sweeper": queue(),
        "dead_letters": {"type": "object", "additionalProperties": letters},
        "keys": {"type": "array", "items": {"type": "object", "properties": key}},
    });
    Operation::new(ABOUT, "What works, what lags behind, what was given up, and what expires").needs("read").json(
        200,
        "each part, and all together",
        json!({"type": "object", "properties": all}),
    )
}

/// Up to a hundred things, and whether there are more.
fn some(properties: &Value) -> Value {
    let listed = json!({"type": "array", "items": {"type": "object", "properties": properties}});
    json!({"type": "object", "properties": {"listed": listed, "more": {"type": "boolean"}}})
}

pub(crate) fn status() -> Operation {
    let states = ["requested", "queued", "building", "ready", "failed", "held"];
    let repository = json!({
        "repository": text(),
        "state": {"type": "string", "enum": states},
        "why": {"type": "string", "description": "what happens now, and what has to happen next"},
        "since": moment(),
        "until": moment(),
    });
    let mut repositories = some(&repository);
    let counts = json!({"building": count(), "failed": count(), "overdue": count(), "waiting": count()});
    repositories["properties"]["counts"] = json!({
        "type": "object",
        "description": "of all that have changes; one whose last build failed is counted as what it does now, too",
        "properties": counts,
    });
    let mut import = json!({
        "import": text(),
        "repository": text(),
        "state": {"type": "string", "enum": ["running", "stopping"]},
        "created": moment(),
        "moved": moment(),
    });
    for name in ["pieces", "found", "taken_in", "same_already", "passed_over", "refused"] {
        import[name] = count();
    }
    let purge = json!({
        "purge": text(),
        "repository": text(),
        "state": {"type": "string", "enum": ["purging", "restoring"]},
        "begun": moment(),
        "files": count(),
    });
    let run = json!({
        "kind": {"type": "string", "enum": ["daily", "asked"]},
        "project": {"type": ["string", "null"]},
        "begun": moment(),
        "purged": count(),
    });
    let upload = json!({
        "upload": text(),
        "repository": text(),
        "filename": text(),
        "state": {"type": "string", "enum": ["pending", "registered"]},
        "created": moment(),
    });
    let mut stuck = some(&repository);
    stuck["description"] =
        json!("those that wait for a human: their last build failed, or nobody publishes their changes by itself");
    let mut uploads = some(&upload);
    uploads["description"] = json!("those that wait to be taken in, or that somebody was to look at by now");
    let all = json!({
        "repositories": repositories,
        "stuck": stuck,
        "imports": some(&import),
        "purges": some(&purge),
        "retention": some(&run),
        "uploads": uploads,
        "queues": {"type": "object", "additionalProperties": queue()},
    });
    Operation::new(ABOUT, "What happens now, and what keeps things from happening").needs("read").json(
        200,
        "up to a hundred of each",
        json!({"type": "object", "properties": all}),
    )
}
