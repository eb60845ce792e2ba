//! Whoever the configuration names is told now and then that we are well, as long as we are: a receiver that hears nothing
//! for a while sends nobody here.

use std::time::Duration;

use colca_callbacks::{Sender, Unsent};
use colca_runtime::Services;
use tokio::time::{sleep, timeout};
use tracing::{error, warn};

/// How long it may take in all. The next round comes after a minute.
const PATIENCE: Duration = Duration::from_secs(40);

/// How much of that no try has, so that even the last ends before all is over.
const SPARE: Duration = Duration::from_secs(1);

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
    let patience = patience(pings.retries);
    let post = async || {
        let post = sender.post(settings.receivers(), &pings.url, &id, "{}".to_owned());
        timeout(patience, post).await.unwrap_or_else(|_| Err(silent(&pings.url, patience)))
    };
    let tell = async {
        let mut tries = 0;
        while let Err(error) = post().await {
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

/// How long one try may take, so that there is time for each, and for the pauses between them. The sender gives up by itself
/// if that is long.
fn patience(retries: u32) -> Duration {
    PATIENCE.saturating_sub(SPARE).saturating_sub(PAUSE * retries) / (retries + 1)
}

fn silent(url: &str, patience: Duration) -> Unsent {
    Unsent::Unreachable { url: url.to_owned(), reason: format!("no answer within {:.1} s", patience.as_secs_f32()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_time_for_each_try_that_the_configuration_permits() {
        for retries in 0..=5 {
            let patience = patience(retries);
            assert!(patience * (retries + 1) + PAUSE * retries < PATIENCE, "{retries} retries, each {patience:?}");
            assert!(patience >= Duration::from_secs(4), "{patience:?} is too short for a slow receiver");
        }
    }
}
