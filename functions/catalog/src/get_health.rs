//! `GET /health/`: do the tables, the store and the queues answer?

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use colca_api::App;

/// 204 if everything answers. What does not is logged, and named to nobody.
pub(crate) async fn get_health(State(app): State<App>) -> Response {
    match app.services.check().await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => {
            tracing::error!(%error, "Not healthy");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
