//! Publishing one repository.
//!
//! ```text
//! lease ─▶ entry files as they are ─▶ changes ─▶ packages ─▶ metadata files ─▶ entry files, if still the same
//!       ◀─ lease given back ◀─ changes struck off ◀─ revision noted ◀──────────┘
//! ```
//!
//! The order is what makes it safe. The entry files are looked at before the packages are read: a builder that
//! fell asleep in between finds them changed and cannot publish old news. Changes are struck off only after
//! they are public. The lease is given back before the last look for changes, so that whoever found it
//! taken can rely on that look.

mod assemble;
mod build_repository;
mod commit;
mod content;
mod contents;
mod contents_change;
mod contents_file;
mod contents_lists;
mod contents_paths;
mod contents_whole;
mod deb;
mod deb_archive;
mod deb_paths;
mod external;
mod failure;
mod follow_up;
mod gather;
mod heartbeat;
mod keep_lists;
mod lists;
mod live;
mod measured;
mod packages;
mod promote;
mod promotion;
mod publish;
mod publish_changes;
mod raw;
mod revision;
mod rpm;
mod rpm_repository;
mod shared;
mod sign;
mod strike_off;
mod told;
mod tries;
mod vanish;
mod verify;
mod wanted;

use colca_rpmmd::{CodecRules, NotARule};
use colca_runtime::{Calls, Delivery, Disposition, Services, counted};
use colca_store::{BuildMessage, Purpose, Task};
use tracing::info;

use crate::build_repository::build_repository;
use crate::failure::Failure;

/// Builds repositories.
#[derive(Clone)]
pub struct Builder {
    services: Services,
    codecs: CodecRules,
}

impl Builder {
    /// # Errors
    /// If the configured exceptions to how metadata is compressed cannot be read.
    pub fn new(services: Services) -> Result<Self, NotARule> {
        let codecs = services.config.codecs.parse()?;
        Ok(Self { services, codecs })
    }

    /// Handles one message.
    ///
    /// # Errors
    /// Whatever a service answered; the message is then delivered again.
    pub async fn handle(&self, delivery: Delivery<BuildMessage>) -> colca_store::Result<Disposition> {
        let BuildMessage { repository, task } = &delivery.message;
        let (done, calls) = counted(async {
            match task {
                Task::Publish => build_repository(self, repository, &delivery.id, Purpose::Changes).await,
                Task::Merge => build_repository(self, repository, &delivery.id, Purpose::Merge).await,
                Task::Verify => verify::verify(&self.services, repository).await,
                Task::Contents { revision } => contents::list_contents(&self.services, repository, *revision).await,
            }
        })
        .await;
        let Calls { dynamodb, s3, s3_in_turn, s3_received, s3_sent } = calls;
        info!(
            %repository, dynamodb, s3, s3_in_turn, s3_received, s3_sent,
            "{repository}: {task} took {dynamodb} calls of DynamoDB and {s3} of S3"
        );
        match done {
            Ok(()) => Ok(Disposition::Done),
            Err(Failure::Store(error)) => Err(error),
            Err(other) => Ok(Disposition::Retry(other.to_string())),
        }
    }
}
