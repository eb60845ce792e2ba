//! Keys that expire: how many days each has left, for an alarm (`infra/observability.yaml`).

use colca_runtime::{Measured, Services};
use colca_store::KeyEntry;
use jiff::Timestamp;
use tracing::{error, warn};

const HOUR: i64 = 60 * 60;
const MINUTE: i64 = 60;

/// Once an hour, says of each key that has an end how many days it has left.
pub(crate) async fn watch_keys(services: &Services) -> colca_store::Result<()> {
    let now = services.clock.now();
    if !is_time(now) {
        return Ok(());
    }
    for entry in services.keys.list().await?.keys {
        let name = entry.name.as_str();
        let end = match entry.expires() {
            Ok(end) => end,
            Err(invalid) => {
                error!(key = name, %invalid, "The key {name} cannot be read");
                continue;
            }
        };
        let Some(end) = end else { continue };
        let days = KeyEntry::days_left(end, now);
        services.record(Measured::KeyExpires { key: name, days });
        if days < KeyEntry::FEW_DAYS {
            warn!(
                key = name,
                days = days.floor(),
                "The key {name} expires at {end}: add another, have both sign, then let it go"
            );
        }
    }
    Ok(())
}

/// The first minute of every hour: rounds come once a minute.
fn is_time(now: Timestamp) -> bool {
    now.as_second().rem_euclid(HOUR) < MINUTE
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a moment")
    }

    #[test]
    fn one_round_an_hour_is_the_time() {
        for start in [0, 1, 37, 59] {
            let rounds = (0..24 * 60).filter(|round| is_time(at(1_800_000_000 + start + round * MINUTE)));
            assert_eq!(rounds.count(), 24, "rounds {start} s after the minute");
        }
    }
}
