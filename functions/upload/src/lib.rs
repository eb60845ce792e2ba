//! Upload tickets. A ticket lets its holder put one file, of the length and checksum named in it, into the
//! incoming bucket, from where `ingest` takes it. Nobody writes to where the public reads.

mod complete_upload;
mod presign_upload;
mod show_upload;
mod ticket;
mod ticket_request;

use axum::Router;
use axum::extract::FromRef;
use axum::routing::{get, post};
use colca_api::{ApiError, Authenticator};
use colca_model::{Upload, UploadId};
use colca_runtime::Services;
use colca_store::ObjectKey;

/// What the handlers share.
#[derive(Clone)]
pub struct State {
    services: Services,
    authenticator: Authenticator,
}

impl State {
    /// The state of a function that has just started.
    #[must_use]
    pub fn new(services: Services) -> Self {
        let authenticator = Authenticator::new(services.secrets.clone(), services.clock.clone());
        Self { services, authenticator }
    }

    /// The upload a URL names.
    async fn upload(&self, id: &str) -> colca_api::Result<Upload> {
        let missing = || ApiError::NotFound(format!("the upload {id:?}"));
        let id: UploadId = id.parse().map_err(|_| missing())?;
        self.services.jobs.upload(&id).await?.ok_or_else(missing)
    }
}

impl FromRef<State> for Authenticator {
    fn from_ref(state: &State) -> Self {
        state.authenticator.clone()
    }
}

/// Where an upload's bytes arrive.
fn incoming(upload: &Upload) -> ObjectKey {
    ObjectKey::Incoming { upload: upload.id.clone(), filename: upload.request.filename.clone() }
}

/// The routes of uploads.
pub fn router(state: State) -> Router {
    Router::new()
        .route("/uploads", post(presign_upload::presign_upload))
        .route("/uploads/", post(presign_upload::presign_upload))
        .route("/uploads/{id}", get(show_upload::show_upload))
        .route("/uploads/{id}/", get(show_upload::show_upload))
        .route("/uploads/{id}/complete", post(complete_upload::complete_upload))
        .route("/uploads/{id}/complete/", post(complete_upload::complete_upload))
        .fallback(async || ApiError::NotFound("this page".to_owned()))
        .method_not_allowed_fallback(async || ApiError::MethodNotAllowed("POST for tickets and GET for an upload"))
        .with_state(state)
}
