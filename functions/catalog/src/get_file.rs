//! `GET` and `HEAD` of a file. Its bytes come from the CDN; a function has better things to do.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use colca_api::{ApiError, UrlPath};
use colca_model::Binary;
use colca_runtime::Services;
use colca_store::ObjectKey;

use crate::Shared;
use crate::path::FileNames;

/// 302 to the bytes.
pub(crate) async fn get_file(
    State(services): Shared,
    UrlPath(names): UrlPath<FileNames>,
) -> colca_api::Result<Response> {
    let binary = find(&services, names).await?;
    let path = ObjectKey::Stored(binary.key).url_path();
    let location = format!("{}/{path}", services.config.cdn_url);
    Ok((StatusCode::FOUND, [(header::LOCATION, location)]).into_response())
}

/// 200 with the length, so that a client can ask whether a file is there without being sent elsewhere.
pub(crate) async fn head_file(
    State(services): Shared,
    UrlPath(names): UrlPath<FileNames>,
) -> colca_api::Result<Response> {
    let binary = find(&services, names).await?;
    let headers = [
        (header::CONTENT_LENGTH, binary.size.to_string()),
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
    ];
    Ok((StatusCode::OK, headers).into_response())
}

async fn find(services: &Services, names: FileNames) -> colca_api::Result<Binary> {
    let filename = names.filename.ok_or_else(|| ApiError::NotFound("this file".to_owned()))?;
    let repository = names.repository.repository()?;
    let binary = services.catalog.binary(&repository, &names.arch, &filename).await?;
    binary.ok_or_else(|| ApiError::NotFound(format!("{:?}", filename.as_str())))
}
