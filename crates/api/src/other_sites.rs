//! What a page of another site has a browser send along with the credentials that it remembers: refused, if it would change something. By
//! OWASP's Cross-Site Request Forgery Prevention Cheat Sheet,
//! <https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html#fetch-metadata-headers>.

use axum::extract::Request;
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::ApiError;

/// <https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header>: browsers say it, and no page can have them say otherwise.
const SITE: &str = "sec-fetch-site";

/// Passes on what is not asked by another site, or only asks.
pub(crate) async fn refuse(request: Request, next: Next) -> Response {
    if request.method().is_safe() {
        return next.run(request).await;
    }
    match other_site(request.headers()) {
        None => next.run(request).await,
        Some(site) => {
            let why = format!("{SITE}: must be same-origin or none for what may change something, got {site}");
            ApiError::Forbidden(why).into_response()
        }
    }
}

/// How far away the page is that asks, unless it is one of ours, somebody at a browser, or no browser at all.
fn other_site(headers: &HeaderMap) -> Option<String> {
    let site = headers.get(SITE)?;
    let is_ours = site == "same-origin" || site == "none";
    (!is_ours).then(|| String::from_utf8_lossy(site.as_bytes()).into_owned())
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::http::StatusCode;
    use axum::middleware::from_fn;
    use axum::routing::any;
    use tower::ServiceExt;

    use super::*;

    async fn status(method: &str, site: Option<&str>) -> StatusCode {
        let router = Router::new().route("/", any(|| async {})).layer(from_fn(refuse));
        let mut request = Request::builder().uri("/").method(method);
        if let Some(site) = site {
            request = request.header(SITE, site);
        }
        let request = request.body(Body::empty()).expect("a request");
        router.oneshot(request).await.expect("an answer").status()
    }

    #[tokio::test]
    async fn only_our_own_pages_change_anything() {
        for method in ["POST", "PUT", "DELETE"] {
            for site in ["cross-site", "same-site", "whatever"] {
                assert_eq!(status(method, Some(site)).await, StatusCode::FORBIDDEN, "{method} {site}");
            }
            for site in [None, Some("same-origin"), Some("none")] {
                assert_eq!(status(method, site).await, StatusCode::OK, "{method} {site:?}");
            }
        }
        assert_eq!(status("GET", Some("cross-site")).await, StatusCode::OK);
    }
}
