//! How files come in: by tickets, which let their holder put one file of the length and checksum named in it into the
//! incoming bucket, and through us, as chacra's clients send them. Nobody writes to where the public reads.

mod complete_upload;
mod create_project;
#[cfg(test)]
mod fuzz;
mod metered;
mod note_metadata;
mod operations;
mod presign_upload;
mod quota;
mod receive_file;
mod received;
mod show_upload;
mod ticket;
mod ticket_request;

use axum::Router;
use axum::http::Method;
use colca_api::paths::{ARCH, below};
use colca_api::{ApiError, App, Routes, complete};
use colca_model::{Upload, UploadId};
use colca_store::ObjectKey;

/// The routes of uploads.
#[must_use]
pub fn routes() -> Routes<App> {
    let file = below(ARCH, "{filename}");
    Routes::default()
        .post(&["/uploads"], presign_upload::presign_upload, &operations::tickets())
        .get(&["/uploads/{id}"], show_upload::show_upload, &operations::upload())
        .post(&["/uploads/{id}/complete"], complete_upload::complete_upload, &operations::completion())
        .post(&["/binaries/{project}"], create_project::create_project, &operations::project())
        .post(&ARCH, receive_file::post_file, &operations::new_file())
        .on(&Method::PUT, &file, receive_file::put_file, &operations::replaced_file())
        .post(&file, note_metadata::note_metadata, &operations::metadata())
        // It would be taken for a file of that name.
        .post(&[format!("{}/flavors", ARCH[0])], no_file, &operations::flavors())
}

/// The list of flavors is no file.
async fn no_file() -> ApiError {
    ApiError::MethodNotAllowed("POST requests to this url are not allowed".to_owned())
}

/// The whole function.
pub fn router(app: App) -> Router {
    complete(routes().router(), app)
}

/// The upload a URL names.
async fn find(app: &App, id: &UploadId) -> colca_api::Result<Upload> {
    let upload = app.services.jobs.upload(id).await?;
    upload.ok_or_else(|| ApiError::NotFound(format!("the upload {id}")))
}

/// Where an upload's bytes arrive.
fn incoming(upload: &Upload) -> ObjectKey {
    ObjectKey::Incoming { upload: upload.id.clone(), filename: upload.request.filename.clone() }
}
