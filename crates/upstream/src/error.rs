//! What can keep us from what others publish.

use colca_runtime::WebError;

/// Why something was not fetched.
#[derive(Debug, thiserror::Error)]
pub enum Unfetched {
    /// It is there and of no use, or is refused: to try again would not help.
    #[error("{0}")]
    Unusable(String),
    /// Somebody else's server did not give a file this time.
    #[error("{url} cannot be fetched: {reason}")]
    Unreachable {
        /// The file.
        url: String,
        /// What happened.
        reason: String,
    },
    /// A mistake of ours while a list was read.
    #[error("reading a list failed: {0}")]
    Panicked(String),
    /// A service of ours failed.
    #[error(transparent)]
    Store(#[from] colca_store::Error),
}

impl Unfetched {
    /// A computation that panicked.
    pub(crate) fn panicked(panic: tokio::task::JoinError) -> Self {
        Self::Panicked(panic.to_string())
    }

    /// Whether trying again would not help.
    #[must_use]
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Unusable(_))
    }
}

impl From<WebError> for Unfetched {
    fn from(error: WebError) -> Self {
        match error {
            WebError::Unreachable { url, reason } => Self::Unreachable { url, reason },
            // What the server says, and not this time only.
            final_one => Self::Unusable(final_one.to_string()),
        }
    }
}
