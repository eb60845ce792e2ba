//! Files as chacra's clients send them: `POST` of a new one to its directory, `PUT` over one that is there. When we answer,
//! the file is registered, with its checksums.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use colca_api::{ApiError, App, ArchPath, FilePath, UrlPath, User};
use colca_intake::{Refusal, Taken, Way, reject, take_in};
use colca_model::{Arch, Filename, Invalid, RepoPath, Upload, UploadRequest, UploadState};
use colca_store::ObjectKey;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::quota::{Quota, counted};
use crate::received::{self, Form, Received};

/// chacra's words for a name that is taken.
const TAKEN: &str = "resource already exists and \"force\" key was not used";

/// When `reap` looks at an upload that we were registering and did not end.
const LOOK_AFTER: SignedDuration = SignedDuration::from_mins(5);

type Answer = colca_api::Result<(StatusCode, Json<Value>)>;

/// Where a file goes.
struct Target {
    repository: RepoPath,
    arch: Arch,
    /// The file to replace; the form names a new one itself.
    existing: Option<Filename>,
}

/// 201 for a new file; 200 for one that was replaced with `force`.
pub(crate) async fn post_file(
    State(app): State<App>,
    user: User,
    UrlPath(path): UrlPath<ArchPath>,
    request: Request,
) -> Answer {
    let ArchPath { repository, arch, .. } = path;
    receive(app, user, Target { repository, arch, existing: None }, request).await
}

/// 200; 404 if there is nothing to replace.
pub(crate) async fn put_file(
    State(app): State<App>,
    user: User,
    UrlPath(path): UrlPath<FilePath>,
    request: Request,
) -> Answer {
    user.may_upload_to(&path.repository.project)?;
    app.file(&path).await?;
    let FilePath { repository, arch, filename } = path;
    receive(app, user, Target { repository, arch, existing: Some(filename) }, request).await
}

async fn receive(app: App, user: User, target: Target, request: Request) -> Answer {
    user.may_upload_to(&target.repository.project)?;
    let settings = app.services.settings.get().await?;
    settings.check_distro(&target.repository.distro, &target.repository.distro_version)?;
    let form = Form::begin(request, app.services.config.body_limit)?;
    // A task of its own: this one ends with the connection, and what has begun must be cleared away.
    let work = tokio::spawn(async move {
        let id = app.services.ids.upload_id();
        let quota = Quota::of(&app.services, &user).await?;
        let received = received::receive(&app.services, &id, form, quota.room()).await?;
        let answer = register(&app, &user, &quota, target, &received).await;
        app.services.objects.discard(&received.key).await;
        answer
    });
    work.await.unwrap_or_else(|_| Err(ApiError::Store(colca_store::Error::corrupt("receive a file", "a panic"))))
}

async fn register(app: &App, user: &User, quota: &Quota<'_>, target: Target, received: &Received) -> Answer {
    let services = &app.services;
    let Received { file, force, .. } = received;
    let force = *force || target.existing.is_some();
    let filename = match target.existing {
        Some(filename) => filename,
        None => Filename::new(file.name.as_deref().unwrap_or_default())
            .map_err(|error| Invalid { field: "file".to_owned(), ..error })?,
    };
    let Target { repository, arch, .. } = target;
    // Where it may be replaced, what is there matters to the quota alone.
    let there = if force && !quota.is_limited() {
        None
    } else {
        services.catalog.binary(&repository, &arch, &filename).await?
    };
    if !force && there.is_some() {
        return Err(ApiError::Refused(TAKEN.to_owned()));
    }
    let is_known = there.is_some_and(|binary| binary.sha256 == file.sha256);
    let upload = Upload {
        // Its bytes are all here: of two that race, the one that was complete last is the later one.
        id: services.ids.upload_id(),
        request: UploadRequest {
            repository,
            arch,
            filename,
            size: file.size,
            sha256: file.sha256,
            sha512: Some(file.sha512),
            force,
        },
        state: UploadState::Pending,
        built_by: user.name().to_owned(),
        created_at: services.clock.now(),
        multipart: None,
    };
    // As late as can be, so that what was refused before costs nothing. What is refused for what it holds counts: it was received
    // whole, and looked at.
    let bytes = if is_known { 0 } else { counted(file.size) };
    quota.charged(bytes, enter(app, user, &upload, &received.key)).await
}

/// Registers a file that lies in the incoming bucket.
async fn enter(app: &App, user: &User, upload: &Upload, received: &ObjectKey) -> Answer {
    let services = &app.services;
    services.jobs.add_upload(upload, upload.created_at + LOOK_AFTER).await?;
    let taken = take_in(services, upload, received, Way::Request).await;
    match taken {
        Ok(taken) => {
            user.record("uploaded", &format_args!("{} to {}", upload.request.filename, upload.request.repository));
            let status = if taken == Taken::New { StatusCode::CREATED } else { StatusCode::OK };
            Ok((status, Json(json!({}))))
        }
        Err(Refusal::NameTaken(rejection)) => {
            reject(services, upload, &rejection).await?;
            Err(ApiError::Refused(TAKEN.to_owned()))
        }
        Err(Refusal::Rejected(rejection)) => {
            reject(services, upload, &rejection).await?;
            Err(ApiError::Refused(rejection.reason))
        }
        Err(Refusal::Failed(error)) => Err(error.into()),
    }
}
