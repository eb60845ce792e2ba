//! `GET /admin/health`: what works, what lags behind, what was given up, and what expires.

use axum::Json;
use axum::extract::State;
use colca_api::{App, User};
use colca_runtime::Services;
use colca_store::{Depth, Queue, Repository, Work};
use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

/// How long work may be due before something is wrong: the sweeper would have found it several times.
const LATE: SignedDuration = SignedDuration::from_mins(10);

/// With fewer days left somebody should have begun to rotate a key, and the alarm says so.
const FEW_DAYS: f64 = 30.0;

/// Each part with `ok`, and `ok` for all of them together. For whoever has an account.
pub(crate) async fn get_health(State(app): State<App>, _: User) -> Json<Value> {
    let services = &app.services;
    let (store, catalog, jobs, queues, sweeper, dead_letters, keys) = futures::join!(
        answers(services.objects.ping()),
        answers(services.catalog.ping()),
        answers(services.jobs.ping()),
        queues(services),
        sweeper(services),
        dead_letters(services),
        keys(services),
    );
    Json(summed_up(json!({
        "store": store,
        "catalog": catalog,
        "jobs": jobs,
        "queues": queues,
        "sweeper": sweeper,
        "dead_letters": dead_letters,
        "keys": keys,
    })))
}

/// Adds `ok`: whether all parts are, however deep they lie.
fn summed_up(mut parts: Value) -> Value {
    parts["ok"] = json!(is_ok(&parts));
    parts
}

fn is_ok(value: &Value) -> bool {
    match value {
        Value::Object(parts) => parts.get("ok") != Some(&json!(false)) && parts.values().all(is_ok),
        Value::Array(parts) => parts.iter().all(is_ok),
        _ => true,
    }
}

/// What a part says of itself, or that it does not answer. Why not is for the log.
fn or_not(part: colca_store::Result<Value>) -> Value {
    part.unwrap_or_else(|error| {
        tracing::error!(%error, "Not healthy");
        json!({"ok": false})
    })
}

async fn answers(ping: impl Future<Output = colca_store::Result<()>>) -> Value {
    or_not(ping.await.map(|()| json!({"ok": true})))
}

/// What waits for its functions. How late it is our own tables say: SQS tells the age of a message to CloudWatch alone.
async fn queues(services: &Services) -> Value {
    let now = services.clock.now();
    let with_lag = async |queue, due: colca_store::Result<Option<Timestamp>>| {
        let (depth, lag) = (services.queues.depth(queue).await?, lag(due?, now));
        let mut part = counts(depth);
        part["overdue_seconds"] = json!(lag.as_secs());
        part["ok"] = json!(lag < LATE);
        Ok(part)
    };
    let callback = async {
        let mut part = counts(services.queues.depth(Queue::Callback).await?);
        part["ok"] = json!(true);
        Ok(part)
    };
    let (ingest, build, import, callback) = futures::join!(
        async { with_lag(Queue::Ingest, services.jobs.first_due(Work::Uploads).await).await },
        async { with_lag(Queue::Build, first_build(services).await).await },
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
async fn first_build(services: &Services) -> colca_store::Result<Option<Timestamp>> {
    let now = services.clock.now();
    let repositories = services.catalog.dirty_repositories().await?;
    let waiting = repositories.iter().filter(|repository| !repository.is_updating(now));
    Ok(waiting.filter_map(Repository::build_was_due).min())
}

/// What only the sweeper does.
async fn sweeper(services: &Services) -> Value {
    let now = services.clock.now();
    let looks = futures::try_join!(services.jobs.first_due(Work::Garbage), services.jobs.first_due(Work::Refreshes));
    or_not(looks.map(|(garbage, refreshes)| {
        let lag = lag(garbage, now).max(lag(refreshes, now));
        json!({"overdue_seconds": lag.as_secs(), "ok": lag < LATE})
    }))
}

/// What was given up. Each message is somebody's work to look at.
async fn dead_letters(services: &Services) -> Value {
    let looks = services.config.dead_letters.iter().map(async |(name, url)| {
        let depth = services.queues.depth_at(url).await;
        let part = depth.map(|Depth { waiting, .. }| json!({"messages": waiting, "ok": waiting == 0}));
        ((*name).to_owned(), or_not(part))
    });
    Value::Object(join_all(looks).await.into_iter().collect::<Map<_, _>>())
}

/// The keys that sign, as far as they expire.
async fn keys(services: &Services) -> Value {
    let now = services.clock.now();
    let known = match services.keys.list().await {
        Ok(known) => known,
        Err(error) => return or_not(Err(error)),
    };
    let part = |entry: &colca_store::KeyEntry| match entry.expires() {
        Ok(end) => {
            let days = end.map(|end| end.duration_since(now).as_secs_f64() / (24.0 * 60.0 * 60.0));
            let is_ok = days.is_none_or(|days| days >= FEW_DAYS);
            json!({"name": entry.name, "days_left": days.map(f64::floor), "ok": is_ok})
        }
        Err(invalid) => {
            tracing::error!(%invalid, "The key {} cannot be read", entry.name);
            json!({"name": entry.name, "days_left": null, "ok": false})
        }
    };
    known.keys.iter().map(part).collect()
}

fn counts(depth: Depth) -> Value {
    json!({"waiting": depth.waiting, "under_way": depth.under_way, "delayed": depth.delayed})
}

/// How long something has been due; nothing if it is not.
fn lag(due: Option<Timestamp>, now: Timestamp) -> SignedDuration {
    due.map_or(SignedDuration::ZERO, |due| now.duration_since(due)).max(SignedDuration::ZERO)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_is_well_if_each_part_is() {
        for (parts, expected) in [
            (json!({"a": {"ok": true}, "b": {"c": {"ok": true, "n": 0}}, "d": [{"ok": true}], "e": {}}), true),
            (json!({"a": {"ok": true}, "b": {"c": {"ok": false, "n": 0}}}), false),
            (json!({"a": [{"ok": true}, {"ok": false}]}), false),
        ] {
            assert_eq!(summed_up(parts.clone())["ok"], expected, "{parts}");
        }
    }

    #[test]
    fn what_is_not_due_yet_does_not_lag() {
        let at = |second| Timestamp::from_second(second).expect("a moment");
        assert_eq!(lag(None, at(100)), SignedDuration::ZERO);
        assert_eq!(lag(Some(at(101)), at(100)), SignedDuration::ZERO);
        assert_eq!(lag(Some(at(40)), at(100)), SignedDuration::from_secs(60));
    }
}
