//! `GET /admin/status`: what happens now in the whole place, and what keeps things from happening.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use colca_api::{App, BuildRules, Standing, User, moment};
use colca_model::{Import, ImportState, Upload, UploadState};
use colca_runtime::Services;
use colca_settings::Settings;
use colca_store::{Purge, Repository, RetentionRun};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::queues::{first_due, queues};

/// How many of each kind are listed.
const MOST: usize = 100;

/// One more than that, which says whether there are more.
const ASKED: i32 = 101;

/// For whoever has an account. Where imports come from, and who asked for what, is for administrators: see the lists of each.
pub(crate) async fn get_status(State(app): State<App>, _: User) -> colca_api::Result<Json<Value>> {
    let services = &app.services;
    let now = services.clock.now();
    let (settings, dirty, stuck, imports, purges, runs, uploads) = futures::try_join!(
        services.settings.get(),
        services.catalog.dirty_repositories(),
        services.catalog.stuck_repositories(ASKED),
        services.jobs.imports_under_way(ASKED),
        services.jobs.purges_under_way(ASKED),
        services.jobs.retention_runs(),
        services.jobs.late_uploads(now, MOST + 1),
    )?;
    let queues = queues(services, Ok(first_due(&dirty, now))).await;
    let stuck: Vec<_> = stuck.into_iter().filter(|repository| !repository.is_gone()).collect();
    let show = |repository: &Repository| repository_object(services, &settings, repository, now);
    let mut repositories = some(&by_urgency(&dirty, now), |repository| show(repository));
    repositories["counts"] = json!(counts(&dirty, now));
    let runs: Vec<_> = runs.into_iter().filter(|run| run.ended.is_none()).collect();
    Ok(Json(json!({
        "repositories": repositories,
        "stuck": some(&stuck, show),
        "imports": some(&imports, import_object),
        "purges": some(&purges, purge_object),
        "retention": some(&runs, run_object),
        "uploads": some(&uploads, upload_object),
        "queues": queues,
    })))
}

/// The first of them, and whether there are more.
fn some<T>(all: &[T], object: impl Fn(&T) -> Value) -> Value {
    let listed: Vec<_> = all.iter().take(MOST).map(object).collect();
    json!({"listed": listed, "more": all.len() > MOST})
}

/// Since when a build is overdue that nobody is at.
fn overdue(repository: &Repository, now: Timestamp) -> Option<Timestamp> {
    repository.build_was_due().filter(|due| *due < now && !repository.is_updating(now))
}

/// Those that are overdue first, the longest of all at the top; then those that are being built; then those that wait.
fn by_urgency(repositories: &[Repository], now: Timestamp) -> Vec<&Repository> {
    let mut sorted: Vec<_> = repositories.iter().collect();
    sorted.sort_by_key(|repository| {
        let overdue = overdue(repository, now);
        (overdue.is_none(), overdue, !repository.is_updating(now), repository.queued_until())
    });
    sorted
}

/// How many there are of each, of all that have changes: those that fail when they are built wait, too.
fn counts(repositories: &[Repository], now: Timestamp) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::from([("building", 0), ("failed", 0), ("overdue", 0), ("waiting", 0)]);
    for repository in repositories {
        let kind = match repository {
            _ if repository.is_updating(now) => "building",
            _ if overdue(repository, now).is_some() => "overdue",
            _ => "waiting",
        };
        *counts.entry(kind).or_default() += 1;
        if repository.failed.is_some() {
            *counts.entry("failed").or_default() += 1;
        }
    }
    counts
}

fn repository_object(services: &Services, settings: &Settings, repository: &Repository, now: Timestamp) -> Value {
    let path = &repository.repository;
    // Each of them is here because it has changes, but for one whose builder found none, in the moment until that is noted.
    let standing = Standing::of(repository, true, BuildRules::of(services, settings, path), now);
    let Standing { state, why, since, until, .. } = standing;
    json!({
        "repository": path,
        "state": state,
        "why": why,
        "since": since.map(moment),
        "until": until.map(moment),
    })
}

fn import_object(import: &Import) -> Value {
    let Import { id, repository, created_at, state, pieces, moved_at, tally, .. } = import;
    json!({
        "import": id,
        "repository": repository,
        "state": if *state == ImportState::Running { "running" } else { "stopping" },
        "created": moment(*created_at),
        "moved": moment(*moved_at),
        "pieces": pieces,
        "found": tally.found,
        "taken_in": tally.taken_in,
        "same_already": tally.same_already,
        "passed_over": tally.passed_over,
        "refused": tally.refused,
    })
}

fn purge_object(purge: &Purge) -> Value {
    let Purge { id, repository, state, begun, files, .. } = purge;
    json!({"purge": id, "repository": repository, "state": state, "begun": moment(*begun), "files": files})
}

fn run_object(run: &RetentionRun) -> Value {
    let RetentionRun { kind, project, begun, purged, .. } = run;
    json!({"kind": kind, "project": project, "begun": moment(*begun), "purged": purged})
}

/// One that is late: nobody has looked at its bytes, they have not come, or what follows its registration was not done.
fn upload_object(upload: &Upload) -> Value {
    let Upload { id, request, state, created_at, .. } = upload;
    json!({
        "upload": id,
        "repository": request.repository,
        "filename": request.filename,
        "state": if *state == UploadState::Pending { "pending" } else { "registered" },
        "created": moment(*created_at),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A repository with changes; times in seconds.
    fn repository(name: &str, item: Value) -> Repository {
        let path = format!("{name}/main/HEAD/centos/9/flavors/default");
        let mut all = json!({"repository": path, "modified": 0, "dirty": "dirty"});
        for (key, second) in item.as_object().expect("an object") {
            all[key] = second.as_i64().map_or_else(|| second.clone(), |second| json!(second * 1000));
        }
        serde_json::from_value(all).expect("a repository")
    }

    #[test]
    fn what_is_late_comes_first_and_all_are_counted() {
        let now = Timestamp::from_second(100).expect("a moment");
        let repositories = [
            repository("waiting", json!({"queued_until": 105})),
            repository("building", json!({"lease_until": 120, "failed": "no key"})),
            repository("late", json!({"queued_until": 99})),
            repository("later", json!({"queued_until": 40, "failed": "no key"})),
            repository("soon", json!({"queued_until": 101})),
        ];
        let sorted = by_urgency(&repositories, now);
        let names: Vec<_> = sorted.iter().map(|repository| repository.repository.project.as_str()).collect();
        assert_eq!(names, ["later", "late", "building", "soon", "waiting"]);
        let expected = [("building", 1), ("failed", 2), ("overdue", 2), ("waiting", 2)];
        assert_eq!(counts(&repositories, now), expected.into());
    }

    #[test]
    fn a_hundred_are_listed() {
        let listed = |count: usize| some(&vec![(); count], |()| json!(1));
        assert_eq!(listed(0), json!({"listed": [], "more": false}));
        assert_eq!((listed(100)["more"].clone(), listed(101)["more"].clone()), (json!(false), json!(true)));
        assert_eq!(listed(101)["listed"].as_array().map(Vec::len), Some(100));
    }
}
