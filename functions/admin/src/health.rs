//! `GET /admin/health`: what works, what lags behind, what was given up, and what expires.

use axum::Json;
use axum::extract::State;
use colca_api::{App, User};
use colca_runtime::Services;
use colca_store::{Depth, KeyEntry, Work};
use futures::future::join_all;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::queues::{LATE, first_due, lag, or_not, queues};

/// Each part with `ok`, and `ok` for all of them together. For whoever has an account.
pub(crate) async fn get_health(State(app): State<App>, _: User) -> Json<Value> {
    let services = &app.services;
    let (store, catalog, jobs, queues, sweeper, dead_letters, keys) = futures::join!(
        answers(services.objects.ping()),
        answers(services.catalog.ping()),
        answers(services.jobs.ping()),
        async { queues(services, first_build(services).await).await },
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

async fn answers(ping: impl Future<Output = colca_store::Result<()>>) -> Value {
    or_not(ping.await.map(|()| json!({"ok": true})))
}

/// When the build was due that has waited longest.
async fn first_build(services: &Services) -> colca_store::Result<Option<Timestamp>> {
    let repositories = services.catalog.dirty_repositories().await?;
    Ok(first_due(&repositories, services.clock.now()))
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
    let part = |entry: &KeyEntry| match entry.expires() {
        Ok(end) => {
            let days = end.map(|end| KeyEntry::days_left(end, now));
            let is_ok = days.is_none_or(|days| days >= KeyEntry::FEW_DAYS);
            json!({"name": entry.name, "days_left": days.map(f64::floor), "ok": is_ok})
        }
        Err(invalid) => {
            tracing::error!(%invalid, "The key {} cannot be read", entry.name);
            json!({"name": entry.name, "days_left": null, "ok": false})
        }
    };
    known.keys.iter().map(part).collect()
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
}
