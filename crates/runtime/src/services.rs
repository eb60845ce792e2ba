//! The services a function works with, connected.

use std::sync::Arc;

use aws_config::{BehaviorVersion, SdkConfig};
use colca_model::{Ids, SharedClock};
use colca_store::{Builds, Catalog, Jobs, Objects, Queues, Secrets};

use crate::clock::{RandomIds, SystemClock};
use crate::config::{self, Config, ConfigError};
use crate::logging;

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
    /// The queues.
    pub queues: Queues,
    /// Where builds are asked for.
    pub builds: Builds,
    /// Secrets Manager.
    pub secrets: Secrets,
    /// The time.
    pub clock: SharedClock,
    /// New ids.
    pub ids: Arc<dyn Ids>,
}

impl Services {
    /// Starts logging, reads the environment and connects. The first thing every function does.
    ///
    /// # Errors
    /// If the environment is incomplete.
    pub async fn start() -> Result<Self, ConfigError> {
        logging::start(&config::log_level());
        let config = Config::from_env()?;
        let sdk = aws_config::load_defaults(BehaviorVersion::v2026_01_12()).await;
        Ok(Self::connect(config, &sdk))
    }

    fn connect(config: Config, sdk: &SdkConfig) -> Self {
        // Bucket names in the host name need a wildcard DNS entry, which only AWS itself has.
        let elsewhere = sdk.endpoint_url().is_some();
        let s3 = aws_sdk_s3::config::Builder::from(sdk).force_path_style(elsewhere).build();
        let s3 = aws_sdk_s3::Client::from_conf(s3);
        let dynamodb = aws_sdk_dynamodb::Client::new(sdk);
        let sqs = aws_sdk_sqs::Client::new(sdk);
        let secrets = aws_sdk_secretsmanager::Client::new(sdk);

        let catalog = Catalog::new(dynamodb.clone(), config.catalog_table.clone());
        let queues = Queues::new(sqs, config.build_queue_url.clone(), config.ingest_queue_url.clone());
        Self {
            objects: Objects::new(s3, config.incoming_bucket.clone(), config.store_bucket.clone()),
            jobs: Jobs::new(dynamodb, config.jobs_table.clone()),
            builds: Builds::new(catalog.clone(), queues.clone(), config.quiet),
            secrets: Secrets::new(secrets, config.credentials_secret.clone()),
            catalog,
            queues,
            clock: Arc::new(SystemClock),
            ids: Arc::new(RandomIds),
            config,
        }
    }
}
