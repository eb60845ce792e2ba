//! The request itself.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use colca_model::SharedClock;
use colca_runtime::{Services, causes, tls};
use colca_settings::Receivers;
use colca_store::{CallbackSecrets, Credentials, Secrets};
use http::header::{AUTHORIZATION, CONTENT_TYPE, USER_AGENT};
use http::{HeaderValue, Request, StatusCode};
use http_body_util::Full;
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::client::legacy::{Client, Error};
use hyper_util::rt::TokioExecutor;
use jiff::{SignedDuration, Timestamp};
use rustls::ClientConfig;
use tokio::sync::Mutex;
use tokio::time::timeout;

use crate::guard::{Refused, check_literal, look_up};
use crate::signature::sign;

/// How long a receiver may take to take a connection, and to begin its answer.
const CONNECT: Duration = Duration::from_secs(5);
const PATIENCE: Duration = Duration::from_secs(10);

/// Secrets that were changed are in use everywhere after this long.
const REMEMBERED: SignedDuration = SignedDuration::from_secs(30);

/// Why something was not sent, or not heard.
#[derive(Debug, thiserror::Error)]
pub enum Unsent {
    /// We dare not connect.
    #[error("{url} is not told anything: {reason}")]
    Refused {
        /// The address.
        url: String,
        /// Why not.
        reason: String,
    },
    /// There was no answer.
    #[error("{url} cannot be reached: {reason}")]
    Unreachable {
        /// The address.
        url: String,
        /// What happened.
        reason: String,
    },
    /// The receiver does not take it. A redirect is not followed: it may lead to where we dare not connect.
    #[error("{url} answers {status}")]
    NotTaken {
        /// The address.
        url: String,
        /// The status of the answer.
        status: StatusCode,
    },
    /// Our secrets cannot be read.
    #[error(transparent)]
    Store(#[from] colca_store::Error),
}

/// Sends what is told. Clones share what they know.
#[derive(Clone)]
pub struct Sender {
    secrets: Secrets,
    clock: SharedClock,
    known: Arc<Mutex<Option<(Timestamp, CallbackSecrets)>>>,
    /// Read when first needed: the certificates of the machine are many.
    verifying: Arc<LazyLock<ClientConfig>>,
}

impl Sender {
    /// Reads the secrets when there is something to send.
    #[must_use]
    pub fn new(services: &Services) -> Self {
        Self {
            secrets: services.secrets.clone(),
            clock: services.clock.clone(),
            known: Arc::default(),
            verifying: Arc::new(LazyLock::new(tls::verifying)),
        }
    }

    /// Posts JSON, with a connection of its own. `id` is the same whenever the same thing is told again. Of the answer only
    /// the status is read.
    ///
    /// # Errors
    /// [`Unsent`] for everything but an answer of 2xx.
    pub async fn post(&self, receivers: &Receivers, url: &str, id: &str, body: String) -> Result<(), Unsent> {
        let secrets = self.secrets().await?;
        let request = request(url, id, self.clock.now(), body, &secrets);
        let tls = if receivers.verify_ssl { ClientConfig::clone(&self.verifying) } else { tls::believing() };
        let status = send(receivers, tls, request?).await?;
        if status.is_success() { Ok(()) } else { Err(Unsent::NotTaken { url: url.to_owned(), status }) }
    }

    async fn secrets(&self) -> colca_store::Result<CallbackSecrets> {
        let now = self.clock.now();
        let mut known = self.known.lock().await;
        match &*known {
            Some((since, secrets)) if now.duration_since(*since) < REMEMBERED => Ok(secrets.clone()),
            _ => {
                let secrets = self.secrets.callbacks().await?;
                // Whoever adds the first ones has been told that what follows is signed.
                *known = (secrets != CallbackSecrets::default()).then(|| (now, secrets.clone()));
                Ok(secrets)
            }
        }
    }
}

fn request(
    url: &str,
    id: &str,
    at: Timestamp,
    body: String,
    secrets: &CallbackSecrets,
) -> Result<Request<Full<Bytes>>, Unsent> {
    let mut request = Request::post(url)
        .header(USER_AGENT, "colca")
        .header(CONTENT_TYPE, "application/json")
        .header("webhook-id", id)
        .header("webhook-timestamp", at.as_second());
    if let Some(secret) = &secrets.secret {
        request = request.header("webhook-signature", sign(secret, id, at, &body));
    }
    if let Some(Credentials { user, key }) = &secrets.login {
        let basic = format!("Basic {}", BASE64_STANDARD.encode(format!("{user}:{key}")));
        let mut basic = HeaderValue::try_from(basic).expect("base64 has no bytes that a header may not have");
        basic.set_sensitive(true);
        request = request.header(AUTHORIZATION, basic);
    }
    let request = request.body(Full::new(Bytes::from(body)));
    request.map_err(|error| Unsent::Refused { url: url.to_owned(), reason: error.to_string() })
}

async fn send(receivers: &Receivers, tls: ClientConfig, request: Request<Full<Bytes>>) -> Result<StatusCode, Unsent> {
    let url = request.uri().to_string();
    let host = request.uri().host().unwrap_or_default();
    check_literal(receivers, host).map_err(|error| Unsent::Refused { url: url.clone(), reason: error.to_string() })?;
    let permitted = receivers.clone();
    let mut tcp = HttpConnector::new_with_resolver(tower::service_fn(move |name: Name| {
        let permitted = permitted.clone();
        async move { look_up(&permitted, name.as_str()).await }
    }));
    tcp.enforce_http(false);
    tcp.set_connect_timeout(Some(CONNECT));
    let connector =
        HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1().wrap_connector(tcp);
    let client = Client::builder(TokioExecutor::new()).pool_max_idle_per_host(0).build(connector);
    match timeout(PATIENCE, client.request(request)).await {
        Ok(Ok(answer)) => Ok(answer.status()),
        Ok(Err(error)) => Err(failed(&url, &error)),
        Err(_) => {
            let reason = format!("no answer within {} s", PATIENCE.as_secs());
            Err(Unsent::Unreachable { url, reason })
        }
    }
}

/// With all causes: the outermost says "client error" and nothing else.
fn failed(url: &str, error: &Error) -> Unsent {
    if let Some(refused) = causes(error).find_map(|cause| cause.downcast_ref::<Refused>()) {
        return Unsent::Refused { url: url.to_owned(), reason: refused.to_string() };
    }
    let reason = causes(error).map(ToString::to_string).collect::<Vec<_>>().join(": ");
    Unsent::Unreachable { url: url.to_owned(), reason }
}
