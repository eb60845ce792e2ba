//! `/r/…`: the public tree, which the CDN serves. chacra serves it under the host of its API.

use axum::extract::State;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use colca_api::App;

/// 302 to the same path of the CDN.
pub(crate) async fn get_public(State(app): State<App>, uri: Uri) -> Response {
    let location = format!("{}{}", app.services.config.cdn_url, uri.path());
    (StatusCode::FOUND, [(header::LOCATION, location)]).into_response()
}
