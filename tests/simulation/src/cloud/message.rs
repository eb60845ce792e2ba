//! Requests and answers, as they are on the wire.

use std::collections::BTreeMap;
use std::fmt;

use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

/// What a service is asked.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    pub(crate) method: String,
    /// Without a slash at the beginning, decoded.
    pub(crate) path: String,
    pub(crate) query: BTreeMap<String, String>,
    /// By names in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Bytes,
}

/// Which call it is, of what, and on which condition.
impl fmt::Display for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.headers.get("x-amz-target") {
            Some(target) => write!(f, "{target} {}", String::from_utf8_lossy(&self.body)),
            None => {
                write!(f, "{} {} {:?}", self.method, self.path, self.query)?;
                let conditions = ["if-match", "if-none-match"].iter();
                let mut conditions = conditions.filter_map(|name| self.headers.get(*name).map(|value| (name, value)));
                conditions.try_for_each(|(name, value)| write!(f, " {name}: {value}"))
            }
        }
    }
}

/// What it answers.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Bytes,
}

impl Ask {
    /// # Panics
    /// If the body is a stream: the simulation knows none.
    pub(crate) fn of(request: &HttpRequest) -> Self {
        let body = request.body().bytes().expect("a body that is in memory");
        let headers = request.headers().iter().map(|(name, value)| (name.to_lowercase(), value.to_owned()));
        Self::new(request.method(), request.uri(), headers.collect(), Bytes::copy_from_slice(body))
    }

    /// `url` may name scheme and host, which do not matter.
    pub(crate) fn new(method: &str, url: &str, headers: BTreeMap<String, String>, body: Bytes) -> Self {
        let below = url.split_once("://").map_or(url, |(_, rest)| rest.split_once('/').map_or("", |(_, path)| path));
        let (path, query) = below.split_once('?').unwrap_or((below, ""));
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        let query = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).map(|(k, v)| (decoded(k), decoded(v)));
        let path = decoded(path.trim_start_matches('/'));
        Self { method: method.to_owned(), path, query: query.collect(), headers, body }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// The operation that services with JSON protocols are asked for, such as `DynamoDB_20120810.GetItem`.
    pub(crate) fn target(&self) -> Option<&str> {
        self.header("x-amz-target")
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("the SDK sends JSON")
    }
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

impl Answer {
    /// Whether it says that a condition of the call does not hold.
    pub(crate) fn is_refused_by_condition(&self) -> bool {
        let says = |word: &str| String::from_utf8_lossy(&self.body).contains(word);
        self.status == 412 || (self.status == 400 && says("ConditionalCheckFailed"))
    }

    pub(crate) fn new(status: u16, body: impl Into<Bytes>) -> Self {
        Self { status, headers: vec![], body: body.into() }
    }

    pub(crate) fn json(value: &Value) -> Self {
        let body = value.to_string();
        Self {
            status: 200,
            headers: vec![("content-type", "application/x-amz-json-1.0".to_owned())],
            body: body.into(),
        }
    }

    /// An error of a service with a JSON protocol.
    pub(crate) fn refusal(status: u16, code: &str, mut more: Value) -> Self {
        more["__type"] = json!(format!("com.amazonaws#{code}"));
        more["message"] = json!(format!("simulated: {code}"));
        Self { status, ..Self::json(&more) }
    }

    /// An error of S3.
    pub(crate) fn s3_error(status: u16, code: &str) -> Self {
        let body = format!("<Error><Code>{code}</Code><Message>simulated</Message></Error>");
        Self::new(status, body).with("content-type", "application/xml")
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) fn into_response(self) -> HttpResponse {
        let mut response =
            HttpResponse::new(self.status.try_into().expect("a status"), SdkBody::from(self.body.to_vec()));
        for (name, value) in self.headers {
            response.headers_mut().insert(name, value);
        }
        response
    }
}
