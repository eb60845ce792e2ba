//! All that one story shares: the cloud, the weather, the time, and what was found to be wrong.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use crate::chance::Chance;
use crate::cloud::{Answer, Ask, Cloud};
use crate::published::Published;
use crate::weather::{Fate, Odds};

/// When every story begins, in seconds since 1970.
const BEGINNING: i64 = 1_800_000_000;

/// What was counted in a story.
pub(crate) type Counts = BTreeMap<&'static str, u64>;

/// Everything there is.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) cloud: Cloud,
    pub(crate) published: Arc<Published>,
    pub(crate) chance: Chance,
    odds: Mutex<Odds>,
    begun: Instant,
    counts: Mutex<Counts>,
}

impl World {
    pub(crate) fn new(seed: u64) -> Arc<Self> {
        let chance = Chance::new(seed);
        let odds = Odds::of(&chance);
        let published = Arc::<Published>::default();
        let cloud = Cloud::new(&chance, published.clone());
        let (odds, begun, counts) = (Mutex::new(odds), Instant::now(), Mutex::default());
        Arc::new(Self { cloud, published, chance, odds, begun, counts })
    }

    /// The true time.
    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_second(BEGINNING).expect("a time") + self.begun.elapsed()
    }

    /// From now on nothing goes wrong.
    pub(crate) fn calm_down(&self) {
        *self.odds.lock().expect("no other thread") = Odds::CALM;
    }

    /// Whether nothing goes wrong any more.
    pub(crate) fn is_calm(&self) -> bool {
        self.odds() == Odds::CALM
    }

    pub(crate) fn odds(&self) -> Odds {
        *self.odds.lock().expect("no other thread")
    }

    /// What becomes of a call of a function.
    pub(crate) fn fate(&self, ask: &Ask) -> Fate {
        self.odds().fate(&self.chance, ask)
    }

    /// How long a call takes, there or back.
    pub(crate) fn delay(&self, ask: &Ask) -> Duration {
        self.odds().delay(&self.chance, ask)
    }

    pub(crate) async fn answer(&self, ask: &Ask) -> Answer {
        self.cloud.answer(ask, self.now()).await
    }

    /// Counts one more of something.
    pub(crate) fn count(&self, what: &'static str) {
        *self.counts.lock().expect("no other thread").entry(what).or_default() += 1;
    }

    pub(crate) fn counts(&self) -> Counts {
        self.counts.lock().expect("no other thread").clone()
    }

    /// Notes that something is not as it must be.
    pub(crate) fn violated(&self, what: impl Into<String>) {
        self.published.violated(what.into());
    }
}
