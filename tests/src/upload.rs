//! Uploading as a CI does: ask for a ticket, PUT the bytes, ask what became of them.

use std::{fs, path::Path};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{Client, Repository, Response, rpms, wait};

/// What a test uploads: a name and bytes.
#[derive(Debug, Clone)]
pub struct Package {
    /// The name of the file.
    pub filename: String,
    /// The architecture to say in the ticket.
    pub arch: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl Package {
    /// A file; its architecture is read off its name.
    ///
    /// # Panics
    /// If there is no such file.
    #[must_use]
    pub fn read(path: &Path) -> Self {
        Self::new(rpms::name(path), fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
    }

    /// Bytes under a name.
    #[must_use]
    pub fn new(filename: &str, bytes: Vec<u8>) -> Self {
        let arch = match filename.strip_suffix(".rpm").and_then(|stem| stem.rsplit_once('.')) {
            Some((_, "src" | "nosrc")) => "source",
            Some((_, arch)) => arch,
            None => "noarch",
        };
        Self { filename: filename.to_owned(), arch: arch.to_owned(), bytes }
    }

    /// The SHA-256 in hex.
    #[must_use]
    pub fn sha256(&self) -> String {
        hex::encode(Sha256::digest(&self.bytes))
    }

    /// The request for a ticket.
    #[must_use]
    pub fn request(&self, repository: &Repository) -> Value {
        let mut request = repository.fields(&self.arch);
        request["filename"] = json!(self.filename);
        request["size"] = json!(self.bytes.len());
        request["sha256"] = json!(self.sha256());
        request
    }
}

/// Asks for a ticket.
#[must_use]
pub fn ticket(request: &Value) -> Response {
    Client::uploader().post("/uploads", request)
}

/// Sends bytes to the URL of a ticket of one part, with the headers it asks for.
#[must_use]
pub fn put(ticket: &Value, bytes: &[u8]) -> Response {
    let headers = ticket["headers"].as_object().cloned().unwrap_or_default();
    let headers: Vec<_> = headers.iter().map(|(name, value)| (name.as_str(), text(value))).collect();
    Client::anonymous().send(text(&ticket["method"]), text(&ticket["url"]), &headers, bytes)
}

/// Uploads one file and waits for the end of it: the state object, `registered` or `rejected`.
#[must_use]
pub fn upload(repository: &Repository, package: &Package) -> Value {
    finish(&send(package, &package.request(repository)))
}

/// Uploads one file that replaces what is there.
#[must_use]
pub fn upload_with_force(repository: &Repository, package: &Package) -> Value {
    finish(&send_with_force(repository, package))
}

/// Sends one file that replaces what is there, and gives its ticket.
#[must_use]
pub fn send_with_force(repository: &Repository, package: &Package) -> Value {
    let mut request = package.request(repository);
    request["force"] = json!(true);
    send(package, &request)
}

/// Uploads one file that must end registered.
#[track_caller]
pub fn register(repository: &Repository, package: &Package) -> Value {
    let state = upload(repository, package);
    assert_eq!(state["state"], "registered", "{} was refused: {state}", package.filename);
    state
}

/// Uploads one file over whatever is there, and waits until it is published.
#[track_caller]
pub fn publish(repository: &Repository, package: &Package) -> Value {
    let state = upload_with_force(repository, package);
    assert_eq!(state["state"], "registered", "{} was refused: {state}", package.filename);
    wait_until_published(text(&state["upload_id"]))
}

/// Waits until clients see what an upload brought.
pub fn wait_until_published(id: &str) -> Value {
    wait::until(&format!("upload {id} to be published"), || {
        let state = state(id);
        (state["published"] == json!(true)).then_some(state)
    })
}

/// Uploads any number of files, a hundred at once, and waits until clients see them all.
pub fn publish_all(repository: &Repository, packages: &[Package]) {
    let states: Vec<_> = packages.chunks(100).flat_map(|some| register_all(repository, some)).collect();
    for state in states {
        wait_until_published(text(&state["upload_id"]));
    }
}

/// Uploads many files by one array of requests, all of which must end registered: their states.
pub fn register_all(repository: &Repository, packages: &[Package]) -> Vec<Value> {
    let requests: Vec<_> = packages.iter().map(|package| package.request(repository)).collect();
    let tickets = ticket(&json!(requests)).expect(201).json();
    let tickets = tickets.as_array().expect("an array for an array").clone();
    assert_eq!(tickets.len(), packages.len());
    for (ticket, package) in tickets.iter().zip(packages) {
        let _ = put(ticket, &package.bytes).expect(200);
    }
    let end = |(ticket, package): (&Value, &Package)| {
        let state = finish(ticket);
        assert_eq!(state["state"], "registered", "{} was refused: {state}", package.filename);
        state
    };
    tickets.iter().zip(packages).map(end).collect()
}

/// Waits until an upload is registered or rejected.
#[must_use]
pub fn finish(ticket: &Value) -> Value {
    let id = text(&ticket["upload_id"]);
    wait::until(&format!("upload {id} to end"), || {
        let state = state(id);
        (state["state"] != "pending").then_some(state)
    })
}

/// What became of an upload so far.
#[must_use]
pub fn state(id: &str) -> Value {
    Client::uploader().get(&format!("/uploads/{id}")).expect(200).json()
}

/// Gets a ticket and sends the bytes.
fn send(package: &Package, request: &Value) -> Value {
    let ticket = ticket(request).expect(201).json();
    let _ = put(&ticket, &package.bytes).expect(200);
    ticket
}

/// A string of a JSON object that must be there.
#[must_use]
#[track_caller]
pub fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("not a string: {value}"))
}
