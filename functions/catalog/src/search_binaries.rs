//! `GET /search`: files by what is known of them, the newest first, page by page.

use axum::Json;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use colca_api::App;

use crate::search_parameters::Parameters;
use crate::show_binary::show_binary;

const NEXT_PAGE_TOKEN: HeaderName = HeaderName::from_static("x-next-page-token");

/// The files that match. If there may be more, headers say where: `Link` (RFC 8288), relative to the address that was
/// asked, and the token by itself.
pub(crate) async fn search_binaries(
    State(app): State<App>,
    Query(given): Query<Vec<(String, String)>>,
) -> colca_api::Result<Response> {
    let parameters = Parameters::of(given)?;
    let (search, size) = (parameters.search()?, parameters.page_size()?);
    let token = parameters.page_token(&search)?;
    let page = app.services.catalog.search(&search, size, token.as_ref()).await?;
    let now = app.services.clock.now();
    let shown: Vec<_> = page.binaries.iter().map(|binary| show_binary(binary, now)).collect();
    let mut headers = HeaderMap::new();
    if let Some(next) = page.next {
        let next = next.to_string();
        let link = format!("<?{}>; rel=\"next\"", parameters.with_page_token(&next));
        headers.insert(header::LINK, HeaderValue::from_str(&link).expect("escaped as in URLs"));
        headers.insert(NEXT_PAGE_TOKEN, HeaderValue::from_str(&next).expect("letters, digits, hyphens"));
    }
    Ok((headers, Json(shown)).into_response())
}
