//! What OpenAPI says of changes.

use colca_api::Operation;
use serde_json::json;

const FILES: &str = "files";
const REPOSITORIES: &str = "repositories";
const JSON: &str = "application/json";

pub(crate) fn file() -> Operation {
    Operation::new(FILES, "Delete a file")
        .needs("upload")
        .answer(204, "it is gone; the repository follows")
        .answer(404, "there is no such file")
}

pub(crate) fn repository() -> Operation {
    Operation::new(REPOSITORIES, "Delete a repository with all its files")
        .needs("upload")
        .answer(204, "it is gone; what the CDN serves follows")
        .answer(404, "there is no such repository")
}

fn on_repository(summary: &'static str) -> Operation {
    Operation::new(REPOSITORIES, summary)
        .needs("upload")
        .json(200, "the repository", json!({"type": "object"}))
        .answer(404, "there is no such repository")
}

pub(crate) fn set_type() -> Operation {
    let body = json!({
        "type": "object",
        "properties": {
            "type": {"type": "string", "enum": ["rpm", "deb", "raw"]},
            "needs_update": {"type": "boolean", "description": "true: have it built"},
            "distro": {"type": "string"},
            "distro_version": {"type": "string"},
            "ref": {"type": "string"},
        },
        "additionalProperties": false,
    });
    on_repository("Set the type of a repository, or have it built").takes(JSON, body)
}

pub(crate) fn update() -> Operation {
    on_repository("Have what changed published")
}

pub(crate) fn recreate() -> Operation {
    on_repository("Have all metadata written anew")
}

pub(crate) fn extra() -> Operation {
    let any = json!({"description": "any JSON", "type": ["object", "array", "string", "number", "boolean", "null"]});
    on_repository("Replace what is noted about a repository, by any JSON").takes(JSON, any)
}

pub(crate) fn promote() -> Operation {
    let body = json!({
        "type": "object",
        "required": ["revision"],
        "properties": {
            "revision": {"description": "its number, or latest: whatever is uploaded", "type": ["integer", "string"]},
            "repository": {"type": "string", "description": "whose revision, if not its own: P/R/S/D/V/flavors/F"},
        },
        "additionalProperties": false,
    });
    on_repository("Choose what is published: an earlier revision, another repository's, or the newest files")
        .takes(JSON, body)
}

pub(crate) fn pin() -> Operation {
    Operation::new(REPOSITORIES, "Have a revision stay, with all that it lists")
        .needs("upload")
        .answer(204, "it stays")
        .answer(404, "there is no such revision any more")
}

pub(crate) fn unpin() -> Operation {
    Operation::new(REPOSITORIES, "Let a revision go")
        .needs("upload")
        .answer(204, "it goes after the grace period, unless it is the current one")
        .answer(404, "it is not pinned")
}
