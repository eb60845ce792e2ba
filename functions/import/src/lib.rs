//! Packages that lie elsewhere already are taken in here, many at once: those below a prefix of a bucket, or those of a repository on
//! the web.
//!
//! ```text
//! message ─▶ the next piece ─▶ take in (crates/intake) ─▶ how far it is, on a condition ─▶ the next message
//!                                                                   └─▶ done, or failed: build asked for
//! ```
//!
//! Whatever dies in the middle of a piece is repeated from its beginning, to the same effect: the uploads have the ids that they had
//! before, and what one of them registered already is counted as taken in.

mod bounds;
mod bucket;
mod go_on;
mod piece;
mod sources;
mod stop;
mod upload_id;
mod web;

use colca_model::ImportState;
use colca_runtime::{Delivery, Disposition, Services};
use colca_store::ImportMessage;
use tracing::warn;

/// Handles one message: does the next piece of an import, and sends the message for the one after it.
///
/// # Errors
/// Whatever a service answered; the message is then delivered again.
pub async fn handle(services: &Services, delivery: Delivery<ImportMessage>) -> colca_store::Result<Disposition> {
    let id = &delivery.message.import;
    match services.jobs.import(id).await? {
        Some(import) if import.state == ImportState::Running => go_on::go_on(services, import).await?,
        Some(import) => go_on::end_if_stopped(services, &import).await?,
        None => warn!(import = %id, "No import {id} is known"),
    }
    Ok(Disposition::Done)
}
