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

mod build_repository;
mod directory;
mod failure;
mod heartbeat;
mod packages;
mod plan;
mod publish;
mod vanish;

use colca_rpmmd::{CodecRules, NotARule};
use colca_runtime::{Delivery, Disposition, Services};
use colca_store::BuildMessage;

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
        match build_repository::build_repository(self, &delivery.message.repository, &delivery.id).await {
            Ok(()) => Ok(Disposition::Done),
            Err(Failure::Store(error)) => Err(error),
            Err(other) => Ok(Disposition::Retry(other.to_string())),
        }
    }
}
