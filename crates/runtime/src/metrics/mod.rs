//! What is measured, and who is told: CloudWatch by a line of the log, and a statsd server if one is named.
//!
//! A number is measured where it arises, in the words of what happened. What it is called by whom is in `emf.rs` and
//! `statsd.rs`; what is to be done when it is bad, in `infra/observability.yaml`.

mod emf;
mod statsd;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use colca_model::{RepoPath, RepositoryKind};
use colca_store::Queue;
use jiff::Timestamp;

use crate::Phase;
use crate::config::Config;

pub use emf::NAMES;
pub use statsd::{StatsdAddress, StatsdError};

/// Something that happened, with its numbers.
#[derive(Debug, Clone, Copy)]
pub enum Measured<'a> {
    /// Files came in, and are in the catalog.
    Registered {
        /// What they make of a repository.
        kind: RepositoryKind,
        /// How many.
        files: u64,
        /// How long they are together.
        bytes: u64,
    },
    /// Files were refused after their bytes arrived, or because they never did.
    Rejected {
        /// Why, in one of few words.
        reason: &'static str,
        /// How many.
        files: u64,
    },
    /// Messages were taken from a queue.
    Taken {
        /// Which.
        queue: Queue,
        /// How long ago each was sent; the time that it was to wait is part of that.
        ages: &'a [Duration],
    },
    /// A build came to its end.
    Built(&'a Build<'a>),
    /// A key that signs has so much time left.
    KeyExpires {
        /// Its name.
        key: &'a str,
        /// Days, below nothing once they are over.
        days: f64,
    },
    /// The CDN was told what it is to forget.
    CdnTold {
        /// How often it has refused, one time after another; 0 if it did not.
        refusals: u32,
    },
}

/// A build that came to its end.
#[derive(Debug, Clone, Copy)]
pub struct Build<'a> {
    /// What was built.
    pub repository: &'a RepoPath,
    /// How it ended.
    pub end: BuildEnd,
    /// How long each of its phases took, all tries of it together.
    pub phases: &'a [(Phase, Duration)],
    /// How long ago each of the changes was noted that it published.
    pub lags: &'a [Duration],
}

impl Build<'_> {
    fn took(&self) -> Duration {
        self.phases.iter().map(|(_, took)| *took).sum()
    }
}

/// How a build ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BuildEnd {
    /// A revision was published.
    Published {
        /// What kind of metadata it has.
        kind: RepositoryKind,
        /// How many packages it lists.
        packages: u64,
    },
    /// The repository has no file any more, and nothing of it is public.
    Retracted,
    /// There was nothing to publish.
    NothingNew,
    /// Nothing could be published, and to try again would not help.
    Failed,
    /// It broke off, and is tried again.
    BrokenOff,
}

/// Whoever is told.
#[derive(Clone)]
pub struct Metrics(Arc<Tellers>);

#[derive(Default)]
struct Tellers {
    emf: Option<emf::Emf>,
    statsd: Option<statsd::Statsd>,
}

impl Metrics {
    /// Tells nobody.
    #[must_use]
    pub fn none() -> Self {
        Self(Arc::default())
    }

    /// Tells whomever the environment names.
    pub(crate) fn new(config: &Config) -> Result<Self, StatsdError> {
        let emf = Some(emf::Emf::new(&config.store_bucket));
        let statsd = config.statsd.as_ref().map(statsd::Statsd::new).transpose()?;
        Ok(Self(Arc::new(Tellers { emf, statsd })))
    }

    /// Tells what happened `at` that moment. Nothing fails if it cannot be told.
    pub fn record(&self, at: Timestamp, measured: Measured<'_>) {
        let Tellers { emf, statsd } = &*self.0;
        emf.iter().for_each(|emf| emf.tell(at, measured));
        statsd.iter().for_each(|statsd| statsd.tell(measured));
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}
