//! What ends a piece before its end.

use colca_store::ErrorKind;

/// Why a piece did not come to its end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Stop {
    /// The import cannot go on; who asked is told why.
    #[error("{0}")]
    Failed(String),
    /// A service failed; try again.
    #[error(transparent)]
    Service(#[from] colca_store::Error),
}

impl Stop {
    /// What a failed read of the source means.
    pub(crate) fn of_source(error: colca_store::Error) -> Self {
        match error.kind() {
            ErrorKind::Invalid | ErrorKind::NotFound => Self::Failed(format!("source: must be readable; {error}")),
            _ => Self::Service(error),
        }
    }
}
