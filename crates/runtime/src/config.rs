//! What a function is told by its environment. template.yaml sets all of it; nothing here is a secret.

use std::env;
use std::time::Duration;

use jiff::SignedDuration;

use crate::metrics::StatsdAddress;

/// What our own crates log where nothing is said about it.
const LOG_LEVEL: &str = "info";

/// What a Lambda function answers at most: 6 MB, with its headers (<https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>).
const LAMBDA_ANSWER: u64 = 6_000_000;

/// Where `colca-serve` listens where nothing is said about it: this machine alone.
const LISTEN: &str = "127.0.0.1:8000";

/// The level of logging, which is wanted before anything else can fail.
pub(crate) fn log_level() -> String {
    let level = optional("COLCA_LOG");
    if level.is_empty() { LOG_LEVEL.to_owned() } else { level }
}

/// The environment, read once at start.
#[derive(Debug, Clone)]
pub struct Config {
    /// The bucket uploaders put files in.
    pub incoming_bucket: String,
    /// The bucket that is published.
    pub store_bucket: String,
    /// The table of facts.
    pub catalog_table: String,
    /// The table of work.
    pub jobs_table: String,
    /// Where builds are asked for.
    pub build_queue_url: String,
    /// Where arrived uploads are announced.
    pub ingest_queue_url: String,
    /// Where imports are gone on with.
    pub import_queue_url: String,
    /// Where the receiver of callbacks has things told.
    pub callback_queue_url: String,
    /// Where messages end that nobody could deal with, as far as we are told: what they are of, and the URL.
    pub dead_letters: Vec<(&'static str, String)>,
    /// The buckets that may be imported from, besides the one uploaders put files in.
    pub import_buckets: Vec<String>,
    /// The secret with the user and key.
    pub credentials_secret: String,
    /// The secret with the accounts.
    pub accounts_secret: String,
    /// The secret with what proves to the receiver of callbacks that it is us.
    pub callbacks_secret: String,
    /// What the names of secrets with keys begin with.
    pub keys_prefix: String,
    /// The KMS key that encrypts them; the account's own if empty.
    pub keys_encrypted_by: String,
    /// Where the world reads from, without a slash at the end.
    pub cdn_url: String,
    /// The distribution of CloudFront that is told what to forget; nobody is if empty.
    pub cdn_distribution: String,
    /// Exceptions to how metadata is compressed, as `repo-build` reads them; mostly empty.
    pub codecs: String,
    /// The largest answer, in bytes; `None` where any size can be sent.
    pub answer_limit: Option<u64>,
    /// The largest body of an upload through us, in bytes; `None` where any size can be streamed.
    pub body_limit: Option<u64>,
    /// Where `colca-serve` listens.
    pub listen: String,
    /// The statsd server that is told what is measured, if there is one.
    pub statsd: Option<StatsdAddress>,
    /// How long a build waits for more uploads, where the configuration of repositories does not say.
    pub quiet: Duration,
    /// How long superseded objects stay.
    pub grace: SignedDuration,
    /// How long the history of uploads is kept.
    pub retention: SignedDuration,
}

/// A variable that is missing or not what it should be.
#[derive(Debug, thiserror::Error)]
#[error("the environment variable {name} {problem}")]
pub struct ConfigError {
    name: &'static str,
    problem: String,
}

impl Config {
    /// # Errors
    /// Names the first variable that is missing or malformed.
    pub fn from_env() -> Result<Self, ConfigError> {
        Ok(Self {
            incoming_bucket: text("COLCA_INCOMING_BUCKET")?,
            store_bucket: text("COLCA_STORE_BUCKET")?,
            catalog_table: text("COLCA_CATALOG_TABLE")?,
            jobs_table: text("COLCA_JOBS_TABLE")?,
            build_queue_url: text("COLCA_BUILD_QUEUE_URL")?,
            ingest_queue_url: text("COLCA_INGEST_QUEUE_URL")?,
            import_queue_url: text("COLCA_IMPORT_QUEUE_URL")?,
            callback_queue_url: text("COLCA_CALLBACK_QUEUE_URL")?,
            dead_letters: dead_letters(),
            import_buckets: words(&optional("COLCA_IMPORT_BUCKETS")),
            credentials_secret: text("COLCA_CREDENTIALS_SECRET")?,
            accounts_secret: text("COLCA_ACCOUNTS_SECRET")?,
            callbacks_secret: text("COLCA_CALLBACKS_SECRET")?,
            keys_prefix: text("COLCA_KEYS_PREFIX")?,
            keys_encrypted_by: optional("COLCA_KEYS_ENCRYPTED_BY"),
            cdn_url: text("COLCA_CDN_URL")?.trim_end_matches('/').to_owned(),
            cdn_distribution: optional("COLCA_CDN_DISTRIBUTION"),
            codecs: optional("COLCA_CODECS"),
            answer_limit: if optional("AWS_LAMBDA_FUNCTION_NAME").is_empty() { None } else { Some(LAMBDA_ANSWER) },
            listen: Some(optional("COLCA_LISTEN")).filter(|at| !at.is_empty()).unwrap_or_else(|| LISTEN.to_owned()),
            body_limit: if optional("COLCA_BODY_LIMIT").is_empty() { None } else { Some(number("COLCA_BODY_LIMIT")?) },
            statsd: statsd(),
            quiet: Duration::from_secs(number("COLCA_QUIET_SECONDS")?),
            grace: SignedDuration::from_secs(i64::from(number::<u32>("COLCA_GRACE_SECONDS")?)),
            retention: SignedDuration::from_hours(24 * i64::from(number::<u32>("COLCA_RETENTION_DAYS")?)),
        })
    }
}

#[expect(clippy::disallowed_methods, reason = "this is where settings come from")]
fn optional(name: &'static str) -> String {
    env::var(name).unwrap_or_default()
}

fn text(name: &'static str) -> Result<String, ConfigError> {
    let value = optional(name);
    if value.is_empty() { Err(ConfigError { name, problem: "is not set".to_owned() }) } else { Ok(value) }
}

/// The dead letter queues whose URLs are set: only who looks after them is told.
fn dead_letters() -> Vec<(&'static str, String)> {
    let queues = [
        ("ingest", "COLCA_INGEST_DLQ_URL"),
        ("import", "COLCA_IMPORT_DLQ_URL"),
        ("build", "COLCA_BUILD_DLQ_URL"),
        ("callback", "COLCA_CALLBACK_DLQ_URL"),
        ("reap", "COLCA_REAP_DLQ_URL"),
    ];
    queues.into_iter().map(|(name, url)| (name, optional(url))).filter(|(_, url)| !url.is_empty()).collect()
}

/// Where a statsd server listens, if there is one.
fn statsd() -> Option<StatsdAddress> {
    let (server, prefix) = (optional("COLCA_STATSD"), optional("COLCA_STATSD_PREFIX"));
    (!server.is_empty()).then_some(StatsdAddress { server, prefix })
}

/// The words of a list, separated by commas.
fn words(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

fn number<N: std::str::FromStr>(name: &'static str) -> Result<N, ConfigError> {
    let value = text(name)?;
    value.parse().map_err(|_| ConfigError { name, problem: format!("must be a whole number, got {value:?}") })
}
