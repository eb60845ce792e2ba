//! Every answer that is not a success. The only place where status codes are chosen.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use colca_model::Invalid;
use colca_settings::{Problem, Problems};
use colca_store::ErrorKind;
use serde_json::{Value, json};

use crate::OverQuota;

/// What is answered instead of a success. What the client reads and what we log are kept apart.
#[derive(Debug)]
pub enum ApiError {
    /// 400: a field breaks a rule.
    Invalid(Invalid),
    /// 400: the configuration breaks rules; says all of them.
    Configuration(Problems),
    /// 400: it cannot be done; says why, in words that chacra's clients may know.
    Refused(String),
    /// 401: no credentials, or wrong ones.
    Unauthorized,
    /// 404: there is no such thing; says what.
    NotFound(String),
    /// 403: the account may not do this; says what it would need.
    Forbidden(String),
    /// 405: not for this resource.
    MethodNotAllowed(String),
    /// 409: it contradicts what is there already; says how.
    Conflict(String),
    /// 412: it is no longer what the client thinks it is; says so.
    PreconditionFailed(String),
    /// 413: the body is too large; says what is allowed.
    TooLarge(String),
    /// 429: the user's bytes of the day do not suffice; says how many there are, and when the day ends.
    OverQuota(OverQuota),
    /// 507: the answer is larger than can be sent; says where else to ask.
    AnswerTooLarge(String),
    /// 500 or 503: our side failed. The client learns no details.
    Store(colca_store::Error),
}

/// What every handler returns.
pub type Result<T> = std::result::Result<T, ApiError>;

impl ApiError {
    /// The status it is answered with.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Invalid(_) | Self::Configuration(_) | Self::Refused(_) => StatusCode::BAD_REQUEST,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Forbidden(_) => StatusCode::FORBIDDEN,
            Self::NotFound(_) => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::PreconditionFailed(_) => StatusCode::PRECONDITION_FAILED,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::OverQuota(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::AnswerTooLarge(_) => StatusCode::INSUFFICIENT_STORAGE,
            Self::Store(error) if error.kind() == ErrorKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Store(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The same without the value that breaks a rule: it may be a secret in the wrong place.
    #[must_use]
    pub fn without_value(self) -> Self {
        match self {
            Self::Invalid(invalid) => invalid.without_value().into(),
            other => other,
        }
    }

    /// The body: `message`, as chacra's clients expect, and for bad input the parts of it.
    #[must_use]
    pub fn body(&self) -> Value {
        match self {
            Self::Invalid(invalid) => {
                let Invalid { field, rule, value } = invalid;
                json!({"message": invalid.to_string(), "field": field, "rule": rule, "value": value})
            }
            Self::Configuration(problems) => {
                json!({"message": in_short(problems), "problems": problems.0.iter().map(problem).collect::<Vec<_>>()})
            }
            Self::OverQuota(over) => over.body(),
            Self::Unauthorized => json!({"message": "valid credentials are required"}),
            Self::NotFound(what) => json!({"message": format!("{what} was not found")}),
            Self::Forbidden(message)
            | Self::Refused(message)
            | Self::MethodNotAllowed(message)
            | Self::Conflict(message)
            | Self::PreconditionFailed(message)
            | Self::TooLarge(message)
            | Self::AnswerTooLarge(message) => json!({"message": message}),
            Self::Store(error) if error.kind() == ErrorKind::Unavailable => json!({"message": "try again in a moment"}),
            Self::Store(_) => json!({"message": "an internal error occurred"}),
        }
    }
}

/// The first problem, and how many others there are.
fn in_short(problems: &Problems) -> String {
    match problems.0.as_slice() {
        [] => "the configuration cannot be used".to_owned(),
        [only] => only.to_string(),
        [first, others @ ..] => format!("{first} (and {} more)", others.len()),
    }
}

fn problem(problem: &Problem) -> Value {
    let Problem { line, field, rule, value } = problem;
    json!({"line": line, "field": field, "rule": rule, "value": value})
}

impl From<Problems> for ApiError {
    fn from(problems: Problems) -> Self {
        Self::Configuration(problems)
    }
}

impl From<Invalid> for ApiError {
    fn from(invalid: Invalid) -> Self {
        Self::Invalid(invalid)
    }
}

impl From<OverQuota> for ApiError {
    fn from(over: OverQuota) -> Self {
        Self::OverQuota(over)
    }
}

impl From<colca_store::Error> for ApiError {
    fn from(error: colca_store::Error) -> Self {
        Self::Store(error)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        if let Self::Store(error) = &self {
            // Which request it was is not known here: what could not be done says it.
            tracing::error!(%error, "A request failed: {error}");
        }
        let mut response = (self.status(), Json(self.body())).into_response();
        if matches!(self, Self::Unauthorized) {
            let realm = HeaderValue::from_static("Basic realm=\"Colca\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, realm);
        }
        if let Self::OverQuota(over) = &self {
            response.headers_mut().insert(header::RETRY_AFTER, over.retry_after().into());
        }
        response
    }
}
