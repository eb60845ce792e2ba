//! An index whose bytes are at hand: a list of the files in packages.

use crate::NamedFile;

/// An index as it is published: compressed with gzip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// The index itself, which need not be there. But a Release file must name it: apt passes over one that does not.
    pub plain: NamedFile,
    /// The file to publish.
    pub packed: Packed,
}

/// One compressed file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packed {
    /// Its path, relative to the directory of the Release file: `main/binary-amd64/Packages.gz`.
    pub file: NamedFile,
    /// Its content. The same index gives the same bytes.
    pub bytes: Vec<u8>,
}

impl Index {
    /// All that a Release file says of it.
    pub fn listed(&self) -> impl Iterator<Item = &NamedFile> {
        [&self.plain, &self.packed.file].into_iter()
    }
}
