//! What chacra's clients do: its URLs, one request a file, and what is read off an answer.

use serde_json::{Value, json};
use sha2::{Digest, Sha512};

use crate::{Client, Repository, Response, multipart::Form, upload::text};

/// The sixteen fields of chacra's binary object, and our two.
pub const BINARY: [&str; 18] = [
    "arch",
    "built_by",
    "checksum",
    "created",
    "distro",
    "distro_version",
    "flavor",
    "last_changed",
    "modified",
    "name",
    "path",
    "project",
    "ref",
    "sha1",
    "sha256",
    "sha512",
    "signed",
    "size",
];

/// The sixteen fields of chacra's repository object, and our six.
pub const REPOSITORY: [&str; 22] = [
    "archs",
    "distro",
    "distro_version",
    "extra",
    "failed",
    "flavor",
    "held",
    "is_queued",
    "is_updating",
    "modified",
    "needs_update",
    "packages",
    "path",
    "problems",
    "project_name",
    "ref",
    "revision",
    "sha1",
    "signed",
    "size",
    "state",
    "type",
];

/// Where the files of an architecture are, `/binaries/P/R/S/D/V/A/`: an upload here goes to the flavor `default`.
#[must_use]
pub fn arch(repository: &Repository, arch: &str) -> String {
    format!("/binaries/{}/{arch}/", repository.path())
}

/// Where the files of an architecture are with the flavor named, `/binaries/P/R/S/D/V/A/flavors/F/`.
#[must_use]
pub fn flavor(repository: &Repository, arch: &str) -> String {
    format!("/binaries/{}/{arch}/flavors/{}/", repository.path(), repository.flavor)
}

/// The repository with its flavor named, `/repos/P/R/S/D/V/flavors/F/`.
#[must_use]
pub fn repository(repository: &Repository) -> String {
    format!("/repos/{}/flavors/{}/", repository.path(), repository.flavor)
}

/// A URL with its slash at the end and without it: neither may be redirected to the other.
#[must_use]
pub fn both(url: &str) -> [&str; 2] {
    [url, url.trim_end_matches('/')]
}

/// Uploads a file to a directory.
#[must_use]
pub fn post(directory: &str, filename: &str, bytes: &[u8]) -> Response {
    Form::of(filename, bytes).send(&Client::uploader(), "POST", directory)
}

/// Replaces the bytes of a file.
#[must_use]
pub fn put(file: &str, bytes: &[u8]) -> Response {
    Form::of("whatever", bytes).send(&Client::uploader(), "PUT", file)
}

/// A request with the stack's credentials and no body.
#[must_use]
pub fn send(method: &str, url: &str) -> Response {
    Client::uploader().send(method, url, &[], b"")
}

/// What anybody reads at a URL.
#[must_use]
#[track_caller]
pub fn read(url: &str) -> Value {
    Client::anonymous().get(url).expect(200).json()
}

/// The bytes of a file, from where its URL sends us.
#[must_use]
#[track_caller]
pub fn download(file: &str) -> Vec<u8> {
    let redirect = Client::anonymous().get(file).expect(302);
    Client::anonymous().get(redirect.header("location").expect("302 says where to")).expect(200).body
}

/// The length that HEAD tells. API Gateway writes the length of the body that it got, which is empty, and ours under
/// another name.
#[must_use]
pub fn length(head: &Response) -> Option<&str> {
    head.header("x-amzn-remapped-content-length").or_else(|| head.header("content-length"))
}

/// The SHA-512 in hex, which chacractl compares after every upload.
#[must_use]
pub fn sha512(bytes: &[u8]) -> String {
    hex::encode(Sha512::digest(bytes))
}

/// The body of a refusal: whatever the status, it is JSON with a message.
#[track_caller]
pub fn refused(response: Response, status: u16) -> Value {
    let response = response.expect(status);
    assert_eq!(response.header("content-type"), Some("application/json"), "{}", response.text());
    let body = response.json();
    assert!(!text(&body["message"]).is_empty(), "{body}");
    body
}

/// A refusal for bad input must name the field and its rule, and show the value.
#[track_caller]
pub fn refused_for(response: Response, field: &str) {
    let body = refused(response, 400);
    assert_eq!(body["field"], json!(field), "{body}");
    assert!(body["rule"].is_string() && body["value"].is_string(), "{body}");
}

/// An object must have these fields and no others.
#[track_caller]
pub fn has_fields(object: &Value, fields: &[&str]) {
    let found: Vec<_> = object.as_object().expect("an object").keys().map(String::as_str).collect();
    assert_eq!(found, fields);
}

/// The names of a list, sorted: chacra gives them in any order.
#[must_use]
#[track_caller]
pub fn names(list: &Value) -> Vec<&str> {
    let mut names: Vec<_> = list.as_array().unwrap_or_else(|| panic!("not a list: {list}")).iter().map(text).collect();
    names.sort_unstable();
    names
}
