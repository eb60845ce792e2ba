//! Taking messages from a queue, as Lambda does for its functions.

use std::time::Duration;

use colca_runtime::{Delivery, Disposition};
use colca_store::{Queue, Queues, Received};
use serde::de::DeserializeOwned;
use tokio::sync::watch;
use tokio::time::sleep;
use tracing::{error, warn};

/// How long one request for messages waits for some; and the process, when it is asked to end, for that request: a message
/// that came for one that was given up would be hidden until its time is over.
const WAIT: Duration = Duration::from_secs(5);

/// How long a message that failed waits before it comes again, and we after the queue failed.
const PAUSE: Duration = Duration::from_secs(5);

/// Works on one message after the other until `stopping`. What fails comes again, and after several times goes to the
/// dead letter queue.
pub(crate) async fn consume<M, H>(queues: &Queues, queue: Queue, handle: &H, stopping: watch::Receiver<bool>)
where
    M: DeserializeOwned,
    H: AsyncFn(Delivery<M>) -> colca_store::Result<Disposition>,
{
    while !*stopping.borrow() {
        match queues.receive(queue, 1, WAIT).await {
            Ok(messages) => {
                for message in messages {
                    work(queues, queue, handle, message).await;
                }
            }
            Err(error) => {
                error!(%error, "The queue cannot be read");
                sleep(PAUSE).await;
            }
        }
    }
}

async fn work<M, H>(queues: &Queues, queue: Queue, handle: &H, message: Received)
where
    M: DeserializeOwned,
    H: AsyncFn(Delivery<M>) -> colca_store::Result<Disposition>,
{
    let reason = match serde_json::from_str(&message.body) {
        Ok(parsed) => match Box::pin(handle(Delivery { id: message.id.clone(), message: parsed })).await {
            Ok(Disposition::Done) => None,
            Ok(Disposition::Retry(reason)) => Some(reason),
            Err(error) => Some(error.to_string()),
        },
        Err(error) => Some(format!("unreadable message: {error}")),
    };
    let ended = match reason {
        None => queues.delete(queue, &message).await,
        Some(reason) => {
            warn!(message = message.id, reason, "Message {} is to be delivered again", message.id);
            queues.put_back(queue, &message, PAUSE).await
        }
    };
    if let Err(error) = ended {
        // It comes again by itself; its work is harmless to repeat.
        error!(%error, "A message could not be ended");
    }
}
