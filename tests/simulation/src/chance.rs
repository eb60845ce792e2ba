//! What is left to chance. All of it follows from the seed.

use std::sync::{Arc, Mutex};

/// A source of numbers that are the same for the same seed. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Chance(Arc<Mutex<fastrand::Rng>>);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(fastrand::Rng::with_seed(seed))))
    }

    /// A source of its own: how much is asked of the one does not matter to the other.
    pub(crate) fn fork(&self) -> Self {
        Self::new(self.with(|random| random.u64(..)))
    }

    fn with<T>(&self, ask: impl FnOnce(&mut fastrand::Rng) -> T) -> T {
        ask(&mut self.0.lock().expect("no other thread"))
    }

    /// A number below `end`.
    pub(crate) fn below(&self, end: u64) -> u64 {
        self.with(|random| random.u64(..end))
    }

    /// True once in so many times; never if that is 0.
    pub(crate) fn one_in(&self, times: u64) -> bool {
        times > 0 && self.below(times) == 0
    }

    /// One of them.
    pub(crate) fn pick<'a, T>(&self, of: &'a [T]) -> &'a T {
        &of[usize::try_from(self.below(of.len() as u64)).expect("an index")]
    }

    pub(crate) fn shuffle<T>(&self, all: &mut [T]) {
        self.with(|random| random.shuffle(all));
    }

    pub(crate) fn bytes<const N: usize>(&self) -> [u8; N] {
        self.with(|random| std::array::from_fn(|_| random.u8(..)))
    }
}
