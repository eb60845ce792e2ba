//! What `reap` deletes, and the CDN is to forget. The stories have no CDN; here it is a mock of CloudFront, in front of the same
//! services in memory.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use colca_model::{Clock, Ids, UploadId};
use colca_runtime::{Config, Services};
use colca_store::{Garbage, Owner};
use futures::future::pending;
use jiff::Timestamp;
use tokio::time::{sleep, timeout};
use ulid::Ulid;

use crate::cloud::{Answer, Ask, between};
use crate::process::config;
use crate::world::World;

const TOP: &str = "hello/main/HEAD/centos/9/flavors/default";
const MINUTE: Duration = Duration::from_secs(60);

/// What becomes of a call of CloudFront.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Taken,
    /// It has too much to forget already.
    Full,
    /// It is taken, and the connection is lost before anybody hears of it.
    Unheard,
    /// It is taken, and whoever asked is dead.
    Killed,
}

/// The services, and CloudFront, as one process sees them.
#[derive(Debug, Clone)]
struct Edge {
    world: Arc<World>,
    /// Whether the process has a CDN to tell.
    has_cdn: bool,
    /// Whether the process is dead: it gets no answer any more.
    is_dead: Arc<AtomicBool>,
    /// What becomes of the next calls; of all after them nothing.
    fates: Arc<Mutex<Vec<Fate>>>,
    /// When it was called.
    calls: Arc<Mutex<Vec<Timestamp>>>,
    /// What it forgets, by the reference of the call.
    taken: Arc<Mutex<BTreeMap<String, Vec<String>>>>,
}

impl HttpClient for Edge {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Edge {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (edge, ask) = (self.clone(), Ask::of(&request));
        HttpConnectorFuture::new(async move { edge.send(ask).await })
    }
}

impl Clock for Edge {
    fn now(&self) -> Timestamp {
        self.world.now()
    }
}

impl Ids for Edge {
    fn upload_id(&self) -> UploadId {
        Ulid::from_parts(1, u128::from_be_bytes(self.random()[..16].try_into().expect("16 bytes")))
            .to_string()
            .parse()
            .expect("a ULID")
    }

    fn random(&self) -> [u8; 32] {
        self.world.chance.bytes()
    }
}

impl Edge {
    fn new(fates: &[Fate]) -> Self {
        let fates = fates.iter().rev().copied().collect();
        let (fates, calls, taken) = (Arc::new(Mutex::new(fates)), Arc::default(), Arc::default());
        Self { world: World::new(1), has_cdn: false, is_dead: Arc::default(), fates, calls, taken }
    }

    /// A process, which is told to have `distribution` forget.
    fn process(&self, distribution: &str) -> Services {
        let sdk = SdkConfig::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new("eu-west-1"))
            .endpoint_url("http://cloud")
            .credentials_provider(SharedCredentialsProvider::new(Credentials::new("id", "secret", None, None, "test")))
            .sleep_impl(TokioSleep::new())
            .http_client(Self { has_cdn: !distribution.is_empty(), is_dead: Arc::default(), ..self.clone() })
            .build();
        let config = Config { cdn_distribution: distribution.to_owned(), ..config() };
        Services::connect(config, &sdk, Arc::new(self.clone()), Arc::new(self.clone()))
    }

    async fn send(self, ask: Ask) -> Result<HttpResponse, ConnectorError> {
        if self.is_dead.load(Ordering::Relaxed) {
            return pending().await;
        }
        if ask.path != "2020-05-31/distribution/E1/invalidation" {
            let is_public = ask.method == "DELETE" && ask.path.contains("/repos/");
            assert!(!is_public || !self.has_cdn || !self.noted().is_empty(), "{ask} before it was noted");
            return Ok(self.world.answer(&ask).await.into_response());
        }
        self.calls.lock().expect("one thread").push(self.world.now());
        let fate = self.fates.lock().expect("one thread").pop().expect("it is not called again");
        if fate == Fate::Full {
            let code = "<Code>TooManyInvalidationsInProgress</Code>";
            let body = format!("<ErrorResponse><Error><Type>Sender</Type>{code}</Error></ErrorResponse>");
            return Ok(Answer::new(400, body).into_response());
        }
        let body = String::from_utf8(ask.body.to_vec()).expect("XML");
        let reference = between(&body, "<CallerReference>", "</CallerReference>")[0].to_owned();
        let paths: Vec<_> = between(&body, "<Path>", "</Path>").into_iter().map(str::to_owned).collect();
        let before = self.taken.lock().expect("one thread").insert(reference, paths.clone());
        assert!(before.is_none_or(|before| before == paths), "another call by the same name");
        match fate {
            Fate::Unheard => Err(ConnectorError::io("lost".into())),
            Fate::Killed => {
                self.is_dead.store(true, Ordering::Relaxed);
                pending().await
            }
            _ => {
                Ok(Answer::new(201, "<Invalidation><Id>I1</Id><Status>InProgress</Status></Invalidation>")
                    .into_response())
            }
        }
    }

    /// What is noted, or under way.
    fn noted(&self) -> Vec<serde_json::Map<String, serde_json::Value>> {
        ["STALE#", "INVALIDATION"].iter().flat_map(|prefix| self.world.cloud.dynamo.items("jobs", prefix)).collect()
    }

    fn forgotten(&self) -> Vec<Vec<String>> {
        self.taken.lock().expect("one thread").values().cloned().collect()
    }

    /// A round each so many minutes, each by a process of its own.
    async fn reap(&self, distribution: &str, rounds: u32, minutes: u32) {
        for _ in 0..rounds {
            let services = self.process(distribution);
            // One that is killed leaves everything as it is.
            if let Ok(done) = timeout(Duration::from_secs(55), reap::reap(&services)).await {
                done.expect("a good round");
            }
            sleep(MINUTE * minutes).await;
        }
    }

    async fn discard(&self, key: &str, owner: Owner) {
        let services = self.process("");
        let garbage = Garbage::new(format!("repos/{TOP}/{key}"), owner);
        services.jobs.discard([garbage], self.now()).await.expect("noted");
    }

    /// As whoever deletes a file does: its name is used up, and its bytes are garbage.
    async fn discard_package(&self) {
        let key = format!("repos/{TOP}/x86_64/a-1.rpm");
        self.process("").catalog.use_up_key(&key).await.expect("used up");
        let (arch, filename) = ("x86_64".parse().expect("a name"), "a-1.rpm".parse().expect("a name"));
        let owner = Owner::File { repository: TOP.parse().expect("a path"), arch, filename };
        self.discard("x86_64/a-1.rpm", owner).await;
    }

    /// Seconds between one call and the next.
    fn pauses(&self) -> Vec<i64> {
        let calls = self.calls.lock().expect("one thread");
        calls.windows(2).map(|pair| pair[1].duration_since(pair[0]).as_secs()).collect()
    }
}

fn package() -> Vec<String> {
    vec![format!("/r/{TOP}/*"), format!("/repos/{TOP}/x86_64/a-1.rpm")]
}

#[tokio::test(start_paused = true)]
async fn what_is_deleted_is_forgotten_once_whoever_dies() {
    for (fates, pauses) in [
        (&[Fate::Taken][..], &[][..]),
        (&[Fate::Full, Fate::Full, Fate::Full, Fate::Taken], &[1, 2, 4]),
        // The same call, by the SDK and by the next process.
        (&[Fate::Unheard, Fate::Taken], &[0]),
        (&[Fate::Killed, Fate::Killed, Fate::Taken], &[1, 1]),
    ] {
        let edge = Edge::new(fates);
        edge.discard_package().await;
        edge.reap("E1", 30, 1).await;
        assert_eq!(edge.forgotten(), [package()], "{fates:?}");
        assert_eq!(edge.noted(), vec![], "{fates:?}");
        let minutes: Vec<_> = edge.pauses().iter().map(|seconds| seconds / 60).collect();
        assert_eq!(minutes, pauses, "{fates:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_metadata_of_a_day_is_forgotten_as_one() {
    let edge = Edge::new(&[Fate::Taken]);
    for revision in 1..=3 {
        let owner = Owner::Published { repository: TOP.parse().expect("a path"), revision };
        edge.discard(&format!("x86_64/repodata/{revision}-00-primary.xml.zst"), owner).await;
    }
    edge.reap("E1", 25, 60).await;
    assert_eq!(edge.forgotten(), [[format!("/r/{TOP}/*"), format!("/repos/{TOP}/*")]]);
    assert_eq!(edge.noted(), vec![]);
}

#[tokio::test(start_paused = true)]
async fn without_a_cdn_nothing_is_noted() {
    let edge = Edge::new(&[]);
    edge.discard_package().await;
    edge.reap("", 5, 1).await;
    assert_eq!(edge.noted(), vec![]);
    assert_eq!(edge.world.cloud.dynamo.items("jobs", "GARBAGE#"), vec![]);
}
