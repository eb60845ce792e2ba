//! Whoever the configuration names is told now and then that we are well, as long as we are: a receiver that hears nothing
//! for a while sends nobody here.

use std::time::Duration;

use colca_callbacks::Sender;
use colca_runtime::Services;
use tokio::time::{sleep, timeout};
use tracing::{error, warn};

/// How long it may take in all. The next round comes after a minute.
const PATIENCE: Duration = Duration::from_secs(40);

/// How much before its time it is told: a round comes each minute, now a second early, now late, and the one before is nearer than
/// the one after.
const EARLY: Duration = Duration::from_secs(30);

/// How long it waits before it tries again.
const PAUSE: Duration = Duration::from_secs(2);

/// Tells it, if it is time. That nobody hears it is no failure of the round.
pub(crate) async fn tell_health(services: &Services) -> colca_store::Result<()> {
    let settings = services.settings.get().await?;
    let Some(pings) = settings.pings() else { return Ok(()) };
    if let Err(error) = services.check().await {
        error!(%error, "Not healthy, so nobody is told that we are");
        return Ok(());
    }
    let now = services.clock.now();
    if !services.jobs.claim_ping(now, pings.frequency.saturating_sub(EARLY)).await? {
        return Ok(());
    }
    let (sender, id) = (Sender::new(services), format!("ping_{}", now.as_millisecond()));
    let tell = async {
        let mut tries = 0;
        while let Err(error) = sender.post(settings.receivers(), &pings.url, &id, "{}".to_owned()).await {
            warn!(%error, tries, "Nobody heard that we are well");
            if tries == pings.retries {
                return;
            }
            tries += 1;
            sleep(PAUSE).await;
        }
    };
    if timeout(PATIENCE, tell).await.is_err() {
        warn!("Nobody heard that we are well within {} s", PATIENCE.as_secs());
    }
    Ok(())
}
