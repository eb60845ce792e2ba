//! When something is tried again.

use std::time::Duration;

/// The longest wait. A receiver that is back after a night is told within the hour.
const LONGEST: Duration = Duration::from_secs(60 * 60);

/// Each wait is so many times the one before.
const FACTOR: u32 = 3;

/// How long it takes before something is tried again that was tried so many `times`, if it takes `first` after the first one.
#[must_use]
pub fn wait_before(first: Duration, times: u32) -> Duration {
    let factor = FACTOR.saturating_pow(times.saturating_sub(1));
    first.checked_mul(factor).unwrap_or(LONGEST).min(LONGEST)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn twelve_tries_take_more_than_six_hours() {
        let waits: Vec<_> = (1..12).map(|times| wait_before(Duration::from_secs(10), times).as_secs()).collect();
        assert_eq!(waits, [10, 30, 90, 270, 810, 2430, 3600, 3600, 3600, 3600, 3600]);
        assert!(waits.iter().sum::<u64>() > 6 * 60 * 60 - 300);
    }

    proptest! {
        #[test]
        fn never_waits_less_than_before_nor_for_too_long(first in 0_u64..=600, times: u32) {
            let wait = |times| wait_before(Duration::from_secs(first), times);
            prop_assert!(wait(times) <= wait(times.saturating_add(1)));
            prop_assert!(wait(times) <= LONGEST);
            prop_assert!(wait(times).as_secs() >= first);
        }
    }
}
