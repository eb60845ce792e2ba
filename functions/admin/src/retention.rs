//! `GET /admin/retention`: what would be purged, and why; and what would stay. `/admin/retention/runs` purges it, in the background.

use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use colca_api::{ApiError, App, Fields, JsonBody};
use colca_model::{Invalid, Project};
use colca_retention::{Cursor, Fate, Planned, contents, page};
use colca_runtime::Services;
use colca_store::{RetentionRun, RunKind};
use futures::{StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};

use crate::admin::Admin;

/// How many repositories an answer holds, at most and if nothing is said: all files of each are counted.
const MOST: usize = 200;
const STANDARD: usize = 100;

/// How many repositories are looked into at once.
const AT_ONCE: usize = 16;

/// What is asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Asked {
    project: Option<Project>,
    all: bool,
    after: Option<Cursor>,
    limit: usize,
}

impl Asked {
    fn read(query: Vec<(String, String)>) -> Result<Self, Invalid> {
        let mut asked = Self { limit: STANDARD, ..Self::default() };
        for (name, value) in query {
            match name.as_str() {
                "project" => asked.project = Some(named("project", &value)?),
                "page-token" => asked.after = Some(named("page-token", &value)?),
                "limit" => asked.limit = limit(&value, MOST)?,
                "all" => {
                    asked.all = value.parse().map_err(|_| Invalid::new("all", "must be true or false", &value))?;
                }
                other => {
                    let rule = "must have project, all, limit or page-token alone";
                    return Err(Invalid::new("query", rule, other));
                }
            }
        }
        Ok(asked)
    }
}

/// A value of the query, whose mistakes are told under its name.
pub(crate) fn named<T: std::str::FromStr<Err = Invalid>>(name: &str, value: &str) -> Result<T, Invalid> {
    value.parse().map_err(|invalid: Invalid| Invalid { field: name.to_owned(), ..invalid })
}

/// How many things an answer is to hold.
pub(crate) fn limit(value: &str, most: usize) -> Result<usize, Invalid> {
    let limit = value.parse().ok().filter(|limit| (1..=most).contains(limit));
    limit.ok_or_else(|| Invalid::new("limit", format!("must be a whole number from 1 to {most}"), value))
}

/// Changes nothing.
pub(crate) async fn plan(
    State(app): State<App>,
    _: Admin,
    Query(query): Query<Vec<(String, String)>>,
) -> colca_api::Result<Json<Value>> {
    let asked = Asked::read(query)?;
    let services = &app.services;
    let settings = services.settings.get().await?;
    let from = (asked.after.as_ref(), asked.limit);
    let page = page(services, &settings, asked.project.as_ref(), asked.all, from).await?;
    let objects: Vec<_> = page.planned.iter().map(|planned| planned_object(services, planned)).collect();
    let repositories: Vec<Value> = stream::iter(objects).buffered(AT_ONCE).try_collect().await?;
    Ok(Json(json!({
        "enabled": settings.purges_daily(),
        "repositories": repositories,
        "next_page_token": page.next.map(|next| next.to_string()),
    })))
}

async fn planned_object(services: &Services, planned: &Planned) -> colca_store::Result<Value> {
    let Planned { repository, changed, fate, rule, .. } = planned;
    let goes = matches!(fate, Fate::Goes { .. });
    let has = contents(services, &repository.repository).await?;
    Ok(json!({
        "repository": repository.repository,
        "changed": changed,
        "goes": goes,
        "why": fate.why(),
        "rule": {
            "tables": rule.tables,
            "days": rule.retention.days,
            "keep_minimum": rule.retention.keep_minimum,
            "pinned": rule.retention.pinned,
        },
        "files": has.files,
        "packages": has.packages,
        "bytes": has.bytes,
    }))
}

/// Begins; `reap` does it.
pub(crate) async fn add_run(
    State(app): State<App>,
    admin: Admin,
    JsonBody(body): JsonBody,
) -> colca_api::Result<(StatusCode, Json<Value>)> {
    let mut fields = Fields::of(body)?;
    let project: Option<Project> = fields.optional_text("project")?;
    fields.end()?;
    let services = &app.services;
    if let Some(project) = &project
        && !services.catalog.has_project(project).await?
    {
        return Err(ApiError::NotFound(format!("the project {project}")));
    }
    let runs = services.jobs.retention_runs().await?;
    let before = runs.iter().find(|run| run.kind == RunKind::Asked);
    let by = Some(admin.name().to_owned());
    let run = RetentionRun::begin(RunKind::Asked, by, project, services.clock.now());
    let is_under_way = before.is_some_and(|before| before.ended.is_none());
    if is_under_way || !services.jobs.begin_run(&run, before).await? {
        return Err(ApiError::Conflict(
            "a run that somebody asked for is under way: wait until it has ended".to_owned(),
        ));
    }
    let of = run.project.as_ref().map_or("all projects", Project::as_str);
    admin.record("purges what is old", &of);
    Ok((StatusCode::ACCEPTED, Json(run_object(&run))))
}

/// The last run of each kind.
pub(crate) async fn list_runs(State(app): State<App>, _: Admin) -> colca_api::Result<Json<Value>> {
    let runs = app.services.jobs.retention_runs().await?;
    Ok(Json(runs.iter().map(run_object).collect()))
}

fn run_object(run: &RetentionRun) -> Value {
    let RetentionRun { kind, begun, by, project, purged, ended, .. } = run;
    json!({"kind": kind, "begun": begun, "by": by, "project": project, "purged": purged, "ended": ended})
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &[(&str, &str)]) -> Result<Asked, Invalid> {
        Asked::read(query.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect())
    }

    #[test]
    fn reads_what_is_asked() {
        assert_eq!(read(&[]), Ok(Asked { limit: STANDARD, ..Asked::default() }));
        let asked = read(&[("project", "ceph"), ("all", "true"), ("limit", "7"), ("page-token", "ceph/main")]);
        let asked = asked.expect("good");
        assert_eq!((asked.all, asked.limit), (true, 7));
        assert_eq!(asked.after.map(|after| after.to_string()).as_deref(), Some("ceph/main"));
    }

    #[test]
    fn names_the_parameter_that_is_wrong() {
        for (name, value, field) in [
            ("project", "a/b", "project"),
            ("all", "yes", "all"),
            ("limit", "0", "limit"),
            ("limit", "201", "limit"),
            ("page-token", "nonsense", "page-token"),
            ("ref", "main", "query"),
        ] {
            assert_eq!(read(&[(name, value)]).expect_err("bad input").field, field, "{name}={value}");
        }
    }
}
