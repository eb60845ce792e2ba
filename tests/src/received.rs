//! Files that arrive in forms lie in the incoming bucket, whole or in parts, until they are placed or refused.

use std::collections::BTreeSet;

use crate::{aws, stack, wait};

/// What lay there at one time.
#[derive(Debug)]
pub struct Received(BTreeSet<String>);

impl Received {
    /// What lies there now.
    #[must_use]
    pub fn now() -> Self {
        let (bucket, prefix) = (stack().incoming(), "received/");
        Self(aws::keys(bucket, prefix).into_iter().chain(aws::keys_in_parts(bucket, prefix)).collect())
    }

    /// Waits until something has come.
    pub fn wait_for_more(&self) {
        wait::until("something to be received", || self.has_more().then_some(()));
    }

    /// Waits until all that has come is gone. Other tests may run, so what comes is not always ours.
    pub fn wait_for_no_more(&self) {
        wait::until("what was received to be thrown away", || (!self.has_more()).then_some(()));
    }

    fn has_more(&self) -> bool {
        !Self::now().0.is_subset(&self.0)
    }
}
