//! `GET /health/`: do the tables and the store answer?

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use colca_api::App;
use colca_runtime::Services;

/// 204 if everything answers. What does not is logged, and named to nobody.
pub(crate) async fn get_health(State(app): State<App>) -> Response {
    match check(&app.services).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => {
            tracing::error!(%error, "Not healthy");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

async fn check(services: &Services) -> colca_store::Result<()> {
    futures::try_join!(services.catalog.ping(), services.objects.ping())?;
    Ok(())
}
