//! What becomes of repositories is told here, to whoever the configuration names: in order, and again until it was heard.
//!
//! ```text
//! message ─▶ the repository in chacra's words ─▶ signed, and posted (crates/callbacks) ─▶ 2xx: done
//!    ▲                                                                            └─▶ else: later
//!    └── the next of the same repository waits for its turn ──────────────────────────────┘
//! ```

mod body;

use colca_callbacks::{Sender, Unsent, wait_before};
use colca_runtime::{Delivery, Disposition, Services};
use colca_store::CallbackMessage;
use tracing::{info, warn};

use crate::body::{body, target};

/// Tells what happened.
#[derive(Clone)]
pub struct Teller {
    services: Services,
    sender: Sender,
}

impl Teller {
    /// Reads the secrets when there is something to tell.
    #[must_use]
    pub fn new(services: Services) -> Self {
        Self { sender: Sender::new(&services), services }
    }

    /// Handles one message. What is not heard comes again, each time later.
    ///
    /// # Errors
    /// Whatever a service answered; the message is then delivered again.
    pub async fn handle(&self, delivery: Delivery<CallbackMessage>) -> colca_store::Result<Disposition> {
        let CallbackMessage { id, repository: path, status, .. } = &delivery.message;
        let settings = self.services.settings.get().await?;
        let Some(callbacks) = settings.callbacks() else {
            info!(repository = %path, "Nobody is to be told any more what becomes of {path}");
            return Ok(Disposition::Done);
        };
        let Some(repository) = self.services.catalog.repository_or_rest(path).await? else {
            warn!(repository = %path, "Nothing is known of {path}, of which something was to be told");
            return Ok(Disposition::Done);
        };
        let archs = self.services.catalog.archs(path).await?;
        let public = self.services.base_url(path);
        let body = body(&delivery.message, &repository, &archs, callbacks, &public);
        match self.sender.post(settings.receivers(), &target(callbacks, path), id, body.to_string()).await {
            Ok(()) => {
                let status = status.as_str();
                info!(repository = %path, id, status, "Told that {path} is {status}");
                Ok(Disposition::Done)
            }
            Err(Unsent::Store(error)) => Err(error),
            Err(unheard) => {
                Ok(Disposition::RetryAfter(unheard.to_string(), wait_before(callbacks.retry, delivery.times)))
            }
        }
    }
}
