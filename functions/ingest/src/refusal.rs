//! Why an upload does not go on.

/// What ends the way of an upload.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    /// It will never be good; the uploader is told why.
    #[error("{0}")]
    Rejected(String),
    /// Its bytes are not there: too early, or a message about bytes that were dealt with.
    #[error("nothing arrived yet")]
    NothingArrived,
    /// It is so large that the rest is left to a message of its own.
    #[error("to be continued")]
    ToBeContinued,
    /// A service failed; try again.
    #[error(transparent)]
    Failed(#[from] colca_store::Error),
}

impl From<colca_rpmmd::Invalid> for Refusal {
    fn from(invalid: colca_rpmmd::Invalid) -> Self {
        Self::Rejected(format!("not a good rpm: {invalid}"))
    }
}

impl From<colca_model::Invalid> for Refusal {
    fn from(invalid: colca_model::Invalid) -> Self {
        Self::Rejected(invalid.to_string())
    }
}
