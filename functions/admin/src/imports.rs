//! `POST /admin/imports`: packages that lie elsewhere already are taken in, one piece after the other; `GET` says how far that is, and
//! `DELETE` ends it.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use colca_api::{ApiError, App, Fields, FromUrl, JsonBody, Names, UrlPath};
use colca_model::{Arch, Codename, Import, ImportSource, ImportState, Invalid, RepoPath, UploadId};
use colca_runtime::Config;
use colca_settings::{Settings, WebDirectory};
use colca_store::ImportMessage;
use serde_json::{Value, json};

use crate::admin::Admin;

/// The prefix of the incoming bucket that is nobody else's.
const INCOMING: &str = "import/";

/// One import.
#[derive(Debug, Clone)]
pub(crate) struct ImportPath(UploadId);

impl FromUrl for ImportPath {
    fn from_url(names: &Names) -> Result<Self, Invalid> {
        names.get("import").map(Self)
    }
}

pub(crate) async fn add_import(
    State(app): State<App>,
    admin: Admin,
    JsonBody(body): JsonBody,
) -> colca_api::Result<(StatusCode, Json<Value>)> {
    let mut fields = Fields::of(body)?;
    let repository: RepoPath = fields.text("repository")?;
    let source: ImportSource = fields.text("source")?;
    let arch: Option<Arch> = fields.optional_text("arch")?;
    fields.end()?;
    let services = &app.services;
    let settings = services.settings.get().await?;
    settings.check_distro(&repository.distro, &repository.distro_version)?;
    check_source(&services.config, &settings, &source)?;
    let now = services.clock.now();
    let import = Import::begin(services.ids.upload_id(), repository, source, arch, admin.name().to_owned(), now);
    services.jobs.add_import(&import, now + Import::LOOK_AFTER).await?;
    services.queues.send_import(&ImportMessage { import: import.id.clone() }).await?;
    admin.record("began to import", &format_args!("{} into {}", import.source, import.repository));
    Ok((StatusCode::ACCEPTED, Json(import_object(&import))))
}

pub(crate) async fn list_imports(State(app): State<App>, _: Admin) -> colca_api::Result<Json<Value>> {
    let imports = app.services.jobs.imports().await?;
    Ok(Json(imports.iter().rev().map(import_object).collect()))
}

pub(crate) async fn get_import(
    State(app): State<App>,
    _: Admin,
    UrlPath(ImportPath(id)): UrlPath<ImportPath>,
) -> colca_api::Result<Json<Value>> {
    let import = app.services.jobs.import(&id).await?;
    let import = import.ok_or_else(|| ApiError::NotFound(format!("the import {id}")))?;
    Ok(Json(import_object(&import)))
}

pub(crate) async fn stop_import(
    State(app): State<App>,
    admin: Admin,
    UrlPath(ImportPath(id)): UrlPath<ImportPath>,
) -> colca_api::Result<Json<Value>> {
    let services = &app.services;
    let due = services.clock.now() + Import::LOOK_AFTER;
    let is_stopped = services.jobs.stop_import(&id, admin.name(), due, services.config.retention).await?;
    let import = services.jobs.import(&id).await?.ok_or_else(|| ApiError::NotFound(format!("the import {id}")))?;
    if !is_stopped {
        let state = import_object(&import)["state"].clone();
        return Err(ApiError::Conflict(format!("the import {id} is not running: it is {state}")));
    }
    // What it took in is listed; that of the piece that is under way, when it ends.
    services.queues.send_import(&ImportMessage { import: id }).await?;
    admin.record("stopped the import", &format_args!("{} into {}", import.source, import.repository));
    Ok(Json(import_object(&import)))
}

/// Whether we may read there: nobody shall have us fetch what he could not.
fn check_source(config: &Config, settings: &Settings, source: &ImportSource) -> Result<(), Invalid> {
    let refuse = |rule: String| Err(Invalid::new("source", rule, source));
    match source {
        ImportSource::Bucket { bucket, prefix } if *bucket == config.incoming_bucket => {
            if prefix.starts_with(INCOMING) {
                return Ok(());
            }
            refuse(format!("must begin with s3://{bucket}/{INCOMING}"))
        }
        ImportSource::Bucket { bucket, .. } if *bucket == config.store_bucket => {
            refuse("must not be in the store, whose files are published already".to_owned())
        }
        ImportSource::Bucket { bucket, .. } if config.import_buckets.contains(bucket) => Ok(()),
        ImportSource::Bucket { .. } => {
            let others: Vec<_> = config.import_buckets.iter().map(|bucket| format!(", s3://{bucket}/")).collect();
            refuse(format!(
                "must begin with s3://{}/{INCOMING}{}, or name a bucket that the parameter ImportBuckets of the deployment names",
                config.incoming_bucket,
                others.concat()
            ))
        }
        ImportSource::Web(url) => {
            let url = WebDirectory::new(url).map_err(|invalid| Invalid { field: "source".to_owned(), ..invalid })?;
            if let Some((_, codename)) = url.distribution()
                && Codename::new(codename).is_err()
            {
                return refuse("must end with dists/ and one codename, if it is of an archive".to_owned());
            }
            if settings.may_fetch(&url) {
                return Ok(());
            }
            refuse("must begin with one of the addresses in allow of [external]".to_owned())
        }
    }
}

fn import_object(import: &Import) -> Value {
    let Import { id, repository, source, arch, by, created_at, state, pieces, cursor, tally, trouble, .. } = import;
    let (state, reason, stopped_by) = match state {
        ImportState::Running => ("running", None, None),
        ImportState::Done => ("done", None, None),
        ImportState::Failed { reason } => ("failed", Some(reason), None),
        ImportState::Stopped { stopped_by } => ("stopped", None, Some(stopped_by)),
    };
    let refused: Vec<_> = tally.refusals.iter().map(|file| json!({"path": file.path, "reason": file.reason})).collect();
    json!({
        "import": id,
        "repository": repository.to_string(),
        "source": source.to_string(),
        "arch": arch,
        "by": by,
        "created": created_at.to_string(),
        "state": state,
        "reason": reason,
        "stopped_by": stopped_by,
        "trouble": trouble,
        "pieces": pieces,
        "last": cursor,
        "found": tally.found,
        "taken_in": tally.taken_in,
        "same_already": tally.same_already,
        "passed_over": tally.passed_over,
        "refused": tally.refused,
        "refusals": refused,
    })
}
