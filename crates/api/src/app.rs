//! What every function that speaks HTTP shares, and what every answer goes through.

use axum::Router;
use axum::body::HttpBody;
use axum::extract::{FromRef, Request};
use axum::http::{HeaderName, HeaderValue, Method, Uri};
use axum::middleware::{Next, from_fn, map_response};
use axum::response::{IntoResponse, Response};
use colca_runtime::{Calls, Services, counted};

use crate::{ApiError, Authenticator, other_sites, security_headers};

/// <https://www.w3.org/TR/server-timing/>: what an answer cost.
const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

/// The state of every handler.
#[derive(Clone)]
pub struct App {
    /// The services.
    pub services: Services,
    authenticator: Authenticator,
}

impl App {
    /// The state of a function that has just started.
    #[must_use]
    pub fn new(services: Services) -> Self {
        let authenticator = Authenticator::new(&services);
        Self { services, authenticator }
    }
}

impl FromRef<App> for Authenticator {
    fn from_ref(app: &App) -> Self {
        app.authenticator.clone()
    }
}

/// Routes with everything around them: an answer for what none of them takes, what each answer cost, and headers on all of them.
pub fn complete(router: Router<App>, app: App) -> Router {
    let limit = app.services.config.answer_limit.unwrap_or(u64::MAX);
    router
        .with_state(app)
        .fallback(not_found)
        .method_not_allowed_fallback(not_allowed)
        .layer(map_response(move |answer: Response| async move { fitting(answer, limit) }))
        .layer(from_fn(other_sites::refuse))
        .layer(from_fn(count_calls))
        .layer(map_response(security_headers::add))
}

/// An answer, or, if it is larger than can be sent, one that says so.
fn fitting(answer: Response, limit: u64) -> Response {
    let length = answer.body().size_hint().lower();
    if length <= limit {
        return answer;
    }
    let why = format!("the answer has {length} bytes, and a function answers {limit} at most");
    ApiError::AnswerTooLarge(format!("{why}: ask colca-serve, or go through it by pages of /search")).into_response()
}

/// A function has only some of the methods of a page; a method that none of them has ends here as well.
async fn not_found(method: Method, uri: Uri) -> ApiError {
    if !matches!(method, Method::GET | Method::HEAD) && is_page(uri.path()) {
        return not_allowed(method, uri).await;
    }
    ApiError::NotFound("this page".to_owned())
}

/// Whether a path is one of chacra's, whatever its names.
fn is_page(path: &str) -> bool {
    let names: Vec<&str> = path.trim_matches('/').split('/').collect();
    match names[..] {
        ["binaries", _, _, _, _, _, _, "flavors", ..] => names.len() <= 10,
        ["binaries", ..] => names.len() <= 8,
        ["repos", _, _, _, _, _, "flavors"] | ["repos", _, _, _, _, _, "flavors", _] => true,
        [
            "repos",
            ..,
            "repo" | "repo.sources" | "status" | "update" | "recreate" | "extra" | "revisions" | "promote",
        ] => {
            matches!(names.len(), 7 | 9)
        }
        ["repos", .., "revisions", _] => matches!(names.len(), 8 | 10),
        ["repos", .., "revisions", _, "diff" | "pin"] => matches!(names.len(), 9 | 11),
        ["repos", ..] => names.len() <= 6,
        _ => false,
    }
}

/// chacra's words for a method that is not for a path.
async fn not_allowed(method: Method, uri: Uri) -> ApiError {
    let last = uri.path().trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    if uri.path().starts_with("/repos/") && matches!(last, "update" | "recreate" | "extra") {
        return ApiError::MethodNotAllowed("only POST request are accepted for this url".to_owned());
    }
    ApiError::MethodNotAllowed(format!("{method} requests to this url are not allowed"))
}

/// Says how many calls of DynamoDB an answer took.
async fn count_calls(request: Request, next: Next) -> Response {
    let (mut response, Calls { dynamodb: calls, .. }) = counted(next.run(request)).await;
    if calls > 0 {
        let value = HeaderValue::from_str(&format!("dynamodb;desc=\"{calls}\"")).expect("letters and digits");
        response.headers_mut().insert(SERVER_TIMING, value);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_cannot_be_sent_says_so() {
        let answer = || Response::new(axum::body::Body::from(vec![0; 100]));
        assert_eq!(fitting(answer(), 100).status(), 200);
        assert_eq!(fitting(answer(), 99).status(), 507);
    }

    #[test]
    fn knows_the_pages_of_chacra() {
        for page in [
            "/binaries/",
            "/binaries/p/r/s/d/v/a/f",
            "/binaries/p/r/s/d/v/a/flavors/f/b/",
            "/repos/p/r/s/d/v",
            "/repos/p/r/s/d/v/repo",
        ] {
            assert!(is_page(page), "{page}");
        }
        for other in ["/", "/uploads/x", "/binaries/p/r/s/d/v/a/b/c", "/repos/p/r/s/d/v/rebuild", "/repositories"] {
            assert!(!is_page(other), "{other}");
        }
    }
}
