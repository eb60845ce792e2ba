//! Somebody who uploads, replaces and deletes packages, and tries again as long as it takes, as a CI does.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::cloud::{Ask, CREDENTIALS};
use crate::lambda::Lambda;
use crate::package::{Format, Package};
use crate::world::World;

/// How often a request is sent before we give up; answers 5xx and no answers are common in bad weather.
const TRIES: u32 = 100;

/// Why an upload is refused that another one was faster than.
const OVERTAKEN: &str = "whose ticket is newer";

/// Which checksums a file may have in the end, by repository and file name; `None`: it may not be there.
pub(crate) type Expected = BTreeMap<(String, String), BTreeSet<Option<String>>>;

/// A user.
pub(crate) struct User {
    pub(crate) number: u64,
    pub(crate) world: Arc<World>,
    pub(crate) lambda: Arc<Lambda>,
    /// Paths, as `project/ref/sha1/distro/version`.
    pub(crate) repositories: Vec<String>,
    pub(crate) expected: Arc<Mutex<Expected>>,
}

impl User {
    /// Does so many things, one after the other.
    pub(crate) async fn live(self, steps: u64) {
        let chance = self.world.chance.fork();
        let mut mine: BTreeSet<(String, String)> = BTreeSet::new();
        // A repository that nobody else uses, and that this user deletes now and then.
        let own = format!("user{}/main/HEAD/{}", self.number, chance.pick(&Format::ALL).distro());
        for step in 0..steps {
            sleep(Duration::from_millis(chance.below(*chance.pick(&[300, 10_000, 90_000])))).await;
            let repository = if chance.one_in(4) { own.clone() } else { chance.pick(&self.repositories).clone() };
            let (format, content) = (Format::of(&repository), format!("step {step} of user {}", self.number));
            match chance.below(10) {
                0..5 => {
                    let package = Package::new(format, &format!("own-{}-{step}", self.number), &content);
                    let place = (repository, package.filename.clone());
                    self.upload(&place.0, &package).await;
                    self.expect_only(&place, Some(package.sha256));
                    mine.insert(place);
                }
                5 | 6 => {
                    let Some(place) = self.one_of(&chance, &mine) else { continue };
                    let format = Format::of(&place.0);
                    let package = Package::new(format, format.name(&place.1), &content);
                    if self.upload(&place.0, &package).await {
                        self.expect_only(&place, Some(package.sha256));
                    }
                }
                7 => {
                    let Some(place) = self.one_of(&chance, &mine) else { continue };
                    let arch = Format::of(&place.0).arch();
                    self.delete(&format!("/binaries/{}/{arch}/{}", place.0, place.1)).await;
                    self.expect_only(&place, None);
                    mine.remove(&place);
                }
                8 if mine.iter().any(|(repository, _)| *repository == own) => {
                    self.delete(&format!("/repos/{own}")).await;
                    mine.iter().filter(|(at, _)| *at == own).for_each(|place| self.expect_only(place, None));
                    mine.retain(|(at, _)| *at != own);
                }
                _ => {
                    // A name that everybody fights for.
                    let repository = self.repositories[0].clone();
                    let package = Package::new(Format::of(&repository), "shared", &content);
                    let place = (repository, package.filename.clone());
                    self.with(|expected| {
                        expected.entry(place.clone()).or_default().insert(Some(package.sha256.clone()))
                    });
                    self.upload(&place.0, &package).await;
                }
            }
        }
    }

    fn with<T>(&self, work: impl FnOnce(&mut Expected) -> T) -> T {
        work(&mut self.expected.lock().expect("no other thread"))
    }

    fn expect_only(&self, place: &(String, String), sha256: Option<String>) {
        self.with(|expected| expected.insert(place.clone(), [sha256].into()));
    }

    fn one_of(&self, chance: &crate::chance::Chance, mine: &BTreeSet<(String, String)>) -> Option<(String, String)> {
        let all: Vec<_> = mine.iter().collect();
        (!all.is_empty()).then(|| (*chance.pick(&all)).clone())
    }

    /// Uploads a package, over what is there, until it is registered; `false` if an upload with a later ticket was faster.
    async fn upload(&self, repository: &str, package: &Package) -> bool {
        if self.world.chance.one_in(4) {
            return self.send(repository, package).await;
        }
        let ticket = self.ticket(repository, package).await;
        if ticket["state"] == "registered" {
            return true;
        }
        self.put(&ticket, package).await;
        self.is_registered(&ticket).await
    }

    /// Sends a package through `upload`, as chacra's clients do, over what is there; `false` if one that arrived later was faster.
    pub(crate) async fn send(&self, repository: &str, package: &Package) -> bool {
        let path = format!("/binaries/{repository}/{}", Format::of(repository).arch());
        let (status, answer, tries) = self.repeat("POST", &path, form(package), upload::router).await;
        match status {
            200 | 201 => self.world.count("sent through us"),
            400 if answer.to_string().contains(OVERTAKEN) => {
                self.world.count("overtaken");
                if tries > 1 {
                    // What an earlier try asked for may be done late.
                    let place = (repository.to_owned(), package.filename.clone());
                    self.with(|expected| expected.entry(place).or_default().insert(Some(package.sha256.clone())));
                }
            }
            _ => self.world.violated(format!("a good file was answered {status}: {answer}")),
        }
        status != 400
    }

    /// Says what is to be uploaded, over what is there.
    pub(crate) async fn ticket(&self, repository: &str, package: &Package) -> Value {
        let [project, git_ref, sha1, distro, version] =
            repository.split('/').collect::<Vec<_>>().try_into().expect("five names");
        let wanted = json!({
            "project": project, "ref": git_ref, "sha1": sha1, "distro": distro, "distro_version": version,
            "arch": Format::of(repository).arch(), "filename": package.filename, "size": package.bytes.len(), "sha256": package.sha256,
            "force": true,
        });
        self.ask("POST", "/uploads", Some(&wanted), upload::router).await
    }

    /// Waits for the end of an upload; `false` if one with a later ticket was faster.
    pub(crate) async fn is_registered(&self, ticket: &Value) -> bool {
        let path = format!("/uploads/{}", ticket["upload_id"].as_str().unwrap_or_default());
        // Longer than any message is hidden.
        for _ in 0..2_000 {
            let answer = self.ask("GET", &path, None, upload::router).await;
            match answer["state"].as_str() {
                Some("registered") => {
                    self.world.count("uploads");
                    return true;
                }
                Some("pending") => sleep(Duration::from_secs(10)).await,
                // Of two that race the later ticket wins, by clocks that may be wrong.
                Some("rejected") if answer["reason"].as_str().is_some_and(|why| why.ends_with(OVERTAKEN)) => {
                    self.world.count("overtaken");
                    return false;
                }
                _ => {
                    self.world.violated(format!("a good upload became {answer}"));
                    return false;
                }
            }
        }
        self.world.violated(format!("{path} is pending for ever"));
        false
    }

    /// Sends the bytes where the ticket says; now and then once more, much later.
    pub(crate) async fn put(&self, ticket: &Value, package: &Package) {
        let headers = ticket["headers"].as_object().into_iter().flatten();
        let headers: BTreeMap<_, _> =
            headers.map(|(name, value)| (name.to_lowercase(), value.as_str().unwrap_or_default().to_owned())).collect();
        let url = ticket["url"].as_str().unwrap_or_default();
        let ask = Ask::new("PUT", url, headers, package.bytes.clone());
        sleep(self.world.delay(&ask)).await;
        let answer = self.world.answer(&ask).await;
        if answer.status != 200 {
            self.world.violated(format!("S3 does not take what a ticket is for: {} {:?}", answer.status, answer.body));
        }
        if self.world.chance.one_in(15) {
            let (world, late) = (self.world.clone(), Duration::from_millis(self.world.chance.below(200_000)));
            tokio::spawn(async move {
                sleep(late).await;
                world.answer(&ask).await;
            });
        }
    }

    async fn delete(&self, path: &str) {
        self.ask("DELETE", path, None, curate::router).await;
        self.world.count("deletions");
    }

    /// Asks until there is a good answer: its JSON, or null.
    async fn ask(&self, method: &str, path: &str, json: Option<&Value>, router: Router) -> Value {
        let body = json.map_or_else(Bytes::new, |json| json.to_string().into());
        let (status, answer, tries) = self.repeat(method, path, ("application/json".to_owned(), body), router).await;
        match status {
            200..300 => answer,
            // An earlier try did it.
            404 if method == "DELETE" && tries > 1 => Value::Null,
            _ => {
                self.world.violated(format!("{method} {path} was answered {status}: {answer}"));
                Value::Null
            }
        }
    }

    /// Asks until the answer is not that something went wrong: the answer, and how often we asked.
    async fn repeat(
        &self,
        method: &str,
        path: &str,
        (content_type, body): (String, Bytes),
        router: Router,
    ) -> (u16, Value, u32) {
        let secret = BASE64_STANDARD.encode(format!("{}:{}", CREDENTIALS.0, CREDENTIALS.1));
        let mut tries = 0;
        loop {
            tries += 1;
            let request =
                Request::builder().method(method).uri(path).header("authorization", format!("Basic {secret}"));
            let request = request.header("content-type", &content_type).body(Body::from(body.clone()));
            let (status, answer) = self.lambda.ask(router, request.expect("a request")).await;
            if status < 500 || tries == TRIES {
                return (status, serde_json::from_slice(&answer).unwrap_or_default(), tries);
            }
            sleep(Duration::from_secs(u64::from(tries.min(20)))).await;
        }
    }
}

/// A form as chacra's clients send it, which may replace what is there.
fn form(package: &Package) -> (String, Bytes) {
    const BOUNDARY: &str = "between-the-parts";
    let head = |disposition: &str| format!("--{BOUNDARY}\r\nContent-Disposition: form-data; {disposition}\r\n\r\n");
    let mut form = head(&format!("name=\"file\"; filename=\"{}\"", package.filename)).into_bytes();
    form.extend_from_slice(&package.bytes);
    form.extend(format!("\r\n{}1\r\n--{BOUNDARY}--\r\n", head("name=\"force\"")).into_bytes());
    (format!("multipart/form-data; boundary={BOUNDARY}"), form.into())
}

/// What makes the routes of a function.
type Router = fn(colca_api::App) -> axum::Router;
