//! A bounded memory of what was found out.

use std::collections::BTreeMap;

use jiff::Timestamp;

/// The SHA-256 of something.
pub(crate) type Digest = [u8; 32];

/// What was found out about keys, each while something is in a certain state and until a certain time.
pub(crate) struct Recent {
    most: usize,
    found: BTreeMap<Digest, Found>,
}

struct Found {
    state: Digest,
    since: Timestamp,
    until: Timestamp,
}

impl Recent {
    pub(crate) const fn new(most: usize) -> Self {
        Self { most, found: BTreeMap::new() }
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.found.len()
    }

    /// Whether `key` is remembered, from when `state` was what it is now.
    pub(crate) fn holds(&self, key: &Digest, state: &Digest, now: Timestamp) -> bool {
        self.found.get(key).is_some_and(|found| found.state == *state && now < found.until)
    }

    /// Remembers `key`. If there is no room, first what is over is forgotten, then what is oldest.
    pub(crate) fn remember(&mut self, key: Digest, state: Digest, now: Timestamp, until: Timestamp) {
        if self.found.len() >= self.most && !self.found.contains_key(&key) {
            // Looking at them all takes microseconds, and is done after a slow hash.
            self.found.retain(|_, found| now < found.until);
            let oldest = self.found.iter().min_by_key(|(_, found)| found.since).map(|(key, _)| *key);
            if self.found.len() >= self.most
                && let Some(oldest) = oldest
            {
                self.found.remove(&oldest);
            }
        }
        self.found.insert(key, Found { state, since: now, until });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::at;

    const STATE: Digest = [0; 32];

    fn held(recent: &Recent, now: i64) -> Vec<u8> {
        (0..10).filter(|key| recent.holds(&[*key; 32], &STATE, at(now))).collect()
    }

    #[test]
    fn holds_while_the_state_is_the_same_and_the_time_not_over() {
        let mut recent = Recent::new(3);
        recent.remember([1; 32], STATE, at(0), at(10));
        assert_eq!((held(&recent, 9), held(&recent, 10)), (vec![1], vec![]));
        assert!(!recent.holds(&[1; 32], &[9; 32], at(5)));
        recent.remember([1; 32], [9; 32], at(5), at(10));
        assert!(recent.holds(&[1; 32], &[9; 32], at(5)));
        assert_eq!(recent.len(), 1);
    }

    #[test]
    fn forgets_what_is_over_before_what_is_oldest() {
        let mut recent = Recent::new(3);
        for (key, since, until) in [(1, 0, 100), (2, 1, 5), (3, 2, 100)] {
            recent.remember([key; 32], STATE, at(since), at(until));
        }
        recent.remember([4; 32], STATE, at(6), at(100));
        assert_eq!(held(&recent, 6), [1, 3, 4]);
        recent.remember([5; 32], STATE, at(7), at(100));
        assert_eq!(held(&recent, 7), [3, 4, 5]);
        recent.remember([5; 32], STATE, at(8), at(100));
        assert_eq!(held(&recent, 8), [3, 4, 5]);
        assert_eq!(recent.len(), 3);
    }
}
