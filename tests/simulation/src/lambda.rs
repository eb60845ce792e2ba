//! How functions are run: woken by queues, by a clock and over HTTP, in processes that are kept for the next work, as Lambda
//! does.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use bytes::Bytes;
use colca_api::App;
use colca_runtime::{Delivery, Disposition};
use futures::future::join_all;
use http_body_util::BodyExt;
use serde::de::DeserializeOwned;
use tokio::task::spawn_local;
use tokio::time::sleep;
use tower::ServiceExt;

use crate::cloud::{BUILD, INGEST};
use crate::process::Process;
use crate::world::World;

/// Time limits of the functions, as in template.yaml. A message is hidden for as long as its function may run.
const HTTP: Duration = Duration::from_secs(29);
const INGESTING: Duration = Duration::from_secs(900);
const BUILDING: Duration = Duration::from_secs(300);
const REAPING: Duration = Duration::from_secs(55);

/// How often a queue is looked at, and how often the sweeper comes.
const POLL: Duration = Duration::from_millis(250);
const MINUTE: Duration = Duration::from_secs(60);

/// How many times slower that is once nothing goes wrong any more: hours go by then, in which little is left to do.
const SLOWER: u32 = 5;

/// How many processes of one function run side by side at most.
const AT_ONCE: usize = 4;

/// Processes that have nothing to do.
#[derive(Default)]
struct Warm(Mutex<Vec<Process>>);

impl Warm {
    /// One of them, or a new one; a look at each tells whether it still lives.
    fn take(&self, world: &Arc<World>) -> Process {
        let mut warm = self.0.lock().expect("no other thread");
        warm.retain(|process| !process.is_over());
        let is_new = warm.is_empty() || world.chance.one_in(10);
        let kept = if is_new { None } else { warm.pop() };
        kept.unwrap_or_else(|| Process::start(world))
    }

    fn give_back(&self, process: Process) {
        self.0.lock().expect("no other thread").push(process);
    }
}

/// The functions of one world.
pub(crate) struct Lambda {
    world: Arc<World>,
    warm: Warm,
}

impl Lambda {
    /// Starts all that wakes functions by itself.
    pub(crate) fn start(world: &Arc<World>) -> Arc<Self> {
        let lambda = Arc::new(Self { world: world.clone(), warm: Warm::default() });
        for _ in 0..AT_ONCE {
            spawn_local(lambda.clone().consume(INGEST, 10, INGESTING, |process, delivery| async move {
                ingest::handle(&process.services, delivery).await
            }));
            spawn_local(lambda.clone().consume(BUILD, 1, BUILDING, |process, delivery| async move {
                let builder = repo_build::Builder::new(process.services).expect("no rules to misread");
                builder.handle(delivery).await
            }));
        }
        spawn_local(lambda.clone().reap());
        lambda
    }

    fn pace(&self, pause: Duration) -> Duration {
        if self.world.is_calm() { SLOWER * pause } else { pause }
    }

    async fn reap(self: Arc<Self>) {
        loop {
            sleep(self.pace(MINUTE)).await;
            let process = self.warm.take(&self.world);
            let services = process.services.clone();
            let reaped = process.run(REAPING, async move { reap::reap(&services).await.is_ok() }).await;
            self.world.count(if reaped == Some(true) { "reaped" } else { "reaping failed" });
            self.warm.give_back(process);
        }
    }

    /// Handles messages, those of one batch side by side. What fails is delivered again, alone.
    async fn consume<M, H, F>(self: Arc<Self>, queue: &'static str, most: usize, hidden: Duration, handle: H)
    where
        M: DeserializeOwned + 'static,
        H: Fn(Process, Delivery<M>) -> F + Copy + 'static,
        F: Future<Output = colca_store::Result<Disposition>>,
    {
        let world = &self.world;
        loop {
            sleep(self.pace(POLL)).await;
            let messages = world.cloud.sqs.receive(queue, most, hidden);
            if messages.is_empty() {
                continue;
            }
            let process = self.warm.take(world);
            let work = process.clone();
            let done = process.run(hidden, async move {
                let each = messages.into_iter().map(async |message| {
                    let read = serde_json::from_str(&message.body).expect("a message that we know");
                    let delivery = Delivery { id: message.id.clone(), message: read, times: message.times };
                    let handled = Box::pin(handle(work.clone(), delivery)).await;
                    matches!(handled, Ok(Disposition::Done)).then_some(message.id)
                });
                join_all(each).await
            });
            for done in done.await.unwrap_or_default() {
                match done {
                    Some(id) => world.cloud.sqs.delete(queue, &id),
                    None => world.count("to be delivered again"),
                }
            }
            world.count(queue);
            self.warm.give_back(process);
        }
    }

    /// Asks a function over HTTP: its status and body; 502 if its process died.
    pub(crate) async fn ask(&self, router: fn(App) -> Router, request: Request<Body>) -> (u16, Bytes) {
        let process = self.warm.take(&self.world);
        let router = router(App::new(process.services.clone()));
        let answer = process.run(HTTP, async move {
            let answer = router.oneshot(request).await.expect("a router always answers");
            let status = answer.status().as_u16();
            let body = answer.into_body().collect().await.expect("a body that is there").to_bytes();
            (status, body)
        });
        let answer = answer.await.unwrap_or((502, Bytes::new()));
        self.warm.give_back(process);
        answer
    }
}
