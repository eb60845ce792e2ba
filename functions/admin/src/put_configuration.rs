//! `PUT /admin/configuration`: checked as a whole, and then in effect everywhere within seconds.

use axum::Json;
use axum::extract::{RawQuery, Request, State};
use axum::http::{HeaderMap, HeaderName, header};
use colca_api::{ApiError, App, read_body};
use colca_model::Invalid;
use colca_settings::Settings;
use colca_store::{ErrorKind, Expected, ObjectKey};
use serde_json::{Value, json};

use crate::admin::Admin;
use crate::configuration_warnings::warnings;

/// The largest body, in bytes.
const LARGEST: usize = 256 * 1024;

pub(crate) async fn put_configuration(
    State(app): State<App>,
    admin: Admin,
    RawQuery(query): RawQuery,
    request: Request,
) -> colca_api::Result<Json<Value>> {
    let only_check = only_check(query.as_deref().unwrap_or_default())?;
    let expected = expected(request.headers())?;
    let text = read(request).await?;
    if text.trim().is_empty() {
        // Most likely something went wrong on the way here.
        let rule = "must not be empty: to go back to the defaults, publish infra/colca.toml as it stands";
        return Err(Invalid::new("body", rule, text).into());
    }
    let settings = Settings::parse(&text)?;
    let warnings = warnings(&app.services, &settings).await?;
    if only_check {
        return Ok(Json(answer(None, &warnings)));
    }
    let written = app.services.objects.overwrite(&ObjectKey::Settings, text.into_bytes(), expected.as_ref()).await;
    let etag = written.map_err(|error| match error.kind() {
        ErrorKind::Conflict => ApiError::PreconditionFailed("somebody changed the configuration: read it again".into()),
        _ => error.into(),
    })?;
    admin.record("published", &format_args!("the configuration {etag}"));
    Ok(Json(answer(Some(etag), &warnings)))
}

/// What was written, if anything, and what should be known of it, if there is any of that.
fn answer(etag: Option<String>, warnings: &[String]) -> Value {
    let mut answer = json!({});
    if let Some(etag) = etag {
        answer["etag"] = json!(etag);
    }
    if !warnings.is_empty() {
        answer["warnings"] = json!(warnings);
    }
    answer
}

/// Whether nothing is to be written. A query that is not understood might have meant that.
fn only_check(query: &str) -> Result<bool, Invalid> {
    match query {
        "dry-run=true" => Ok(true),
        "" | "dry-run=false" => Ok(false),
        other => Err(Invalid::new("query", "must be dry-run=true or dry-run=false, if there is one", other)),
    }
}

/// What the client says that it changes.
fn expected(headers: &HeaderMap) -> Result<Option<Expected>, Invalid> {
    let text =
        |name: &HeaderName| headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    if let Some(given) = text(&header::IF_MATCH) {
        let tag = given.trim().trim_matches('"');
        if tag.is_empty() || !tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            return Err(Invalid::new("If-Match", "must be one entity tag, as it was answered", given));
        }
        return Ok(Some(Expected::Etag(format!("\"{tag}\""))));
    }
    match text(&header::IF_NONE_MATCH) {
        None => Ok(None),
        Some(star) if star.trim() == "*" => Ok(Some(Expected::Absent)),
        Some(other) => Err(Invalid::new("If-None-Match", "must be *", other)),
    }
}

async fn read(request: Request) -> colca_api::Result<String> {
    let bytes = read_body(request, LARGEST).await?;
    let text = String::from_utf8(bytes.into());
    text.map_err(|error| Invalid::new("body", "must be UTF-8", String::from_utf8_lossy(error.as_bytes())).into())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn with(name: HeaderName, value: &'static str) -> Result<Option<Expected>, Invalid> {
        expected(&[(name, HeaderValue::from_static(value))].into_iter().collect())
    }

    #[test]
    fn a_query_that_is_not_understood_writes_nothing() {
        assert_eq!(only_check("dry-run=true"), Ok(true));
        assert_eq!((only_check(""), only_check("dry-run=false")), (Ok(false), Ok(false)));
        for bad in ["dry_run=true", "dry-run", "dry-run=yes", "dry-run=true&dry-run=false"] {
            assert_eq!(only_check(bad).expect_err(bad).field, "query");
        }
    }

    #[test]
    fn an_entity_tag_is_one_strong_one_with_quotes_or_without() {
        let tag = Ok(Some(Expected::Etag("\"0f-2\"".to_owned())));
        assert_eq!(with(header::IF_MATCH, "\"0f-2\""), tag);
        assert_eq!(with(header::IF_MATCH, "0f-2"), tag);
        assert_eq!(with(header::IF_NONE_MATCH, "*"), Ok(Some(Expected::Absent)));
        assert_eq!(expected(&HeaderMap::new()), Ok(None));
        for bad in ["", "*", "W/\"0f\"", "\"0f\", \"1f\""] {
            assert_eq!(with(header::IF_MATCH, bad).expect_err(bad).field, "If-Match");
        }
        assert_eq!(with(header::IF_NONE_MATCH, "\"0f\"").expect_err("a tag").field, "If-None-Match");
    }
}
