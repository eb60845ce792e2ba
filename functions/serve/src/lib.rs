//! All of Colca in one process, where there is no Lambda: on any server, against the S3, DynamoDB and SQS of AWS or of
//! whoever speaks the same. The functions are the same code; it stands beside those on Lambda, if there are any, and takes
//! messages from the same queues.
//!
//! It takes files of up to 156 GiB in one request, where Lambda takes a few megabytes.

mod consume;
mod http;
mod linger;
mod openapi;
mod under_way;

pub use openapi::openapi;

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use colca_runtime::{Error, Services};
use colca_store::Queue;
use futures::FutureExt;
use futures::future::join_all;
use repo_build::Builder;
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};
use tracing::info;

use crate::consume::consume;

/// How many messages of each queue are worked on at once.
const UPLOADS_AT_ONCE: usize = 8;
const BUILDS_AT_ONCE: usize = 2;
const IMPORTS_AT_ONCE: usize = 2;
const CALLBACKS_AT_ONCE: usize = 2;

/// How often the sweeper comes.
const SWEEP: Duration = Duration::from_secs(60);

/// Serves until the process is asked to end; then finishes what has begun.
///
/// # Errors
/// If the address to listen at is not to be had, or the configuration cannot be read.
pub async fn serve(services: Services) -> Result<(), Error> {
    let builder = Builder::new(services.clone())?;
    let listener = http::listen(&services.config.listen).await?;
    let (stop, stopping) = watch::channel(false);
    let ingest = async |delivery| ingest::handle(&services, delivery).await;
    let build = async |delivery| builder.handle(delivery).await;
    let import = async |delivery| import::handle(&services, delivery).await;
    let teller = callback::Teller::new(services.clone());
    let tell = async |delivery| teller.handle(delivery).await;
    // All in this one task, on one processor: they wait for others most of the time.
    let uploads = (0..UPLOADS_AT_ONCE).map(|_| consume(&services, Queue::Ingest, &ingest, stopping.clone()));
    let builds = (0..BUILDS_AT_ONCE).map(|_| consume(&services, Queue::Build, &build, stopping.clone()));
    let imports = (0..IMPORTS_AT_ONCE).map(|_| consume(&services, Queue::Import, &import, stopping.clone()));
    let callbacks = (0..CALLBACKS_AT_ONCE).map(|_| consume(&services, Queue::Callback, &tell, stopping.clone()));
    let answers = async {
        let ended = http::serve(listener, services.clone()).await;
        info!("Finishing what has begun");
        stop.send_replace(true);
        ended
    };
    let sweeps = sweep(&services, stopping.clone());
    let messages = async { tokio::join!(join_all(uploads), join_all(builds), join_all(imports), join_all(callbacks)) };
    let (ended, ..) = tokio::join!(answers, messages, sweeps);
    Ok(ended?)
}

async fn sweep(services: &Services, mut stopping: watch::Receiver<bool>) {
    let mut ticks = interval(SWEEP);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            _ = stopping.changed() => return,
        }
        // Boxed, since the compiler gives up on types nested as deeply as whole functions.
        match AssertUnwindSafe(Box::pin(reap::reap(services))).catch_unwind().await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!(%error, "Sweeping failed; it is tried again in a minute"),
            Err(_) => tracing::error!("Sweeping panicked; it is tried again in a minute"),
        }
    }
}
