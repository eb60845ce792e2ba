//! Headers on every answer, for those who open one in a browser. By OWASP's REST Security Cheat Sheet,
//! <https://cheatsheetseries.owasp.org/cheatsheets/REST_Security_Cheat_Sheet.html#security-headers>. The CDN has its own, in
//! `infra/cdn-rules.json`. What API Gateway answers by itself has these by `template.yaml`; a test reads them off the lines below.

use axum::http::{HeaderName, HeaderValue, header};
use axum::response::Response;

/// What is said where the handler does not say otherwise.
const HEADERS: [(HeaderName, &str); 6] = [
    // Answers hold tokens, signed URLs, and what is true only now: no cache keeps them.
    (header::CACHE_CONTROL, "no-store"),
    // What a file is called by its uploader never becomes a page with scripts, and no page shows it in a frame.
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'; sandbox"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    // Paths tell what is built; a link in an answer takes none of it along.
    (header::REFERRER_POLICY, "no-referrer"),
    // Credentials travel with each request: a browser that was here once never asks without TLS again. Without TLS it is
    // passed over, so `colca-serve` behind a proxy may say it too.
    (header::STRICT_TRANSPORT_SECURITY, "max-age=31536000"),
];

/// Adds them to an answer.
pub(crate) async fn add(mut answer: Response) -> Response {
    for (name, value) in HEADERS {
        answer.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    answer
}

#[cfg(test)]
mod tests {
    use axum::{Router, body::Body, extract::Request, middleware::map_response, routing::get};
    use tower::ServiceExt;

    use super::*;

    #[tokio::test]
    async fn are_on_every_answer_and_leave_what_a_handler_says() {
        let said = || async { ([(header::CACHE_CONTROL, "private, max-age=5")], "") };
        let router = Router::new().route("/", get(|| async {})).route("/said", get(said)).layer(map_response(add));
        for (path, cached) in [("/", "no-store"), ("/said", "private, max-age=5"), ("/none", "no-store")] {
            let request = Request::builder().uri(path).body(Body::empty()).expect("a request");
            let answer = router.clone().oneshot(request).await.expect("an answer");
            for (name, value) in HEADERS {
                let value = if name == header::CACHE_CONTROL { cached } else { value };
                let found: Vec<_> = answer.headers().get_all(&name).into_iter().collect();
                assert_eq!(found, [value], "{path} {name}");
            }
        }
    }
}
