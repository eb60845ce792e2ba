//! What OpenAPI says of retention.

use colca_api::Operation;
use serde_json::{Value, json};

fn on_retention(summary: &'static str) -> Operation {
    Operation::new("retention", summary).needs("admin")
}

fn count(meaning: &str) -> Value {
    json!({"type": "integer", "description": meaning})
}

fn text(meaning: &str) -> Value {
    json!({"type": "string", "description": meaning})
}

fn maybe(meaning: &str) -> Value {
    json!({"type": ["string", "null"], "description": meaning})
}

fn moment(meaning: &str) -> Value {
    json!({"type": "string", "format": "date-time", "description": meaning})
}

fn token() -> Value {
    maybe("page-token of the next page; null if this is the last")
}

fn planned_object() -> Value {
    let tables = json!({"type": "array", "items": {"type": "string"}, "description": "of the configuration"});
    json!({
        "type": "object",
        "properties": {
            "repository": text("its path"),
            "changed": moment("when somebody last changed it"),
            "goes": {"type": "boolean", "description": "whether it would be purged"},
            "why": text("in words"),
            "rule": {"type": "object", "properties": {
                "tables": tables, "days": {"type": "integer"}, "keep_minimum": {"type": "integer"}, "pinned": {"type": "boolean"},
            }},
            "files": count("how many files it has"),
            "packages": count("how many of them are packages"),
            "bytes": count("their length"),
        },
    })
}

fn run_object() -> Value {
    json!({
        "type": "object",
        "properties": {
            "kind": {"type": "string", "enum": ["daily", "asked"]},
            "begun": moment("when it began"),
            "by": maybe("who asked"),
            "project": maybe("the one that it is for; null for all"),
            "purged": count("how many repositories it has purged so far"),
            "ended": {"type": ["string", "null"], "format": "date-time", "description": "when it was done with all"},
        },
    })
}

fn purge_object() -> Value {
    let left = json!({"type": "array", "items": {"type": "string"}, "description": "the files that could not be restored, and why"});
    json!({
        "type": "object",
        "properties": {
            "purge": text("its id"),
            "repository": text("its path"),
            "state": {"type": "string", "enum": ["purging", "purged", "restoring", "restored"]},
            "by": maybe("who asked; null if it was the run of the day"),
            "why": text("why it was purged"),
            "changed": moment("when it had last changed"),
            "begun": moment("when the purge began"),
            "until": moment("until when it can be restored"),
            "restorable": {"type": "boolean", "description": "whether it can be now"},
            "files": count("how many files it had"),
            "bytes": count("their length"),
            "turned_back": maybe("why it was restored though nobody asked, if so"),
            "left": left,
        },
    })
}

pub(crate) fn plan() -> Operation {
    let body = json!({
        "type": "object",
        "properties": {
            "enabled": {"type": "boolean", "description": "whether it is purged every day by itself"},
            "repositories": {"type": "array", "items": planned_object()},
            "next_page_token": token(),
        },
    });
    on_retention("Which repositories would be purged, and why; changes nothing")
        .query("project", "of this project alone")
        .query("all", "true: those that would stay as well")
        .query("limit", "how many an answer holds at most, 1 to 200; 100 if not given")
        .query("page-token", "where to go on: next_page_token of the answer before")
        .json(200, "by their paths; an answer that took long may hold less than the limit", body)
        .answer(400, "what is wrong: field, rule and value")
}

pub(crate) fn runs() -> Operation {
    on_retention("The last run that somebody asked for, and the last of those that come every day").json(
        200,
        "the runs",
        json!({"type": "array", "items": run_object()}),
    )
}

pub(crate) fn new_run() -> Operation {
    let body = json!({
        "type": "object",
        "properties": {"project": {"type": "string", "description": "this project alone"}},
        "additionalProperties": false,
    });
    on_retention("Purge what is old, within some minutes")
        .takes("application/json", body)
        .json(202, "it begins", run_object())
        .answer(404, "there is no such project")
        .answer(409, "one that somebody asked for is under way")
}

pub(crate) fn purges() -> Operation {
    let body = json!({
        "type": "object",
        "properties": {"purged": {"type": "array", "items": purge_object()}, "next_page_token": token()},
    });
    on_retention("What was purged, and until when it can be restored")
        .query("limit", "how many an answer holds at most, 1 to 1000; 100 if not given")
        .query("page-token", "where to go on: next_page_token of the answer before")
        .json(200, "the latest first", body)
        .answer(400, "what is wrong: field, rule and value")
}

pub(crate) fn purge() -> Operation {
    on_retention("A repository that was purged")
        .json(200, "what became of it", purge_object())
        .answer(404, "there is none of that id")
}

pub(crate) fn restored() -> Operation {
    on_retention("Restore a repository as it was, within a minute or so")
        .json(202, "it begins, or has begun", purge_object())
        .answer(404, "there is none of that id")
        .answer(409, "it cannot be: its grace is over, it was restored already, or is still being purged")
}
