//! Keys that tests make, as an administrator does; each is deleted when its test has passed.

use std::thread;

use serde_json::{Value, json};

use crate::{
    Client, Repository, Response, accounts, aws, gpg,
    section::{Section, signed_by},
    unique,
    upload::text,
};

/// Where they are administrated.
pub const URL: &str = "/admin/keys";

/// One key.
#[derive(Debug)]
pub struct Key {
    /// What it is called, by no other test and no earlier run.
    pub name: String,
}

impl Key {
    /// Has one made, for example of `ed25519`.
    #[must_use]
    #[track_caller]
    pub fn generate(test: &str, algorithm: &str) -> Self {
        Self::from(test, &json!({"generate": {"algorithm": algorithm, "user_id": user(test)}}))
    }

    /// Brings one, as `gpg --armor --export-secret-keys` writes it.
    #[must_use]
    #[track_caller]
    pub fn import(test: &str, armored: &str) -> Self {
        Self::from(test, &json!({"import": armored}))
    }

    /// One that is held by KMS, where it was made for this test: `RSA_4096`, `ECC_NIST_P256`.
    #[must_use]
    #[track_caller]
    pub fn in_kms(test: &str, kind: &str) -> Self {
        let wish = json!({"KeySpec": kind, "KeyUsage": "SIGN_VERIFY", "Description": unique::project(test)});
        let made = aws::call("kms", "TrentService.CreateKey", &wish);
        Self::from(test, &json!({"kms": made["KeyMetadata"]["Arn"], "user_id": user(test)}))
    }

    /// One of any kind; `how` is the request without its name.
    #[must_use]
    #[track_caller]
    pub fn from(test: &str, how: &Value) -> Self {
        let (name, response) = request(test, how);
        let _ = response.expect(201);
        Self { name }
    }

    /// Where it is administrated.
    #[must_use]
    pub fn url(&self) -> String {
        format!("{URL}/{}", self.name)
    }

    /// What the administrator is told of it.
    #[must_use]
    #[track_caller]
    pub fn object(&self) -> Value {
        Client::uploader().get(&self.url()).expect(200).json()
    }

    /// Its public part, armored.
    #[must_use]
    #[track_caller]
    pub fn public(&self) -> String {
        let armored = Client::uploader().get(&format!("{}/public", self.url())).expect(200).text();
        assert!(armored.starts_with("-----BEGIN PGP PUBLIC KEY BLOCK-----"), "{armored}");
        armored
    }

    /// The fingerprint, as GnuPG counts it.
    #[must_use]
    #[track_caller]
    pub fn fingerprint(&self) -> String {
        gpg::Home::new().fingerprints(&self.public()).remove(0)
    }
}

impl Drop for Key {
    fn drop(&mut self) {
        // A test that fails leaves it: whatever it failed for may make this fail too, and that would end all tests.
        if !thread::panicking() {
            let _ = accounts::delete(&self.url());
        }
    }
}

/// Asks for a key under a new name: the name, and what was answered.
#[must_use]
pub fn request(test: &str, how: &Value) -> (String, Response) {
    let name = unique::project(test);
    let mut body = how.clone();
    body["name"] = json!(name);
    let response = accounts::post(URL, &body);
    (name, response)
}

/// The reason why a key was refused.
#[must_use]
#[track_caller]
pub fn refusal(test: &str, how: &Value) -> String {
    let (name, response) = request(test, how);
    let body = response.expect(400).json();
    let _ = Client::uploader().get(&format!("{URL}/{name}")).expect(404);
    // Secrets do not come back in an answer that somebody may log.
    assert!(!body.to_string().contains("PRIVATE KEY"), "{body}");
    format!("{} {}", text(&body["message"]), body["rule"].as_str().unwrap_or_default()).to_lowercase()
}

/// A key that signs the repositories of one test.
#[derive(Debug)]
pub struct Signing {
    // Before the key, so that no configuration names a key that is gone.
    _section: Section,
    /// The key.
    pub key: Key,
}

/// Makes a key and has it sign all repositories of these projects.
#[must_use]
#[track_caller]
pub fn sign(repositories: &[&Repository]) -> Signing {
    sign_with(Key::generate("signing", "ed25519"), repositories)
}

/// Has a key sign all repositories of these projects, and the headers of their rpms.
#[must_use]
#[track_caller]
pub fn sign_with(key: Key, repositories: &[&Repository]) -> Signing {
    let table = |repository: &&Repository| signed_by(repository, &[&key.name]) + "packages = true\n";
    let tables: String = repositories.iter().map(table).collect();
    Signing { _section: Section::add(&tables), key }
}

fn user(test: &str) -> String {
    format!("Colca Tests of {test} <tests@example.com>")
}
