//! What is said of something stored that cannot be used.

/// Something that was stored cannot be used. The list has to be built anew from what it was built of.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Damaged {
    /// The manifest was written by another version, or for other outputs.
    #[error("the manifest {0}")]
    OtherManifest(&'static str),
    /// The manifest is not as it was written.
    #[error("the manifest is damaged: {0}")]
    Manifest(String),
    /// The record of a segment is missing, or is not what the manifest says of it.
    #[error("the record {record} {reason}")]
    Record {
        /// Its name.
        record: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A published object is not what the manifest says of it.
    #[error("the object of output {output} {reason}")]
    Object {
        /// The number of the output.
        output: usize,
        /// What is wrong with it.
        reason: &'static str,
    },
}
