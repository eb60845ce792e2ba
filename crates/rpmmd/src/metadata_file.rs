//! What is said of a metadata file, whatever its bytes are made of.

use colca_model::Sha256;

use crate::{Codec, DataType};

/// A finished metadata file, as `repomd.xml` describes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MetadataFile {
    /// What it is.
    pub kind: DataType,
    /// How it is compressed.
    pub codec: Codec,
    /// Length of the compressed file in bytes.
    pub size: u64,
    /// Digest of the compressed file.
    pub sha256: Sha256,
    /// Length of the text in bytes.
    pub open_size: u64,
    /// Digest of the text.
    pub open_sha256: Sha256,
}

impl MetadataFile {
    /// The name to publish it under, which no other content can have: `<sha256>-primary.xml.zst`.
    #[must_use]
    pub fn file_name(&self) -> String {
        format!("{}-{}.{}", self.sha256, self.kind.file_name(), self.codec.extension())
    }
}
