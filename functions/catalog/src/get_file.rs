//! `GET` and `HEAD` of a file. Its bytes come from the CDN; a function has better things to do.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use colca_api::{App, FilePath, UrlPath};
use colca_store::ObjectKey;

/// 302 to the bytes.
pub(crate) async fn get_file(State(app): State<App>, UrlPath(path): UrlPath<FilePath>) -> colca_api::Result<Response> {
    let binary = app.file(&path).await?;
    let path = ObjectKey::Stored(binary.key).url_path();
    let location = format!("{}/{path}", app.services.config.cdn_url);
    Ok((StatusCode::FOUND, [(header::LOCATION, location)]).into_response())
}

/// 200 with the length of what is downloaded, so that a client can ask whether a file is there without being sent elsewhere.
pub(crate) async fn head_file(State(app): State<App>, UrlPath(path): UrlPath<FilePath>) -> colca_api::Result<Response> {
    let binary = app.file(&path).await?;
    let headers = [
        (header::CONTENT_LENGTH, binary.published().0.to_string()),
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
    ];
    Ok((StatusCode::OK, headers).into_response())
}
