//! Imports that nobody goes on with: their function died, or its message was lost.

use colca_runtime::Services;
use colca_store::ImportMessage;
use jiff::SignedDuration;
use tracing::{error, warn};

use crate::round::Round;

/// How many imports one round looks at.
const ROUND: i32 = 100;

/// When an import that was woken is looked at again: the message that wakes it is tried for as long.
const AGAIN: SignedDuration = SignedDuration::from_mins(80);

/// Wakes the imports that were forgotten. Waking one once too often is harmless.
pub(crate) async fn resume_imports(services: &Services, round: &Round) -> colca_store::Result<()> {
    let now = services.clock.now();
    for import in services.jobs.due_imports(now, ROUND).await? {
        if round.is_over() {
            break;
        }
        let id = &import.id;
        warn!(import = %id, "Nobody goes on with the import {id}");
        let woken = async {
            services.queues.send_import(&ImportMessage { import: id.clone() }).await?;
            services.jobs.postpone_import(id, now + AGAIN).await
        };
        if let Err(error) = woken.await {
            error!(import = %id, %error, "Could not wake the import {id}");
        }
    }
    Ok(())
}
