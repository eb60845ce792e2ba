//! What OpenAPI says of what is read.

use colca_api::Operation;
use serde_json::{Value, json};

use crate::search_parameters::PARAMETERS;

const ABOUT: &str = "about";
const FILES: &str = "files";
const REPOSITORIES: &str = "repositories";

fn lists() -> Value {
    json!({"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}})
}

fn text() -> Value {
    json!({"type": "string"})
}

/// A file in chacra's words.
fn binary() -> Value {
    let names = ["name", "project", "ref", "sha1", "distro", "distro_version", "flavor", "arch", "created", "modified"];
    let mut properties: serde_json::Map<String, Value> =
        names.map(|name| (name.to_owned(), text())).into_iter().collect();
    for name in ["last_changed", "path", "built_by", "checksum", "sha256", "sha512"] {
        properties.insert(name.to_owned(), json!({"type": ["string", "null"]}));
    }
    properties.insert("signed".to_owned(), json!({"type": "boolean"}));
    properties.insert("size".to_owned(), json!({"type": "integer"}));
    json!({"type": "object", "properties": properties})
}

fn state() -> Value {
    json!({"type": "string", "enum": ["requested", "queued", "building", "ready", "failed", "held"]})
}

fn problems() -> Value {
    let meaning = "what keeps files from being published, such as a source package that is not complete";
    json!({"type": "array", "items": {"type": "string"}, "description": meaning})
}

fn repository_object() -> Value {
    let names = ["project_name", "ref", "sha1", "distro", "distro_version", "flavor", "modified"];
    let mut properties: serde_json::Map<String, Value> =
        names.map(|name| (name.to_owned(), text())).into_iter().collect();
    for name in ["signed", "needs_update", "is_queued", "is_updating"] {
        properties.insert(name.to_owned(), json!({"type": "boolean"}));
    }
    properties.insert("state".to_owned(), state());
    properties.insert("problems".to_owned(), problems());
    let why = "why the last build published nothing, if it could not";
    properties.insert("failed".to_owned(), json!({"type": ["string", "null"], "description": why}));
    let held = json!({"revision": {"type": "integer"}, "repository": {"type": "string"}});
    let why = "what somebody promoted: it is published until something else is, or the newest files are";
    properties.insert("held".to_owned(), json!({"type": ["object", "null"], "properties": held, "description": why}));
    for name in ["size", "revision", "packages"] {
        properties.insert(name.to_owned(), json!({"type": "integer"}));
    }
    properties.insert("path".to_owned(), json!({"type": ["string", "null"]}));
    properties.insert("type".to_owned(), json!({"type": ["string", "null"], "enum": ["rpm", "deb", "raw", null]}));
    properties.insert("archs".to_owned(), json!({"type": "array", "items": {"type": "string"}}));
    properties.insert(
        "extra".to_owned(),
        json!({"description": "any JSON", "type": ["object", "array", "string", "number", "boolean", "null"]}),
    );
    json!({"type": "object", "properties": properties})
}

pub(crate) fn root() -> Operation {
    Operation::new(ABOUT, "What this is, and which projects there are").json(
        200,
        "the projects",
        json!({"type": "object"}),
    )
}

pub(crate) fn openapi() -> Operation {
    Operation::new(ABOUT, "This description").json(200, "an OpenAPI document", json!({"type": "object"}))
}

pub(crate) fn health() -> Operation {
    Operation::new(ABOUT, "Whether the tables and the store answer").answer(204, "they do").answer(500, "one does not")
}

pub(crate) fn error() -> Operation {
    Operation::new(
        ABOUT,
        "chacra's pages for errors: schema, invalid, not_allowed, forbidden, not_found, unavailable, error",
    )
    .query("error_message", "the text to answer with")
    .answer(400, "schema, invalid")
    .answer(403, "forbidden")
    .answer(404, "not_found")
    .answer(405, "not_allowed")
    .answer(500, "error")
    .answer(503, "unavailable")
}

pub(crate) fn search() -> Operation {
    let search = Operation::new(FILES, "The files of which all of this is true, the newest first, page by page");
    let search = PARAMETERS.iter().fold(search, |search, (name, meaning)| search.query(name, meaning));
    search
        .json(200, "files; the header Link names the next page", json!({"type": "array", "items": binary()}))
        .answer(400, "an unknown parameter, one that is there twice, a bad value, or a page-token of another search")
}

pub(crate) fn public() -> Operation {
    Operation::new(REPOSITORIES, "The public tree").answer(302, "the same path of the CDN")
}

pub(crate) fn level() -> Operation {
    Operation::new(FILES, "Two levels of what is below")
        .json(200, "each name, with the names below it", lists())
        .answer(404, "there is no such path")
}

pub(crate) fn version() -> Operation {
    Operation::new(FILES, "The files of a version, of all flavors")
        .json(200, "each architecture, with the names of its files", lists())
        .answer(404, "there is no file")
}

pub(crate) fn arch() -> Operation {
    Operation::new(FILES, "The files of an architecture, of all flavors or of one")
        .json(200, "each file by its name", json!({"type": "object", "additionalProperties": binary()}))
        .answer(404, "there is no file")
}

pub(crate) fn flavors() -> Operation {
    Operation::new(FILES, "The flavors of an architecture").json(
        200,
        "each flavor, with the names of its files",
        lists(),
    )
}

pub(crate) fn file() -> Operation {
    Operation::new(FILES, "A file").answer(302, "where its bytes are").answer(404, "there is no such file")
}

pub(crate) fn file_head() -> Operation {
    Operation::new(FILES, "Whether a file is there, and its length").answer(200, "it is").answer(404, "it is not")
}

pub(crate) fn names() -> Operation {
    Operation::new(REPOSITORIES, "The names below")
        .json(200, "a plain list", json!({"type": "array", "items": {"type": "string"}}))
        .answer(404, "there is no such path")
}

pub(crate) fn repository() -> Operation {
    Operation::new(REPOSITORIES, "A repository: what is published, what is due")
        .json(200, "the repository", repository_object())
        .answer(404, "there is no such repository")
}

/// How a repository stands. Its moments are as in the repository object.
fn status_object() -> Value {
    let moment = |meaning: &str| json!({"type": ["string", "null"], "description": meaning});
    let oldest = json!({
        "type": ["object", "null"],
        "properties": {
            "id": {"type": "string", "description": "of a file that was added, mostly the id of its upload"},
            "change": {"type": "string", "enum": ["added", "removed", "asked"]},
            "filename": {"type": ["string", "null"]},
            "at": moment("the moment that the id begins with"),
        },
    });
    let more = json!({"type": "boolean", "description": "whether there may be more than were counted"});
    let changes =
        json!({"type": "object", "properties": {"count": {"type": "integer"}, "more": more, "oldest": oldest}});
    let published = json!({
        "type": ["object", "null"],
        "properties": {"revision": {"type": "integer"}, "packages": {"type": "integer"}, "at": {"type": "string"}},
    });
    json!({
        "type": "object",
        "properties": {
            "repository": {"type": "string"},
            "state": state(),
            "ready": {"type": "boolean", "description": "whether everything that was registered is published"},
            "why": {"type": "string", "description": "what happens now, and what has to happen next"},
            "since": moment("since when its build is due, or it has no files"),
            "until": moment("until when it waits for more uploads, or its builder is believed alive"),
            "changes": changes,
            "published": published,
            "problems": problems(),
            "verifying": moment("when somebody asked whether it is sound, if nobody has looked since"),
            "automatic": {"type": "boolean", "description": "whether uploads have it built"},
            "disabled": {"type": "boolean", "description": "whether it is never built"},
            "quiet_seconds": {"type": "integer", "description": "how long a build waits for more uploads"},
        },
    })
}

pub(crate) fn status() -> Operation {
    Operation::new(REPOSITORIES, "What happens to a repository now, and why it is not ready")
        .json(200, "how it stands", status_object())
        .answer(404, "there is no such repository")
}

pub(crate) fn repository_file() -> Operation {
    Operation::new(REPOSITORIES, "The file that makes a package manager use the repository")
        .answer(200, "a file for dnf or zypper, or a line for apt")
        .answer(204, "the repository has no metadata")
        .answer(404, "there is no such repository")
}

pub(crate) fn sources_file() -> Operation {
    Operation::new(REPOSITORIES, "The file that makes apt use the repository, with its key in it")
        .answer(200, "a deb822 .sources file")
        .answer(204, "the repository is no Debian archive")
        .answer(404, "there is no such repository")
}

fn revision_object() -> Value {
    json!({
        "type": "object",
        "properties": {
            "revision": {"type": "integer"},
            "published": {"type": "string", "format": "date-time"},
            "cause": {"type": "string", "enum": ["changed", "asked", "promoted", "merged"]},
            "type": {"type": "string", "enum": ["rpm", "deb", "raw"]},
            "packages": {"type": "integer"},
            "pinned": {"type": "boolean"},
            "current": {"type": "boolean"},
            "url": {"type": "string", "description": "where it can be read as long as it is there"},
        },
    })
}

fn listed() -> Value {
    let properties = json!({
        "path": {"type": "string"},
        "name": {"type": "string"},
        "version": {"type": "string"},
        "arch": {"type": "string"},
        "size": {"type": "integer"},
        "sha256": {"type": "string"},
        "codenames": {"type": "array", "items": {"type": "string"}},
    });
    json!({"type": "array", "items": {"type": "object", "properties": properties}})
}

pub(crate) fn revisions() -> Operation {
    Operation::new(REPOSITORIES, "What was published and is still there, the newest first")
        .json(200, "up to 200 revisions", json!({"type": "array", "items": revision_object()}))
        .answer(404, "there is no such repository")
}

pub(crate) fn revision() -> Operation {
    let mut object = revision_object();
    object["properties"]["contents"] = listed();
    Operation::new(REPOSITORIES, "A revision, with all that it lists")
        .json(200, "the revision", object)
        .answer(404, "there is no such revision any more")
}

pub(crate) fn difference() -> Operation {
    let difference = json!({"type": "object", "properties": {"added": listed(), "removed": listed()}});
    Operation::new(REPOSITORIES, "How a revision differs from another")
        .query("from", "the number of the other")
        .json(200, "what only one of them lists", difference)
        .answer(404, "there is no such revision any more")
}

pub(crate) fn action_head() -> Operation {
    Operation::new(REPOSITORIES, "Whether a POST would be heard")
        .needs("upload")
        .answer(200, "it would")
        .answer(404, "there is no such repository")
}

pub(crate) fn action_get() -> Operation {
    Operation::new(REPOSITORIES, "Nothing: these take POST alone").needs("upload").answer(405, "only POST")
}
