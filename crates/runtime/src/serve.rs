//! How a function waits for work: over HTTP, from a queue, by the clock.

use std::time::Duration;

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use colca_store::{Queue, Queues, Received, sent_at};
use futures::future::join_all;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde::de::DeserializeOwned;
use tower::Layer;
use tower_http::normalize_path::{NormalizePath, NormalizePathLayer};
use tracing::{Instrument, error, info_span, warn};

use crate::Services;

/// A message, and which one it is.
#[derive(Debug, Clone)]
pub struct Delivery<M> {
    /// The same at every delivery of the same message.
    pub id: String,
    /// What it says.
    pub message: M,
    /// How often it was delivered, this time included.
    pub times: u32,
}

/// What becomes of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Disposition {
    /// Its work is done, or there is none.
    Done,
    /// It is to be delivered again; after several times it goes to the dead letter queue.
    Retry(String),
    /// The same, after so long; with a queue whose messages have an order, those after it wait as well.
    RetryAfter(String, Duration),
}

/// Answers HTTP requests.
///
/// # Errors
/// When the Lambda runtime ends.
pub async fn http(router: axum::Router) -> Result<(), Error> {
    lambda_http::run(routed(router)).await
}

/// Answers a path with a slash at its end as it answers the one without. chacra redirects the one to the other; this saves
/// everybody a round trip.
pub fn routed(router: axum::Router) -> NormalizePath<axum::Router> {
    NormalizePathLayer::trim_trailing_slash().layer(router)
}

/// Handles the messages of a queue, those of one batch side by side. What fails is delivered again, alone.
///
/// # Errors
/// When the Lambda runtime ends.
pub async fn queue<M, H>(services: &Services, queue: Queue, handle: H) -> Result<(), Error>
where
    M: DeserializeOwned,
    H: AsyncFn(Delivery<M>) -> colca_store::Result<Disposition>,
{
    let handle = &handle;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<SqsEvent>| async move {
        let records: Vec<_> = event.payload.records.into_iter().map(received).collect();
        services.record_taken(queue, &records);
        let queues = &services.queues;
        let results = join_all(records.into_iter().map(|record| deliver(queues, queue, handle, record))).await;
        let mut response = SqsBatchResponse::default();
        response.batch_item_failures = results.into_iter().flatten().collect();
        Ok::<_, Error>(response)
    }))
    .await
}

/// Runs `work` at every tick of a schedule.
///
/// # Errors
/// When the Lambda runtime ends.
pub async fn schedule<W>(work: W) -> Result<(), Error>
where
    W: AsyncFn() -> colca_store::Result<()>,
{
    let work = &work;
    lambda_runtime::run(service_fn(move |_: LambdaEvent<serde::de::IgnoredAny>| async move {
        // Boxed, since the compiler gives up on types nested as deeply as whole functions.
        Box::pin(work()).await.inspect_err(|error| error!(%error, "The scheduled work failed"))?;
        Ok::<_, Error>(())
    }))
    .await
}

/// The attributes of a message that say how often it was delivered, and when it was sent.
const RECEIVED: &str = "ApproximateReceiveCount";
const SENT: &str = "SentTimestamp";

/// A message as Lambda took it from its queue.
fn received(record: SqsMessage) -> Received {
    Received {
        id: record.message_id.unwrap_or_default(),
        body: record.body.unwrap_or_default(),
        times: record.attributes.get(RECEIVED).and_then(|times| times.parse().ok()).unwrap_or(1),
        sent: record.attributes.get(SENT).and_then(|sent| sent_at(sent)),
        receipt: record.receipt_handle.unwrap_or_default(),
    }
}

/// One message; gives its failure, if it is to come again.
async fn deliver<M, H>(queues: &Queues, queue: Queue, handle: &H, record: Received) -> Option<BatchItemFailure>
where
    M: DeserializeOwned,
    H: AsyncFn(Delivery<M>) -> colca_store::Result<Disposition>,
{
    let Received { id, body, times, .. } = &record;
    let span = info_span!("message", id);
    async {
        let reason = match serde_json::from_str(body) {
            Ok(message) => match Box::pin(handle(Delivery { id: id.clone(), message, times: *times })).await {
                Ok(Disposition::Done) => return None,
                Ok(Disposition::Retry(reason)) => reason,
                Ok(Disposition::RetryAfter(reason, delay)) => {
                    // Otherwise it comes when the time of its queue is over.
                    if let Err(error) = queues.put_back(queue, &record, delay).await {
                        warn!(%error, "Message {id} comes again at another time");
                    }
                    reason
                }
                Err(error) => error.to_string(),
            },
            // It ends in the dead letter queue, where a human can see what it was.
            Err(error) => format!("unreadable message: {error}"),
        };
        warn!(reason, "Message {id} is to be delivered again");
        let mut failure = BatchItemFailure::default();
        failure.item_identifier = id.clone();
        Some(failure)
    }
    .instrument(span)
    .await
}
