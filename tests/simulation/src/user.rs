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
        let ticket = self.ticket(repository, package).await;
        if ticket["state"] == "registered" {
            return true;
        }
        self.put(&ticket, package).await;
        self.is_registered(&ticket).await
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
                Some("rejected")
                    if answer["reason"].as_str().is_some_and(|why| why.ends_with("whose ticket is newer")) =>
                {
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

    /// Asks until there is an answer: its JSON, or null.
    async fn ask(&self, method: &str, path: &str, json: Option<&Value>, router: Router) -> Value {
        for number in 1..=TRIES {
            let secret = BASE64_STANDARD.encode(format!("{}:{}", CREDENTIALS.0, CREDENTIALS.1));
            let request =
                Request::builder().method(method).uri(path).header("authorization", format!("Basic {secret}"));
            let request = request.header("content-type", "application/json");
            let body = json.map_or_else(Bytes::new, |json| json.to_string().into());
            let request = request.body(Body::from(body)).expect("a request");
            let (status, body) = self.lambda.ask(router, request).await;
            match status {
                200..300 => return serde_json::from_slice(&body).unwrap_or_default(),
                // An earlier try did it.
                404 if method == "DELETE" && number > 1 => return Value::Null,
                500.. => sleep(Duration::from_secs(u64::from(number.min(20)))).await,
                _ => {
                    let body = String::from_utf8_lossy(&body);
                    self.world.violated(format!("{method} {path} was answered {status}: {body}"));
                    return Value::Null;
                }
            }
        }
        self.world.violated(format!("{method} {path} was never answered"));
        Value::Null
    }
}

/// What makes the routes of a function.
type Router = fn(colca_api::App) -> axum::Router;
