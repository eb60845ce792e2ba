//! What can stop a build.

use colca_runtime::CannotSign;
use colca_store::ErrorKind;
use colca_upstream::Unfetched;

/// Why a build did not come to its end. The changes it was to publish are all still in the log.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// Somebody else holds the lease now, and does the work.
    #[error("the lease was lost")]
    LeaseLost,
    /// The stored metadata of a package cannot be read.
    #[error("the metadata of {package} cannot be read: {reason}")]
    Fragments {
        /// The file.
        package: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A change is in the log, and the metadata it belongs to cannot be seen yet: a transaction becomes visible item
    /// by item.
    #[error("the metadata of {0} is not to be seen yet")]
    NotSettled(String),
    /// There is something to publish, and nothing of it can be: to try again would not help.
    #[error("{0}")]
    Unpublishable(String),
    /// There are packages, and not one of them can be listed.
    #[error("none of its {packages} packages can be listed: {}", .problems.join("; "))]
    NothingListed {
        /// How many there are.
        packages: u64,
        /// Why not.
        problems: Vec<String>,
    },
    /// The revision that was chosen is not there any more.
    #[error("revision {0} is not there any more")]
    NoRevision(u64),
    /// The lists that were kept for this build cannot be used.
    #[error("the lists that were kept are of no use: {0}")]
    Lists(String),
    /// Something that an earlier revision has is not there.
    #[error("{0} is not there")]
    Incomplete(String),
    /// A mistake of ours while the metadata was put together.
    #[error("putting the metadata together failed: {0}")]
    Panicked(String),
    /// The repository cannot be signed as the configuration says.
    #[error(transparent)]
    CannotSign(CannotSign),
    /// Somebody else's server did not give a file this time.
    #[error("{url} cannot be fetched: {reason}")]
    Unreachable {
        /// The file.
        url: String,
        /// What happened.
        reason: String,
    },
    /// A service failed.
    #[error(transparent)]
    Store(#[from] colca_store::Error),
}

impl Failure {
    /// A computation that panicked.
    pub(crate) fn panicked(panic: tokio::task::JoinError) -> Self {
        Self::Panicked(panic.to_string())
    }

    /// What keeps files from being listed, one by one.
    pub(crate) fn problems(&self) -> &[String] {
        if let Self::NothingListed { problems, .. } = self { problems } else { &[] }
    }

    /// Whether users are told: it is nothing that passes by itself in a moment.
    pub(crate) fn is_told(&self) -> bool {
        self.is_final() || matches!(self, Self::Unreachable { .. })
    }

    /// Whether trying again would not help.
    pub(crate) fn is_final(&self) -> bool {
        matches!(self, Self::Unpublishable(_) | Self::NothingListed { .. } | Self::NoRevision(_) | Self::CannotSign(_))
    }

    /// Whether the world changed while we looked at it: then it is worth looking again at once.
    pub(crate) fn is_overtaken(&self) -> bool {
        match self {
            Self::NotSettled(_) | Self::Lists(_) | Self::Incomplete(_) => true,
            Self::Store(error) => error.kind() == ErrorKind::Conflict,
            Self::LeaseLost
            | Self::Fragments { .. }
            | Self::Unpublishable(_)
            | Self::NothingListed { .. }
            | Self::NoRevision(_)
            | Self::CannotSign(_)
            | Self::Unreachable { .. }
            | Self::Panicked(_) => false,
        }
    }
}

impl From<CannotSign> for Failure {
    fn from(error: CannotSign) -> Self {
        match error {
            CannotSign::Store(error) => Self::Store(error),
            other => Self::CannotSign(other),
        }
    }
}

impl From<Unfetched> for Failure {
    fn from(error: Unfetched) -> Self {
        match error {
            Unfetched::Unusable(why) => Self::Unpublishable(why),
            Unfetched::Unreachable { url, reason } => Self::Unreachable { url, reason },
            Unfetched::Panicked(why) => Self::Panicked(why),
            Unfetched::Store(error) => Self::Store(error),
        }
    }
}
