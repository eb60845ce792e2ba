//! `GET /admin/configuration`: the text as it was published, comments and all.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderName, header};
use colca_api::{ApiError, App};
use colca_store::ObjectKey;

use crate::admin::Admin;

/// Has the Lambda adapter hand the text on as such, since it does not count this type among texts: not every gateway turns
/// its base64 into bytes for every client.
const ENCODING: HeaderName = HeaderName::from_static("x-lambda-http-content-encoding");

pub(crate) async fn get_configuration(
    State(app): State<App>,
    _: Admin,
) -> colca_api::Result<([(HeaderName, String); 4], Bytes)> {
    let key = ObjectKey::Settings;
    let published = app.services.objects.read(&key).await?;
    let missing = || ApiError::NotFound("a configuration, without which everything is at its default,".to_owned());
    let (text, etag) = published.ok_or_else(missing)?;
    let headers = [
        (header::CONTENT_TYPE, key.content_type().to_owned()),
        (header::CACHE_CONTROL, key.cache_control().to_owned()),
        (header::ETAG, etag),
        (ENCODING, "text".to_owned()),
    ];
    Ok((headers, text))
}
