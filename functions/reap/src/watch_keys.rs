//! Keys that expire: how many days each has left, for an alarm (`infra/observability.yaml`).

use colca_runtime::{Measured, Services};
use jiff::Timestamp;
use tracing::{error, warn};

/// When somebody should have begun to rotate a key.
const FEW_DAYS: f64 = 30.0;

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
        let days = days_left(now, end);
        services.record(Measured::KeyExpires { key: name, days });
        if days < FEW_DAYS {
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

/// Below nothing once it is over.
fn days_left(now: Timestamp, end: Timestamp) -> f64 {
    end.duration_since(now).as_secs_f64() / (24.0 * 60.0 * 60.0)
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

    #[test]
    fn days_are_counted_until_and_after_the_end() {
        let day = 24 * HOUR;
        for (end, days) in [(30 * day, 30.0), (day / 2, 0.5), (0, 0.0), (-2 * day, -2.0)] {
            assert!((days_left(at(0), at(end)) - days).abs() < 1e-9, "{end}");
        }
    }
}
