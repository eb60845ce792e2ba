//! When something is tried again.

use std::time::Duration;

/// The longest wait. A receiver that is back after a night is told within the hour.
const LONGEST: Duration = Duration::from_secs(60 * 60);

/// Each wait is so many times the one before.
const FACTOR: u32 = 3;

/// How often something is tried: as the queue says (`maxReceiveCount` of template.yaml).
const TRIES: u32 = 12;

/// How long it takes before something is tried again that was tried so many `times`, if it takes `first` after the first one.
/// After the last there is nothing to wait for: it is given up, and what comes after it has its turn.
#[must_use]
pub fn wait_before(first: Duration, times: u32) -> Duration {
    if times >= TRIES {
        return Duration::ZERO;
    }
    let factor = FACTOR.saturating_pow(times.saturating_sub(1));
    first.checked_mul(factor).unwrap_or(LONGEST).min(LONGEST)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn twelve_tries_take_more_than_six_hours() {
        let waits: Vec<_> = (1..=12).map(|times| wait_before(Duration::from_secs(10), times).as_secs()).collect();
        assert_eq!(waits, [10, 30, 90, 270, 810, 2430, 3600, 3600, 3600, 3600, 3600, 0]);
        assert!(waits.iter().sum::<u64>() > 6 * 60 * 60);
    }

    #[test]
    fn the_queue_tries_as_often() {
        let template = include_str!("../../../template.yaml");
        let redrive = format!("deadLetterTargetArn: !GetAtt CallbackDlq.Arn, maxReceiveCount: {TRIES}}}");
        assert!(template.contains(&redrive), "template.yaml says something else");
    }

    proptest! {
        #[test]
        fn never_waits_less_than_before_nor_for_too_long(first in 0_u64..=600, times in 0..TRIES - 1) {
            let wait = |times| wait_before(Duration::from_secs(first), times);
            prop_assert!(wait(times) <= wait(times + 1));
            prop_assert!(wait(times) <= LONGEST);
            prop_assert!(wait(times).as_secs() >= first);
        }
    }
}
