//! What was uploaded is checked here, and registered or refused.
//!
//! ```text
//! message ─▶ verify ─▶ take in (crates/intake) ─▶ build asked for
//!               └─────────┴─▶ rejected, with a reason, and nothing kept
//! ```

mod digester;
mod event;
mod ingest_upload;
mod verify;

pub use event::Event;

use colca_runtime::{Delivery, Disposition, Services};

/// Handles one message: the uploads it names, one after the other.
///
/// # Errors
/// Whatever a service answered; the message is then delivered again.
pub async fn handle(services: &Services, delivery: Delivery<Event>) -> colca_store::Result<Disposition> {
    for upload in delivery.message.uploads() {
        ingest_upload::ingest_upload(services, &upload).await?;
    }
    Ok(Disposition::Done)
}
