//! The services a function works with, connected.

use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;

use aws_config::{BehaviorVersion, SdkConfig};
use colca_model::{Ids, Project, RepoPath, SharedClock};
use colca_settings::Settings;
use colca_store::{
    Builds, CallbackMessage, Catalog, Cdn, Change, Garbage, Jobs, Keys, ObjectKey, Objects, Queue, QueueUrls, Queues,
    Received, Secrets, Status, What,
};
use jiff::Timestamp;

use crate::calls::CountCalls;
use crate::clock::{RandomIds, SystemClock};
use crate::config::{self, Config};
use crate::logging;
use crate::{Error, Measured, Metrics, SettingsSource, SigningKeys, Web};

/// Everything a function needs from outside.
#[derive(Clone)]
pub struct Services {
    /// What the environment says.
    pub config: Config,
    /// S3.
    pub objects: Objects,
    /// The table of facts.
    pub catalog: Catalog,
    /// The table of work.
    pub jobs: Jobs,
    /// The CDN, if it is to be told what was deleted.
    pub cdn: Option<Cdn>,
    /// The queues.
    pub queues: Queues,
    builds: Builds,
    /// The configuration of repositories.
    pub settings: SettingsSource,
    /// Secrets Manager.
    pub secrets: Secrets,
    /// The keys that sign.
    pub keys: Keys,
    /// The same, ready to sign.
    pub signing_keys: SigningKeys,
    /// Other people's servers.
    pub web: Web,
    /// The time.
    pub clock: SharedClock,
    /// New ids.
    pub ids: Arc<dyn Ids>,
    /// Whoever is told what is measured.
    pub metrics: Metrics,
}

impl Services {
    /// Starts logging, reads the environment and connects. The first thing every function does.
    ///
    /// # Errors
    /// If the environment is incomplete, or names a statsd server that cannot be found.
    pub async fn start() -> Result<Self, Error> {
        logging::start(&config::log_level());
        let config = Config::from_env()?;
        let sdk = aws_config::load_defaults(BehaviorVersion::v2026_01_12()).await;
        let metrics = Metrics::new(&config)?;
        Ok(Self { metrics, ..Self::connect(config, &sdk, Arc::new(SystemClock), Arc::new(RandomIds)) })
    }

    /// Tells what was measured, just now.
    pub fn record(&self, measured: Measured<'_>) {
        self.metrics.record(self.clock.now(), measured);
    }

    /// Tells how long messages waited that were taken from a queue.
    pub fn record_taken(&self, queue: Queue, messages: &[Received]) {
        let ages = self.ages(messages.iter().filter_map(|message| message.sent));
        if !ages.is_empty() {
            self.record(Measured::Taken { queue, ages: &ages });
        }
    }

    /// How long ago moments were that others may have noted: none is in the future, for their clocks may be ahead of ours.
    pub fn ages(&self, moments: impl IntoIterator<Item = Timestamp>) -> Vec<Duration> {
        let now = self.clock.now();
        let age = |moment| Duration::try_from(now.duration_since(moment)).unwrap_or_default();
        moments.into_iter().map(age).collect()
    }

    /// Has the changes of a repository published, when it has been quiet for as long as the configuration says. Call it
    /// after they are in the catalog.
    ///
    /// # Errors
    /// Whatever the services answer.
    pub async fn request_build(&self, repository: &RepoPath) -> colca_store::Result<()> {
        let settings = self.settings.get().await?;
        let quiet = self.quiet(&settings, &repository.project);
        let is_told = is_told(&settings, repository, Status::Queued);
        self.builds.request(repository, self.clock.now(), quiet, is_told).await
    }

    /// How long a build of the project waits for more uploads.
    #[must_use]
    pub fn quiet(&self, settings: &Settings, project: &Project) -> Duration {
        settings.quiet(project).unwrap_or(self.config.quiet)
    }

    /// Has what happened to a repository told, if the configuration says to whom; otherwise it costs nothing. `which` tells
    /// it from whatever else of the kind happened. It is sure to be told once this has returned: so call it before whatever
    /// has the work done again is struck off.
    ///
    /// # Errors
    /// Whatever the services answer.
    pub async fn tell(&self, repository: &RepoPath, status: Status, which: &impl Display) -> colca_store::Result<()> {
        self.tell_that(CallbackMessage::new(repository, status, which, self.clock.now())).await
    }

    /// The same of a build that failed, with the reason.
    ///
    /// # Errors
    /// Whatever the services answer.
    pub async fn tell_failure(&self, repository: &RepoPath, which: u64, reason: &str) -> colca_store::Result<()> {
        let message = CallbackMessage::new(repository, Status::Failed, &which, self.clock.now());
        self.tell_that(message.because(reason)).await
    }

    async fn tell_that(&self, message: CallbackMessage) -> colca_store::Result<()> {
        let settings = self.settings.get().await?;
        if is_told(&settings, &message.repository, message.status) {
            self.queues.send_callback(&message).await?;
        }
        Ok(())
    }

    /// Has a repository built because somebody `asked`, whatever has changed in it.
    ///
    /// # Errors
    /// Whatever the services answer.
    pub async fn ask_for_build(&self, repository: &RepoPath, asked: What) -> colca_store::Result<()> {
        self.catalog.add_change(repository, &Change::new(self.ids.upload_id(), asked)).await?;
        self.request_build(repository).await
    }

    /// When what is superseded now may be deleted: no client holds metadata that names it any more.
    #[must_use]
    pub fn grace_ends(&self) -> Timestamp {
        self.clock.now() + self.config.grace
    }

    /// When what is being written now is garbage if nothing names it, whoever died in the middle of the work.
    #[must_use]
    pub fn unfinished_ends(&self) -> Timestamp {
        self.clock.now() + self.config.grace.max(Garbage::UNFINISHED)
    }

    /// chacra's address of a repository, with a slash at its end; the CDN knows it as an alias.
    #[must_use]
    pub fn base_url(&self, repository: &RepoPath) -> String {
        let top = ObjectKey::Stored(ObjectKey::repository(repository)).url_path();
        format!("{}/r/{}", self.config.cdn_url, top.trim_start_matches("repos/"))
    }

    /// Connects to the services that `sdk` leads to, by a clock and ids from elsewhere. Nobody is told what is measured.
    #[must_use]
    pub fn connect(config: Config, sdk: &SdkConfig, clock: SharedClock, ids: Arc<dyn Ids>) -> Self {
        // Bucket names in the host name need a wildcard DNS entry, which only AWS itself has.
        let elsewhere = sdk.endpoint_url().is_some();
        let s3 = aws_sdk_s3::config::Builder::from(sdk).force_path_style(elsewhere);
        let s3 = s3.interceptor(CountCalls::S3).build();
        let s3 = aws_sdk_s3::Client::from_conf(s3);
        let dynamodb = aws_sdk_dynamodb::config::Builder::from(sdk).interceptor(CountCalls::DynamoDb).build();
        let dynamodb = aws_sdk_dynamodb::Client::from_conf(dynamodb);
        let sqs = aws_sdk_sqs::Client::new(sdk);
        let secrets = aws_sdk_secretsmanager::Client::new(sdk);

        let distribution = Some(config.cdn_distribution.clone()).filter(|id| !id.is_empty());
        let cdn = distribution.map(|id| Cdn::new(aws_sdk_cloudfront::Client::new(sdk), id));

        let catalog = Catalog::new(dynamodb.clone(), config.catalog_table.clone());
        let urls = QueueUrls {
            ingest: config.ingest_queue_url.clone(),
            build: config.build_queue_url.clone(),
            import: config.import_queue_url.clone(),
            callback: config.callback_queue_url.clone(),
        };
        let queues = Queues::new(sqs, urls);
        let objects = Objects::new(s3, config.incoming_bucket.clone(), config.store_bucket.clone());
        let (prefix, encrypted_by) = (config.keys_prefix.clone(), config.keys_encrypted_by.clone());
        let kms = aws_sdk_kms::Client::new(sdk);
        let keys = Keys::new(objects.clone(), secrets.clone(), kms, prefix, encrypted_by);
        Self {
            settings: SettingsSource::new(objects.clone(), clock.clone()),
            objects,
            jobs: Jobs::new(dynamodb, config.jobs_table.clone()),
            builds: Builds::new(catalog.clone(), queues.clone()),
            secrets: Secrets::new(
                secrets,
                config.credentials_secret.clone(),
                config.accounts_secret.clone(),
                config.callbacks_secret.clone(),
            ),
            signing_keys: SigningKeys::new(keys.clone(), clock.clone()),
            web: Web::default(),
            keys,
            catalog,
            cdn,
            queues,
            clock,
            ids,
            metrics: Metrics::none(),
            config,
        }
    }
}

/// Whether anybody is told. Of a repository that is never built nothing follows what somebody asked for, but its end.
fn is_told(settings: &Settings, repository: &RepoPath, status: Status) -> bool {
    let is_built = status == Status::Deleted || !settings.is_disabled(&repository.project);
    is_built && settings.callbacks().is_some()
}
