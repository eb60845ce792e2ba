//! What was published of a repository, and when.

use serde_json::{Value, json};

use crate::{Client, Repository, Response, aws, chacra, repodata::Repodata, stack, upload::text};

/// Where the revisions of a repository are.
#[must_use]
pub fn url(repository: &Repository) -> String {
    format!("{}revisions", chacra::repository(repository))
}

/// All of them, the newest first.
#[must_use]
#[track_caller]
pub fn all(repository: &Repository) -> Vec<Value> {
    chacra::read(&url(repository)).as_array().expect("a list").clone()
}

/// The number of one.
#[must_use]
#[track_caller]
pub fn number(revision: &Value) -> u64 {
    revision["revision"].as_u64().unwrap_or_else(|| panic!("no number: {revision}"))
}

/// The number of the one that clients get.
#[must_use]
#[track_caller]
pub fn current(repository: &Repository) -> u64 {
    let all = all(repository);
    let current: Vec<_> = all.iter().filter(|revision| revision["current"] == json!(true)).collect();
    assert_eq!(current.len(), 1, "one is current: {all:?}");
    number(current[0])
}

/// The names of the packages of one, sorted.
#[must_use]
#[track_caller]
pub fn names(repository: &Repository, revision: u64) -> Vec<String> {
    let one = chacra::read(&format!("{}/{revision}", url(repository)));
    let contents = one["contents"].as_array().unwrap_or_else(|| panic!("no contents: {one}"));
    let mut names: Vec<_> = contents.iter().map(|package| text(&package["name"]).to_owned()).collect();
    names.sort();
    names
}

/// Points a repository at what a body says.
#[must_use]
pub fn promote(repository: &Repository, body: &Value) -> Response {
    Client::uploader().post(&format!("{}promote", chacra::repository(repository)), body)
}

/// Keeps a revision, or no longer does.
#[must_use]
pub fn pin(repository: &Repository, revision: u64, method: &str) -> Response {
    chacra::send(method, &format!("{}/{revision}/pin", url(repository)))
}

/// The metadata of one directory as it was in a revision, past the CDN's cache; `None` if it is there no more.
#[must_use]
pub fn repodata(repository: &Repository, revision: u64, directory: &str) -> Option<Repodata> {
    let entry = "repodata/repomd.xml";
    Repodata::read(|name| {
        let snapshot = if name == entry { format!("@{revision}/") } else { String::new() };
        aws::object(stack().store(), &format!("{}/{snapshot}{directory}/{name}", repository.prefix()))
    })
}
