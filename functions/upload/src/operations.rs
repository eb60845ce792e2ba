//! What OpenAPI says of uploads.

use colca_api::Operation;
use serde_json::{Value, json};

const UPLOADS: &str = "uploads";
const FILES: &str = "files";
const JSON: &str = "application/json";
const FORM: &str = "multipart/form-data";

fn ticket_request() -> Value {
    let text = json!({"type": "string"});
    json!({
        "type": "object",
        "required": ["project", "ref", "sha1", "distro", "distro_version", "arch", "filename", "size", "sha256"],
        "properties": {
            "project": text, "ref": text, "sha1": text, "distro": text, "distro_version": text, "flavor": text,
            "arch": text, "filename": text,
            "size": {"type": "integer", "minimum": 0},
            "sha256": {"type": "string", "pattern": "^[0-9a-fA-F]{64}$"},
            "sha512": {"type": "string", "pattern": "^[0-9a-fA-F]{128}$"},
            "force": {"type": "boolean"},
        },
        "additionalProperties": false,
    })
}

fn state() -> Value {
    json!({
        "type": "object",
        "required": ["upload_id", "state"],
        "properties": {
            "upload_id": {"type": "string"},
            "trace_id": {
                "type": "string",
                "pattern": "^[0-9a-f]{32}$",
                "description": "what all that is done for this upload is logged under, up to the revision that publishes it",
            },
            "state": {"type": "string", "enum": ["pending", "registered", "rejected"]},
            "reason": {"type": "string"},
            "notes": {"type": "array", "items": {"type": "string"}},
            "published": {"type": "boolean"},
            "missing": {
                "type": "array",
                "items": {"type": "string"},
                "description": "of a source package: the files that its .dsc names and that have not arrived",
            },
            "replaced": {"type": "boolean", "description": "other bytes are registered under its name by now"},
            "deleted": {"type": "boolean", "description": "nothing is registered under its name any more"},
            "method": {"type": "string"},
            "url": {"type": "string"},
            "headers": {"type": "object", "additionalProperties": {"type": "string"}},
            "expires_at": {"type": "string", "format": "date-time"},
            "part_size": {"type": "integer"},
            "parts": {"type": "array", "items": {"type": "object"}},
            "uploaded_parts": {"type": "array", "items": {"type": "object"}},
        },
    })
}

fn form() -> Value {
    json!({
        "type": "object",
        "required": ["file"],
        "properties": {
            "file": {"type": "string", "format": "binary"},
            "force": {"type": "string", "description": "any value: replace what is there"},
        },
    })
}

pub(crate) fn tickets() -> Operation {
    let requests = json!({"oneOf": [ticket_request(), {"type": "array", "items": ticket_request(), "maxItems": 100}]});
    Operation::new(UPLOADS, "Tickets: signed URLs to put files to")
        .needs("upload")
        .takes(JSON, requests)
        .json(200, "these very bytes are registered already", state())
        .json(201, "a ticket; an array of them for an array of requests", state())
        .json(207, "an array of tickets and refusals", json!({"type": "array", "items": {"type": "object"}}))
        .answer(409, "the name is taken by other bytes, and force was not used")
        .counted()
}

pub(crate) fn upload() -> Operation {
    Operation::new(UPLOADS, "What became of an upload; fresh URLs while it is pending")
        .needs("read")
        .json(200, "its state", state())
        .answer(404, "there is no such upload, or it ended long ago")
}

pub(crate) fn completion() -> Operation {
    Operation::new(UPLOADS, "All parts are there: make one file of them")
        .needs("upload")
        .json(202, "its state", state())
        .answer(404, "there is no such upload")
        .answer(409, "a part is missing, or of the wrong length")
}

pub(crate) fn project() -> Operation {
    Operation::new(FILES, "Create a project without files").needs("upload").answer(200, "there is one now")
}

pub(crate) fn new_file() -> Operation {
    Operation::new(FILES, "Upload a file as chacra's clients do")
        .needs("upload")
        .takes(FORM, form())
        .answer(200, "it replaced another")
        .answer(201, "it is registered")
        .answer(413, "it is larger than this place takes: use a ticket, or colca-serve")
        .counted()
}

pub(crate) fn replaced_file() -> Operation {
    Operation::new(FILES, "Replace a file")
        .needs("upload")
        .takes(FORM, form())
        .answer(200, "it is replaced")
        .answer(404, "there is no such file")
        .answer(413, "it is larger than this place takes: use a ticket, or colca-serve")
        .counted()
}

pub(crate) fn metadata() -> Operation {
    let metadata = json!({
        "type": "object",
        "required": ["name"],
        "properties": {"name": {"type": "string"}, "force": {"type": "boolean"}, "built_by": {"type": "string"}},
    });
    Operation::new(FILES, "Say who built a file")
        .needs("upload")
        .takes(JSON, metadata)
        .answer(200, "it is noted")
        .answer(404, "there is no such file")
}

pub(crate) fn flavors() -> Operation {
    Operation::new(FILES, "Nothing: flavors come with their files").answer(405, "only GET")
}
