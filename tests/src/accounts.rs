//! Accounts that tests make, as an administrator does; each is deleted when its test has passed.

use std::{
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{Client, Response, tools, unique, upload::text, wait};

/// A new secret is taken everywhere after two seconds, and this is a little more.
const TAKEN: Duration = Duration::from_millis(2_500);

/// A secret that was deleted is refused everywhere after a minute, and this is more.
pub const FORGOTTEN: Duration = Duration::from_secs(90);

/// One account.
#[derive(Debug)]
pub struct Account {
    /// What it is called, by no other test and no earlier run.
    pub name: String,
}

impl Account {
    /// A new one without secrets.
    #[must_use]
    pub fn new(test: &str, scopes: &[&str]) -> Self {
        let account = Self { name: unique::project(test) };
        let _ = put(&account.url(), &json!({"scopes": scopes})).expect(201);
        account
    }

    /// Where it is administrated.
    #[must_use]
    pub fn url(&self) -> String {
        format!("/admin/accounts/{}", self.name)
    }

    /// Adds a secret, and waits until it is taken everywhere: what was answered.
    #[must_use]
    pub fn add_secret(&self, wanted: &Value) -> Value {
        let answer = post(&format!("{}/secrets", self.url()), wanted).expect(201).json();
        let since = Instant::now();
        wait::until("a new secret to be taken everywhere", || (since.elapsed() > TAKEN).then_some(()));
        answer
    }

    /// Adds a token: its id, and a client that shows it.
    #[must_use]
    pub fn add_token(&self) -> (String, Client) {
        let answer = self.add_secret(&json!({}));
        (text(&answer["id"]).to_owned(), Client::with_credentials(&self.name, text(&answer["token"])))
    }

    /// Deletes a secret.
    pub fn delete_secret(&self, id: &str) {
        let _ = delete(&format!("{}/secrets/{id}", self.url())).expect(204);
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        // A test that fails leaves it: whatever it failed for may make this fail too, and that would end all tests.
        if !thread::panicking() {
            let _ = delete(&self.url());
        }
    }
}

/// PUT of JSON by the user of the deployment.
#[must_use]
pub fn put(url: &str, body: &Value) -> Response {
    patiently("PUT", url, body.to_string().as_bytes())
}

/// POST of JSON by the user of the deployment.
#[must_use]
pub fn post(url: &str, body: &Value) -> Response {
    patiently("POST", url, body.to_string().as_bytes())
}

/// DELETE by the user of the deployment.
#[must_use]
pub fn delete(url: &str) -> Response {
    patiently("DELETE", url, b"")
}

/// All accounts are one secret, and other tests change theirs: 503 says to try again in a moment.
fn patiently(method: &str, url: &str, body: &[u8]) -> Response {
    wait::until("an administrator's turn", || {
        let response = Client::uploader().send(method, url, &[("content-type", "application/json")], body);
        (response.status != 503).then_some(response)
    })
}

/// A time so many seconds from now, or before.
#[must_use]
pub fn in_seconds(seconds: i64) -> String {
    let time = tools::output("date", ["-u", "-d", &format!("{seconds} seconds"), "+%Y-%m-%dT%H:%M:%SZ"]);
    time.trim().to_owned()
}
