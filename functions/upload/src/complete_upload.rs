//! `POST /uploads/{id}/complete`: all parts are there, make one file of them.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use colca_api::{ApiError, App, UrlPath, User};
use colca_model::{Multipart, UploadId, UploadState};
use colca_store::ErrorKind;
use serde_json::Value;

use crate::{find, incoming, ticket};

/// Puts the parts together. Repeating it is harmless: what is complete stays so.
pub(crate) async fn complete_upload(
    State(app): State<App>,
    user: User,
    UrlPath(id): UrlPath<UploadId>,
) -> colca_api::Result<(StatusCode, Json<Value>)> {
    let upload = find(&app, &id).await?;
    user.may_upload_to(&upload.request.repository.project)?;
    let answer = (StatusCode::ACCEPTED, Json(ticket::state(&upload)));
    if upload.state != UploadState::Pending {
        return Ok(answer);
    }
    let Some(multipart) = &upload.multipart else {
        return Err(ApiError::Conflict(format!("the upload {id} is a single PUT and completes by itself")));
    };
    let key = incoming(&upload);
    let Some(uploaded) = app.services.objects.uploaded_parts(&key, &multipart.id).await? else {
        return Ok(answer);
    };
    for (number, size) in Multipart::parts(multipart.part_size, upload.request.size) {
        match uploaded.iter().find(|part| part.number == number) {
            Some(part) if part.size == size => {}
            Some(part) => {
                let message =
                    format!("parts: part {number} must be {size} bytes long, got {}; put it again", part.size);
                return Err(ApiError::Conflict(message));
            }
            None => return Err(ApiError::Conflict(format!("parts: part {number} of {size} bytes is missing"))),
        }
    }
    match app.services.objects.complete_multipart(&key, &multipart.id, uploaded).await {
        // Somebody else completed it between our two looks.
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(answer),
        Err(error) if error.kind() == ErrorKind::Invalid => {
            Err(ApiError::Conflict("parts: one of them was put again meanwhile; complete once more".to_owned()))
        }
        result => Ok(result.map(|()| answer)?),
    }
}
