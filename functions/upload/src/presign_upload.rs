//! `POST /uploads`: one ticket, or up to a hundred.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use colca_api::{ApiError, App, JsonBody, User};
use colca_intake::check_archive;
use colca_model::{Binary, Invalid, Multipart, Upload, UploadId, UploadRequest, UploadState};
use futures::future::join_all;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::quota::{Quota, counted};
use crate::ticket::{self, URLS_IN_ONE_ANSWER, add};
use crate::{incoming, ticket_request};

/// How many tickets one request may ask for.
const MOST: usize = 100;

/// How often it is looked at whether a file is what is to be uploaded, which others replace at the same time.
const TRIES: usize = 4;

/// When `reap` looks at a pending upload for the first time.
const LOOK_AFTER: SignedDuration = SignedDuration::from_mins(5);

/// Gives a ticket for each request. A single bad one is answered with its error; in an array each has its own
/// answer, and 207 tells that they differ. Each is charged for itself: of those that are too many together, some get a ticket.
pub(crate) async fn presign_upload(
    State(app): State<App>,
    user: User,
    JsonBody(body): JsonBody,
) -> colca_api::Result<Response> {
    let Value::Array(requests) = body else {
        let (status, ticket) = one(&app, &user, body, URLS_IN_ONE_ANSWER).await?;
        return Ok((status, Json(ticket)).into_response());
    };
    if requests.is_empty() || requests.len() > MOST {
        let rule = format!("must ask for 1 to {MOST} tickets at once");
        return Err(Invalid::new("body", rule, format_args!("{} requests", requests.len())).into());
    }
    let most = URLS_IN_ONE_ANSWER / requests.len();
    let answers = join_all(requests.into_iter().map(|request| one(&app, &user, request, most))).await;
    let mut status = StatusCode::CREATED;
    let mut tickets = Vec::with_capacity(answers.len());
    for answer in answers {
        tickets.push(answer.map_or_else(
            |error| {
                status = StatusCode::MULTI_STATUS;
                refusal(&error)
            },
            |(_, ticket)| ticket,
        ));
    }
    Ok((status, Json(tickets)).into_response())
}

fn refusal(error: &ApiError) -> Value {
    let mut body = error.body();
    add(&mut body, json!({"status": error.status().as_u16()}));
    body
}

async fn one(app: &App, user: &User, request: Value, most: usize) -> colca_api::Result<(StatusCode, Value)> {
    let services = &app.services;
    let now = services.clock.now();
    let request = ticket_request::parse(request)?;
    user.may_upload_to(&request.repository.project)?;
    let settings = services.settings.get().await?;
    settings.check_distro(&request.repository.distro, &request.repository.distro_version)?;
    check_archive(&settings, &request.repository, &request.filename)?;
    let id = services.ids.upload_id();
    let known = stays(app, &request, &id).await?;

    let upload = Upload {
        id,
        state: if known { UploadState::Registered { notes: vec![] } } else { UploadState::Pending },
        built_by: user.name().to_owned(),
        created_at: now,
        multipart: None,
        request,
    };
    // What counts is what the ticket lets in, whether it comes or not: S3 takes no other length.
    let bytes = if known { 0 } else { counted(upload.request.size) };
    Quota::of(services, user).await?.charged(bytes, give(app, user, upload, most)).await
}

/// Writes an upload down, and tells where its bytes are to be put.
async fn give(app: &App, user: &User, mut upload: Upload, most: usize) -> colca_api::Result<(StatusCode, Value)> {
    let services = &app.services;
    let (now, known) = (upload.created_at, upload.state != UploadState::Pending);
    if !known && upload.request.size > Multipart::ABOVE {
        let part_size = Multipart::part_size_for(upload.request.size);
        let id = services.objects.start_multipart(&incoming(&upload)).await?;
        upload.multipart = Some(Multipart { id, part_size });
    }
    let due = now + if known { services.config.retention } else { LOOK_AFTER };
    services.jobs.add_upload(&upload, due).await?;
    let (id, repository) = (&upload.id, &upload.request.repository);
    user.record("asked to upload", &format_args!("{} to {repository} by upload {id}", upload.request.filename));
    tracing::info!(trace_id = id.trace_id(), upload = %id, %repository, known, "Ticket for upload {id}");

    let mut answer = ticket::state(&upload);
    // Who uploads known bytes all the same does no harm, so that a script need not tell the cases apart.
    if known && upload.request.size > Multipart::ABOVE {
        add(&mut answer, json!({"parts": []}));
    } else {
        add(&mut answer, ticket::targets(&services.objects, &upload, &[], most, now).await?);
    }
    Ok((if known { StatusCode::OK } else { StatusCode::CREATED }, answer))
}

/// Whether these very bytes are registered under this name already, and no earlier ticket replaces them any more.
async fn stays(app: &App, request: &UploadRequest, id: &UploadId) -> colca_api::Result<bool> {
    for _ in 0..TRIES {
        let Some(binary) = registered(app, request).await? else { return Ok(false) };
        // What may replace nothing keeps nobody else from it.
        if !request.force || app.services.catalog.ask_again(&binary, id).await? {
            return Ok(true);
        }
    }
    // So many replace it that its bytes had better come along.
    Ok(false)
}

/// The file, if these very bytes are registered under its name already.
///
/// # Errors
/// [`ApiError::Conflict`] if other bytes are, and the request does not say `force`.
async fn registered(app: &App, request: &UploadRequest) -> colca_api::Result<Option<Binary>> {
    let UploadRequest { repository, arch, filename, size, sha256, force, .. } = request;
    match app.services.catalog.binary(repository, arch, filename).await? {
        None => Ok(None),
        Some(binary) if binary.sha256 == *sha256 && binary.size != *size => {
            let rule = format!("must be {}, as of the file that is registered with this sha256", binary.size);
            Err(Invalid::new("size", rule, size).into())
        }
        Some(binary) if binary.sha256 == *sha256 => Ok(Some(binary)),
        Some(_) if *force => Ok(None),
        Some(binary) => Err(ApiError::Conflict(format!(
            "filename: {filename} is registered with other bytes (sha256 {}) and \"force\" was not used, got sha256 {sha256}",
            binary.sha256
        ))),
    }
}
