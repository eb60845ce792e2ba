//! `GET /uploads/{id}`: how far an upload has come, and, while it is pending, fresh URLs for what is missing.

use axum::Json;
use axum::extract::State;
use colca_api::{App, UrlPath, User};
use colca_apt::Fragment;
use colca_intake::find_sources;
use colca_model::{Binary, Upload, UploadId, UploadRequest, UploadState};
use colca_runtime::Services;
use colca_store::{StoredFragments, UploadedPart};
use serde_json::{Value, json};

use crate::ticket::{self, URLS_IN_ONE_ANSWER, add};
use crate::{find, incoming};

/// Tells the state, and those who may upload there where to. `published` says whether clients of the repository see the file yet.
pub(crate) async fn show_upload(
    State(app): State<App>,
    user: User,
    UrlPath(id): UrlPath<UploadId>,
) -> colca_api::Result<Json<Value>> {
    let upload = find(&app, &id).await?;
    let services = &app.services;
    let mut answer = ticket::state(&upload);
    match &upload.state {
        UploadState::Registered { .. } => {
            let UploadRequest { repository, arch, filename, .. } = &upload.request;
            let binary = services.catalog.binary(repository, arch, filename).await?;
            let published = match &binary {
                Some(binary) => is_published(&app, &upload, binary).await?,
                None => false,
            };
            let missing = match &binary {
                Some(binary) => missing(services, binary).await?,
                None => None,
            };
            let published = published && missing.as_ref().is_none_or(Vec::is_empty);
            // Nothing more will come of it.
            let replaced = binary.as_ref().is_some_and(|binary| binary.sha256 != upload.request.sha256);
            add(&mut answer, json!({"published": published, "deleted": binary.is_none(), "replaced": replaced}));
            if let Some(missing) = missing {
                add(&mut answer, json!({"missing": missing}));
            }
        }
        UploadState::Rejected { .. } => {}
        // Whoever holds a URL can put other bytes there.
        UploadState::Pending if user.may_upload_to(&upload.request.repository.project).is_err() => {}
        UploadState::Pending => {
            if let Some(uploaded) = uploaded(&app, &upload).await? {
                let there: Vec<Value> =
                    uploaded.iter().map(|part| json!({"number": part.number, "size": part.size})).collect();
                if upload.multipart.is_some() {
                    add(&mut answer, json!({"uploaded_parts": there}));
                }
                let now = services.clock.now();
                add(
                    &mut answer,
                    ticket::targets(&services.objects, &upload, &uploaded, URLS_IN_ONE_ANSWER, now).await?,
                );
            }
        }
    }
    Ok(Json(answer))
}

/// Whether the bytes of an upload are those registered under its name, and the change that brought them is published.
async fn is_published(app: &App, upload: &Upload, binary: &Binary) -> colca_api::Result<bool> {
    if binary.sha256 != upload.request.sha256 {
        return Ok(false);
    }
    Ok(!app.services.catalog.is_unpublished(&binary.repository, &binary.upload).await?)
}

/// The files that a source package names and that have not arrived; none if it is no source package.
async fn missing(services: &Services, binary: &Binary) -> colca_api::Result<Option<Vec<String>>> {
    let Binary { repository, arch, filename, .. } = binary;
    if !filename.as_str().ends_with(".dsc") {
        return Ok(None);
    }
    let row = services.catalog.package(repository, arch, filename).await?;
    let fragments = row.filter(|row| row.gathered.is_none()).map(|row| row.fragments);
    let Some(StoredFragments::Inline(bytes)) = fragments else { return Ok(Some(vec![])) };
    let fragment = Fragment::from_bytes(&bytes)
        .map_err(|error| colca_store::Error::damaged(format!("read the files of {filename}: {error}")))?;
    let files = services.catalog.binaries(repository).await?;
    let missing = find_sources(&fragment, &files).err().unwrap_or_default();
    Ok(Some(missing.into_iter().map(|missing| missing.name).collect()))
}

/// The parts that arrived; none for a single PUT; `None` if the parts have been put together already.
async fn uploaded(app: &App, upload: &Upload) -> colca_api::Result<Option<Vec<UploadedPart>>> {
    match &upload.multipart {
        None => Ok(Some(vec![])),
        Some(multipart) => Ok(app.services.objects.uploaded_parts(&incoming(upload), &multipart.id).await?),
    }
}
