//! Importing as an admin does: begin one, ask how far it is.

use serde_json::{Value, json};

use crate::{Client, Repository, Response, aws, stack, upload::Package, upload::text, wait};

/// Where imports begin.
pub const URL: &str = "/admin/imports";

/// A prefix of the incoming bucket with these packages, as somebody's `aws s3 sync` leaves them: `s3://…/`.
#[must_use]
pub fn prefix<'a>(repository: &Repository, packages: impl IntoIterator<Item = &'a Package>) -> String {
    let prefix = format!("import/{}/", repository.project);
    for package in packages {
        put(repository, &package.filename, &package.bytes);
    }
    format!("s3://{}/{prefix}", stack().incoming())
}

/// Puts one object more below that prefix.
pub fn put(repository: &Repository, path: &str, bytes: &[u8]) {
    aws::put(stack().incoming(), &format!("import/{}/{path}", repository.project), bytes);
}

/// The body that asks for an import.
#[must_use]
pub fn request(repository: &Repository, source: &str) -> Value {
    json!({"repository": repository.prefix().trim_start_matches("repos/"), "source": source})
}

/// Asks for an import.
#[must_use]
pub fn post(body: &Value) -> Response {
    Client::uploader().post(URL, body)
}

/// Begins an import: its id.
#[must_use]
#[track_caller]
pub fn begin(repository: &Repository, source: &str) -> String {
    text(&post(&request(repository, source)).expect(202).json()["import"]).to_owned()
}

/// How far an import is.
#[must_use]
pub fn state(id: &str) -> Value {
    Client::uploader().get(&format!("{URL}/{id}")).expect(200).json()
}

/// Waits until an import has ended.
#[must_use]
pub fn finish(id: &str) -> Value {
    wait::until(&format!("import {id} to end"), || {
        let state = state(id);
        (state["state"] != "running").then_some(state)
    })
}

/// Asserts how an import ended: found, taken in, same already, passed over, refused.
#[track_caller]
pub fn assert_counts(import: &Value, counts: [u64; 5]) {
    let names = ["found", "taken_in", "same_already", "passed_over", "refused"];
    assert_eq!(names.map(|name| import[name].as_u64().expect("a number")), counts, "{names:?} of {import:#}");
}
