//! How a function waits for work: over HTTP, from a queue, by the clock.

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use futures::future::join_all;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde::de::DeserializeOwned;
use tower::Layer;
use tower_http::normalize_path::{NormalizePath, NormalizePathLayer};
use tracing::{Instrument, error, info_span, warn};

/// A message, and which one it is.
#[derive(Debug, Clone)]
pub struct Delivery<M> {
    /// The same at every delivery of the same message.
    pub id: String,
    /// What it says.
    pub message: M,
}

/// What becomes of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Disposition {
    /// Its work is done, or there is none.
    Done,
    /// It is to be delivered again; after several times it goes to the dead letter queue.
    Retry(String),
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

/// Handles messages, those of one batch side by side. What fails is delivered again, alone.
///
/// # Errors
/// When the Lambda runtime ends.
pub async fn queue<M, H>(handle: H) -> Result<(), Error>
where
    M: DeserializeOwned,
    H: AsyncFn(Delivery<M>) -> colca_store::Result<Disposition>,
{
    let handle = &handle;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<SqsEvent>| async move {
        let results = join_all(event.payload.records.into_iter().map(|record| deliver(handle, record))).await;
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

/// One message; gives its failure, if it is to come again.
async fn deliver<M, H>(handle: &H, record: SqsMessage) -> Option<BatchItemFailure>
where
    M: DeserializeOwned,
    H: AsyncFn(Delivery<M>) -> colca_store::Result<Disposition>,
{
    let id = record.message_id.unwrap_or_default();
    let span = info_span!("message", id);
    async {
        let reason = match serde_json::from_str(record.body.as_deref().unwrap_or_default()) {
            Ok(message) => match Box::pin(handle(Delivery { id: id.clone(), message })).await {
                Ok(Disposition::Done) => return None,
                Ok(Disposition::Retry(reason)) => reason,
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
