//! `GET /admin/configuration`: the text as it was published, comments and all.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderName, header};
use colca_api::{ApiError, App};
use colca_store::ObjectKey;

use crate::admin::Admin;

pub(crate) async fn get_configuration(
    State(app): State<App>,
    _: Admin,
) -> colca_api::Result<([(HeaderName, String); 3], Bytes)> {
    let key = ObjectKey::Settings;
    let published = app.services.objects.read(&key).await?;
    let missing = || ApiError::NotFound("a configuration, without which everything is at its default,".to_owned());
    let (text, etag) = published.ok_or_else(missing)?;
    let headers = [
        (header::CONTENT_TYPE, key.content_type().to_owned()),
        (header::CACHE_CONTROL, key.cache_control().to_owned()),
        (header::ETAG, etag),
    ];
    Ok((headers, text))
}
