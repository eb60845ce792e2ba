//! The revision that is being made.

use jiff::Timestamp;

/// What a plan needs to know of the revision it is for.
#[derive(Debug, Clone)]
pub(crate) struct NewRevision {
    /// No other publish of the repository has this number.
    pub(crate) number: u64,
    /// When it is made.
    pub(crate) at: Timestamp,
    /// The fingerprints of the keys that sign it, in the order of their signatures.
    pub(crate) signers: Vec<String>,
}
