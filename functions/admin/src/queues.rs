//! What waits in the queues, and for how long: of interest to whoever asks how we are, and to whoever asks what happens now.

use colca_runtime::Services;
use colca_store::{Depth, Queue, Repository, Work};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// How long work may be due before something is wrong: the sweeper would have found it several times.
pub(crate) const LATE: SignedDuration = SignedDuration::from_mins(10);

/// What waits for its functions; `build` is when the build was due that has waited longest. How late they are our own tables say: SQS
/// tells the age of a message to CloudWatch alone.
pub(crate) async fn queues(services: &Services, build: colca_store::Result<Option<Timestamp>>) -> Value {
    let now = services.clock.now();
    let with_lag = async |queue, due: colca_store::Result<Option<Timestamp>>| {
        let (depth, lag) = (services.queues.depth(queue).await?, lag(due?, now));
        let mut part = counts(depth);
        part["overdue_seconds"] = json!(lag.as_secs());
        part["ok"] = json!(lag < LATE);
        Ok(part)
    };
    // `ok` says that the queue answers. How many wait says nothing of how late they are: a burst has hundreds, a receiver that
    // is away perhaps one. For those CloudWatch has an alarm, CallbackLags; what was given up is among the dead letters.
    let callback = async {
        let mut part = counts(services.queues.depth(Queue::Callback).await?);
        part["ok"] = json!(true);
        Ok(part)
    };
    let (ingest, build, import, callback) = futures::join!(
        async { with_lag(Queue::Ingest, services.jobs.first_due(Work::Uploads).await).await },
        with_lag(Queue::Build, build),
        async { with_lag(Queue::Import, services.jobs.first_due(Work::Imports).await).await },
        callback,
    );
    json!({
        "ingest": or_not(ingest),
        "build": or_not(build),
        "import": or_not(import),
        "callback": or_not(callback),
    })
}

/// When the build was due that has waited longest, of those that nobody is at.
pub(crate) fn first_due(repositories: &[Repository], now: Timestamp) -> Option<Timestamp> {
    let waiting = repositories.iter().filter(|repository| !repository.is_updating(now));
    waiting.filter_map(Repository::build_was_due).min()
}

fn counts(depth: Depth) -> Value {
    json!({"waiting": depth.waiting, "under_way": depth.under_way, "delayed": depth.delayed})
}

/// How long something has been due; nothing if it is not.
pub(crate) fn lag(due: Option<Timestamp>, now: Timestamp) -> SignedDuration {
    due.map_or(SignedDuration::ZERO, |due| now.duration_since(due)).max(SignedDuration::ZERO)
}

/// What a part says of itself, or that it does not answer. Why not is for the log.
pub(crate) fn or_not(part: colca_store::Result<Value>) -> Value {
    part.unwrap_or_else(|error| {
        tracing::error!(%error, "Not healthy");
        json!({"ok": false})
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_due_yet_does_not_lag() {
        let at = |second| Timestamp::from_second(second).expect("a moment");
        assert_eq!(lag(None, at(100)), SignedDuration::ZERO);
        assert_eq!(lag(Some(at(101)), at(100)), SignedDuration::ZERO);
        assert_eq!(lag(Some(at(40)), at(100)), SignedDuration::from_secs(60));
    }
}
