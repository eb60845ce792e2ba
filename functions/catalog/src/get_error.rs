//! `/errors/…`: the pages that chacra sends requests to when they fail. Nothing of ours leads here; scripts may know them.

use std::collections::HashMap;

use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use colca_api::{ApiError, App, Names, UrlPath};
use serde_json::json;

/// The status that the name stands for, with the text of `error_message`.
pub(crate) async fn get_error(
    State(_): State<App>,
    UrlPath(names): UrlPath<Names>,
    Query(query): Query<HashMap<String, String>>,
) -> colca_api::Result<Response> {
    let name: colca_model::Filename = names.get("name").map_err(|_| ApiError::NotFound("this page".to_owned()))?;
    let (status, text) = match name.as_str() {
        "schema" => (StatusCode::BAD_REQUEST, "the body is not of the right form"),
        "invalid" => (StatusCode::BAD_REQUEST, "invalid request"),
        "not_allowed" => (StatusCode::METHOD_NOT_ALLOWED, "method not allowed"),
        "forbidden" => (StatusCode::FORBIDDEN, "forbidden"),
        "not_found" => (StatusCode::NOT_FOUND, "resource was not found"),
        "unavailable" => (StatusCode::SERVICE_UNAVAILABLE, "service unavailable"),
        "error" => (StatusCode::INTERNAL_SERVER_ERROR, "an error has occurred"),
        _ => return Err(ApiError::NotFound("this page".to_owned())),
    };
    let message = query.get("error_message").map_or(text, String::as_str);
    Ok((status, Json(json!({"message": message}))).into_response())
}
