//! A process that runs a function: its connections, its clock, and its death.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_async::time::TimeSource;
use colca_model::{Clock, Ids, UploadId};
use colca_runtime::{Config, Services};
use jiff::{SignedDuration, Timestamp};
use tokio::task::{AbortHandle, spawn_local};
use tokio::time::{Instant, sleep_until};
use ulid::Ulid;

use crate::cloud::{BUILD, INCOMING, INGEST, STORE};
use crate::wire::Wire;
use crate::world::World;

/// A process.
#[derive(Clone)]
pub(crate) struct Process {
    pub(crate) services: Services,
    life: Arc<Life>,
}

/// Whether a process lives, and all it does.
#[derive(Default)]
pub(crate) struct Life {
    is_over: AtomicBool,
    /// Until when it stands still.
    asleep: Mutex<Option<Instant>>,
    work: Mutex<Vec<AbortHandle>>,
}

impl fmt::Debug for Life {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Life").field("is_over", &self.is_over).finish_non_exhaustive()
    }
}

impl Life {
    pub(crate) fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Relaxed)
    }

    /// It stands still from now on, for so long: none of its calls goes out, and no answer comes in.
    pub(crate) fn freeze(&self, time: Duration) {
        *self.asleep.lock().expect("no other thread") = Some(Instant::now() + time);
    }

    /// Waits until it does not stand still.
    pub(crate) async fn awake(&self) {
        let asleep = *self.asleep.lock().expect("no other thread");
        if let Some(until) = asleep {
            sleep_until(until).await;
        }
    }

    /// The end, as by `kill -9`: nothing that it does goes on.
    pub(crate) fn end(&self) {
        self.is_over.store(true, Ordering::Relaxed);
        self.work.lock().expect("no other thread").drain(..).for_each(|work| work.abort());
    }
}

/// How many regions there are. Of one region and service the SDK has all clients of this program share how often they may retry, for
/// as long as it runs, so no process has the same as another: not even when its story is told once more.
static REGIONS: AtomicU64 = AtomicU64::new(0);

impl Process {
    pub(crate) fn start(world: &Arc<World>) -> Self {
        world.count("processes");
        let life = Arc::<Life>::default();
        let time = Arc::new(Time { world: world.clone(), skew: AtomicI64::new(skew(world)) });
        let region = format!("region-{}", REGIONS.fetch_add(1, Ordering::Relaxed));
        let sdk = SdkConfig::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new(region))
            .endpoint_url("http://cloud")
            .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
                "id", "secret", None, None, "simulated",
            )))
            .sleep_impl(TokioSleep::new())
            .time_source(SharedTime(time.clone()))
            .http_client(Wire { world: world.clone(), life: life.clone() })
            .build();
        Self { services: Services::connect(config(), &sdk, time.clone(), time), life }
    }

    pub(crate) fn is_over(&self) -> bool {
        self.life.is_over()
    }

    /// Does work for up to `most`, then dies; `None` if it died before the work was done.
    pub(crate) async fn run<T: 'static>(&self, most: Duration, work: impl Future<Output = T> + 'static) -> Option<T> {
        let work = spawn_local(work);
        self.life.work.lock().expect("no other thread").push(work.abort_handle());
        match tokio::time::timeout(most, work).await {
            Ok(Ok(done)) => Some(done),
            Ok(Err(error)) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            Ok(Err(_)) => None,
            Err(_) => {
                self.life.end();
                None
            }
        }
    }
}

/// The time as a process sees it, and its source of ids.
#[derive(Debug)]
struct Time {
    world: Arc<World>,
    /// How far it is from the true time, in milliseconds.
    skew: AtomicI64,
}

/// How often a clock is looked at until it jumps.
const JUMPS: u64 = 500;

/// How far from the true time a clock is: now, and after it has jumped.
fn skew(world: &World) -> i64 {
    let most = world.odds().skew;
    let [most, skew] = [most, world.chance.below(2 * most + 1)].map(|n| i64::try_from(n).expect("a small number"));
    skew - most
}

impl Clock for Time {
    fn now(&self) -> Timestamp {
        if self.world.odds().skew > 0 && self.world.chance.one_in(JUMPS) {
            self.world.count("clocks that jumped");
            self.skew.store(skew(&self.world), Ordering::Relaxed);
        }
        self.world.now() + SignedDuration::from_millis(self.skew.load(Ordering::Relaxed))
    }
}

impl Ids for Time {
    fn upload_id(&self) -> UploadId {
        let millisecond = self.now().as_millisecond().try_into().expect("after 1970");
        let random = u128::from_be_bytes(self.world.chance.bytes());
        Ulid::from_parts(millisecond, random).to_string().parse().expect("a ULID prints as an upload id")
    }

    fn random(&self) -> [u8; 32] {
        self.world.chance.bytes()
    }
}

#[derive(Debug)]
struct SharedTime(Arc<Time>);

impl TimeSource for SharedTime {
    fn now(&self) -> SystemTime {
        SystemTime::from(Clock::now(&*self.0))
    }
}

/// As template.yaml has it, with a grace that stories can wait for.
pub(crate) fn config() -> Config {
    Config {
        incoming_bucket: INCOMING.to_owned(),
        store_bucket: STORE.to_owned(),
        catalog_table: "catalog".to_owned(),
        jobs_table: "jobs".to_owned(),
        build_queue_url: format!("http://cloud/{BUILD}"),
        ingest_queue_url: format!("http://cloud/{INGEST}"),
        import_queue_url: "http://cloud/import".to_owned(),
        callback_queue_url: "http://cloud/callback".to_owned(),
        dead_letters: vec![],
        callbacks_secret: "callbacks".to_owned(),
        import_buckets: vec![],
        credentials_secret: "credentials".to_owned(),
        accounts_secret: "accounts".to_owned(),
        keys_prefix: "keys".to_owned(),
        keys_encrypted_by: String::new(),
        cdn_url: "https://cdn".to_owned(),
        cdn_distribution: String::new(),
        codecs: String::new(),
        answer_limit: None,
        body_limit: None,
        listen: String::new(),
        statsd: None,
        quiet: Duration::from_secs(5),
        grace: GRACE,
        retention: SignedDuration::from_hours(24),
    }
}

/// How long superseded objects stay.
pub(crate) const GRACE: SignedDuration = SignedDuration::from_mins(60);
