//! Since when the clients are at work that are: what one of them began with it may still ask for.

use std::{collections::BTreeMap, sync::Mutex, time::Instant};

use crate::course::lock;

/// Of all clients.
#[derive(Debug, Default)]
pub(crate) struct Sessions(Mutex<(u64, BTreeMap<u64, Instant>)>);

/// One client at work, from before it refreshes until it has installed.
#[derive(Debug)]
pub(crate) struct Session<'a>(&'a Sessions, u64);

impl Sessions {
    /// One more begins.
    pub(crate) fn begin(&self) -> Session<'_> {
        let mut state = lock(&self.0);
        state.0 += 1;
        let number = state.0;
        state.1.insert(number, Instant::now());
        Session(self, number)
    }

    /// When the one began that has been at work the longest; now, if nobody is.
    pub(crate) fn oldest(&self) -> Instant {
        lock(&self.0).1.values().min().copied().unwrap_or_else(Instant::now)
    }
}

impl Drop for Session<'_> {
    fn drop(&mut self) {
        lock(&self.0.0).1.remove(&self.1);
    }
}

#[cfg(test)]
mod tests {
    use super::Sessions;

    #[test]
    fn the_oldest_is_one_that_is_at_work() {
        let sessions = Sessions::default();
        let first = sessions.begin();
        let began = sessions.oldest();
        let _second = sessions.begin();
        assert_eq!(sessions.oldest(), began);
        drop(first);
        assert!(sessions.oldest() > began);
    }
}
