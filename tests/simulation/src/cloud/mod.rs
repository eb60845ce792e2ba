//! The services that Colca stands on, in memory, with what each promises and nothing more: a mock, for what no real service
//! does on command. They are asked and answer as on the wire, so everything above is what runs in production, the AWS SDK and its
//! retries included.

mod bucket;
mod dynamo;
mod expression;
mod message;
mod queue;
mod s3;
mod table;
mod told;
mod xml;

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;

pub(crate) use bucket::{Bucket, Object};
use dynamo::Dynamo;
pub(crate) use message::{Answer, Ask};
pub(crate) use queue::GIVEN_UP;
use queue::Sqs;
use s3::S3;
pub(crate) use s3::{INCOMING, STORE};
pub(crate) use xml::between;

use crate::chance::Chance;
use crate::published::Published;

/// The names that the services of one cloud go by, as the environment of a function has them.
pub(crate) const INGEST: &str = "ingest";
/// The same.
pub(crate) const BUILD: &str = "build";
/// The user that may do everything, and the key.
pub(crate) const CREDENTIALS: (&str, &str) = ("colca", "simulated");

/// S3, DynamoDB, SQS and Secrets Manager.
#[derive(Debug)]
pub(crate) struct Cloud {
    pub(crate) s3: S3,
    pub(crate) dynamo: Arc<Dynamo>,
    pub(crate) sqs: Sqs,
}

impl Cloud {
    pub(crate) fn new(chance: &Chance, published: Arc<Published>) -> Self {
        Self { s3: S3::new(published), dynamo: Arc::new(Dynamo::new(chance.fork())), sqs: Sqs::new(chance.fork()) }
    }

    /// Does what is asked.
    ///
    /// # Panics
    /// If that is something Colca never asks for.
    pub(crate) async fn answer(&self, ask: &Ask, now: Timestamp) -> Answer {
        match ask.target().map(|target| target.split_once('.').expect("service and operation")) {
            None => {
                let (answer, created) = self.s3.answer(ask, now);
                if let Some(key) = created {
                    self.announce(&key);
                }
                answer
            }
            Some(("DynamoDB_20120810", operation)) => self.dynamo.answer(operation, &ask.json()).await,
            Some(("AmazonSQS", operation)) => self.sqs.answer(operation, &ask.json()),
            Some(("secretsmanager", "GetSecretValue")) => secret(ask.json()["SecretId"].as_str().expect("an id")),
            Some((service, operation)) => panic!("the simulation has no {operation} of {service}"),
        }
    }

    /// The message that S3 sends when an object was created.
    fn announce(&self, key: &str) {
        let body = json!({"Records": [{"s3": {"object": {"key": key}}}]});
        self.sqs.send(INGEST, body.to_string(), Duration::ZERO);
    }
}

fn secret(id: &str) -> Answer {
    let text = match id {
        "credentials" => json!({"user": CREDENTIALS.0, "key": CREDENTIALS.1}).to_string(),
        _ => json!({"accounts": []}).to_string(),
    };
    Answer::json(&json!({"Name": id, "VersionId": "1".repeat(32), "SecretString": text}))
}
