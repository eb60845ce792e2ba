//! What OpenAPI says of imports.

use colca_api::Operation;
use serde_json::{Value, json};

fn on_imports(summary: &'static str) -> Operation {
    Operation::new("imports", summary).needs("admin")
}

fn import_object() -> Value {
    let count = |meaning: &str| json!({"type": "integer", "description": meaning});
    let text = |meaning: &str| json!({"type": "string", "description": meaning});
    let refusal = json!({"type": "object", "properties": {"path": {"type": "string"}, "reason": {"type": "string"}}});
    json!({
        "type": "object",
        "properties": {
            "import": text("its id"),
            "repository": {"type": "string"},
            "source": {"type": "string"},
            "arch": {"type": ["string", "null"]},
            "by": text("who asked"),
            "created": {"type": "string", "format": "date-time"},
            "state": {"type": "string", "enum": ["running", "done", "failed", "stopped"]},
            "reason": {"type": ["string", "null"], "description": "why it failed; what was taken in stays"},
            "stopped_by": {"type": ["string", "null"], "description": "who stopped it; what was taken in stays"},
            "trouble": {"type": ["string", "null"], "description": "what kept the next piece from being done; it is tried again for two days"},
            "pieces": count("how many pieces are done"),
            "last": {"type": ["string", "null"], "description": "the file that was looked at last"},
            "found": count("all files so far"),
            "taken_in": count("those that are new in the repository"),
            "same_already": count("those that it had already, not by this import"),
            "passed_over": count("those that are no packages"),
            "refused": count("those that cannot be in it"),
            "refusals": {"type": "array", "items": refusal, "description": "the first hundred of these: field, rule and value"},
        },
    })
}

pub(crate) fn imports() -> Operation {
    on_imports("All imports").json(200, "the latest first", json!({"type": "array", "items": import_object()}))
}

pub(crate) fn import() -> Operation {
    on_imports("An import, and how far it is")
        .json(200, "the import", import_object())
        .answer(404, "there is none of that id")
}

pub(crate) fn no_import() -> Operation {
    on_imports("Stop an import; what was taken in stays")
        .json(200, "it is stopped", import_object())
        .answer(404, "there is none of that id")
        .answer(409, "it is not running")
}

pub(crate) fn new_import() -> Operation {
    let source =
        "s3://bucket/prefix/, or the address of a repository: above repodata/, or https://\u{2026}/dists/codename/";
    let body = json!({
        "type": "object",
        "required": ["repository", "source"],
        "properties": {
            "repository": {"type": "string", "description": "the path of the one that gets the packages, such as P/R/S/D/V/flavors/F"},
            "source": {"type": "string", "description": source},
            "arch": {"type": "string", "description": "register all for this one; each for that of its own header without it"},
        },
        "additionalProperties": false,
    });
    on_imports("Take in packages that lie elsewhere already, piece by piece").takes("application/json", body).json(
        202,
        "it begins",
        import_object(),
    )
}
