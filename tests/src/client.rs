//! HTTP as a client of Colca speaks it: every status is an answer, redirects are not followed.

use std::{sync::OnceLock, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;
use ureq::{
    Agent,
    http::{Method, Request},
};

use crate::stack;

/// What a server answered.
#[derive(Debug)]
pub struct Response {
    /// The status code.
    pub status: u16,
    pub(crate) headers: Vec<(String, String)>,
    /// The body's bytes.
    pub body: Vec<u8>,
}

impl Response {
    /// The first header of that name, of any case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("not JSON ({error}): {} {}", self.status, self.text()))
    }

    /// Itself, if the status is the expected one.
    #[must_use]
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "unexpected status, body: {}", self.text());
        self
    }
}

/// A client, with or without credentials.
#[derive(Debug, Clone)]
pub struct Client {
    authorization: Option<String>,
}

impl Client {
    /// With the stack's own user and key.
    #[must_use]
    pub fn uploader() -> Self {
        Self::with_credentials(stack().get("COLCA_USER"), stack().get("COLCA_KEY"))
    }

    /// With any user and key.
    #[must_use]
    pub fn with_credentials(user: &str, key: &str) -> Self {
        Self { authorization: Some(format!("Basic {}", STANDARD.encode(format!("{user}:{key}")))) }
    }

    /// With an `Authorization` header as it is.
    #[must_use]
    pub fn with_authorization(header: String) -> Self {
        Self { authorization: Some(header) }
    }

    /// Without credentials.
    #[must_use]
    pub fn anonymous() -> Self {
        Self { authorization: None }
    }

    /// The `Authorization` header it sends.
    #[must_use]
    pub fn authorization(&self) -> Option<&str> {
        self.authorization.as_deref()
    }

    /// GET of a path of the API, or of a whole URL.
    #[must_use]
    pub fn get(&self, url: &str) -> Response {
        self.send("GET", url, &[], &[])
    }

    /// HEAD of a path of the API, or of a whole URL.
    #[must_use]
    pub fn head(&self, url: &str) -> Response {
        self.send("HEAD", url, &[], &[])
    }

    /// POST of JSON to a path of the API.
    #[must_use]
    pub fn post(&self, url: &str, body: &Value) -> Response {
        self.send("POST", url, &[("content-type", "application/json")], body.to_string().as_bytes())
    }

    /// A request of any kind. `url` is a path of the API if it begins with a slash.
    ///
    /// # Panics
    /// If there is no answer at all: then the stack is not up.
    #[must_use]
    pub fn send(&self, method: &str, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Response {
        let url = if url.starts_with('/') { format!("{}{url}", stack().api()) } else { url.to_owned() };
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let mut request = Request::builder().method(&method).uri(&url);
        if let Some(authorization) = &self.authorization {
            request = request.header("authorization", authorization);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let result = if matches!(method, Method::GET | Method::HEAD) {
            let request = request.body(()).expect("a request");
            // A connection that lay idle may be closed by the server at the moment it is used again.
            agent().run(request.clone()).or_else(|_| agent().run(request))
        } else {
            agent().run(request.body(body).expect("a request"))
        };
        let mut response =
            result.unwrap_or_else(|error| panic!("{method} {url}: {error}; is the stack up (./localstack/up)?"));
        let text = |value: &ureq::http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers = response.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect();
        let body = response.body_mut().with_config().limit(1 << 30).read_to_vec();
        let body = body.unwrap_or_else(|error| panic!("{method} {url}: {error}"));
        Response { status: response.status().as_u16(), headers, body }
    }
}

/// One agent, so that tests share its kept-alive connections.
fn agent() -> &'static Agent {
    static AGENT: OnceLock<Agent> = OnceLock::new();
    AGENT.get_or_init(|| {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(Some(Duration::from_secs(120)))
            .build();
        Agent::new_with_config(config)
    })
}
