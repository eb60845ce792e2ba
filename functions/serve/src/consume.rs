//! Taking messages from a queue, as Lambda does for its functions.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use colca_runtime::{Delivery, Disposition, Services};
use colca_store::{Queue, Queues, Received};
use futures::FutureExt;
use serde::de::DeserializeOwned;
use tokio::sync::watch;
use tokio::time::{interval, sleep};
use tracing::{error, warn};

/// How long one request for messages waits for some; and the process, when it is asked to end, for that request: a message
/// that came for one that was given up would be hidden until its time is over.
const WAIT: Duration = Duration::from_secs(5);

/// How long we wait after the queue failed, and a message that failed before it comes again: for the first time. Four times
/// as long with each further try, since five tries are all it has.
const PAUSE: Duration = Duration::from_secs(5);

/// For how long a message is ours, and how often we say that it still is: work may take longer than a function may.
const OURS: Duration = Duration::from_secs(120);
const STILL_OURS: Duration = Duration::from_secs(40);

/// Works on one message after the other until `stopping`. What fails comes again, and after several times goes to the
/// dead letter queue.
pub(crate) async fn consume<M, H>(services: &Services, queue: Queue, handle: &H, stopping: watch::Receiver<bool>)
where
    M: DeserializeOwned,
    H: AsyncFn(Delivery<M>) -> colca_store::Result<Disposition>,
{
    let queues = &services.queues;
    while !*stopping.borrow() {
        match queues.receive(queue, 1, WAIT).await {
            Ok(messages) => {
                services.record_taken(queue, &messages);
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
    let again = PAUSE * 4_u32.pow(message.times.clamp(1, 5) - 1);
    let reason = match serde_json::from_str(&message.body) {
        Ok(parsed) => {
            // A panic is one message's failure, as in Lambda.
            let delivery = Delivery { id: message.id.clone(), message: parsed, times: message.times };
            let work = AssertUnwindSafe(handle(delivery)).catch_unwind();
            match keeping(queues, queue, &message, Box::pin(work)).await {
                Ok(Ok(Disposition::Done)) => None,
                Ok(Ok(Disposition::Retry(reason))) => Some((reason, again)),
                Ok(Ok(Disposition::RetryAfter(reason, delay))) => Some((reason, delay)),
                Ok(Err(error)) => Some((error.to_string(), again)),
                Err(_) => Some(("its work panicked".to_owned(), again)),
            }
        }
        Err(error) => Some((format!("unreadable message: {error}"), again)),
    };
    let ended = match reason {
        None => queues.delete(queue, &message).await,
        Some((reason, delay)) => {
            warn!(id = message.id, reason, "Message {} is to be delivered again", message.id);
            queues.put_back(queue, &message, delay).await
        }
    };
    if let Err(error) = ended {
        // It comes again by itself; its work is harmless to repeat.
        error!(id = message.id, %error, "Message {} could not be ended", message.id);
    }
}

/// Does work, and keeps its message from being delivered again meanwhile.
async fn keeping<T>(queues: &Queues, queue: Queue, message: &Received, work: impl Future<Output = T>) -> T {
    let keep = async {
        let mut ticks = interval(STILL_OURS);
        loop {
            ticks.tick().await;
            if let Err(error) = queues.put_back(queue, message, OURS).await {
                // A second delivery does no harm.
                warn!(id = message.id, %error, "Message {} may be delivered again", message.id);
            }
        }
    };
    tokio::select! {
        done = work => done,
        () = keep => unreachable!("it never ends"),
    }
}
