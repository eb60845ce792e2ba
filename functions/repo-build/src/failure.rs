//! What can stop a build.

use colca_store::ErrorKind;

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
    /// A mistake of ours while the metadata was put together.
    #[error("putting the metadata together failed: {0}")]
    Panicked(String),
    /// A service failed.
    #[error(transparent)]
    Store(#[from] colca_store::Error),
}

impl Failure {
    /// Whether the world changed while we looked at it: then it is worth looking again at once.
    pub(crate) fn is_overtaken(&self) -> bool {
        match self {
            Self::NotSettled(_) => true,
            Self::Store(error) => error.kind() == ErrorKind::Conflict,
            Self::LeaseLost | Self::Fragments { .. } | Self::Panicked(_) => false,
        }
    }
}
