//! What can stop a build.

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
    /// A mistake of ours while the metadata was put together.
    #[error("putting the metadata together failed: {0}")]
    Panicked(String),
    /// A service failed.
    #[error(transparent)]
    Store(#[from] colca_store::Error),
}
