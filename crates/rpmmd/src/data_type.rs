//! What a metadata file is, as `repomd.xml` says it.

use crate::{CarriedKind, MetadataKind};

/// The type of an entry in `repomd.xml`, of those that we write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DataType {
    /// One of the three files made from the packages.
    Packages(MetadataKind),
    /// A file that was uploaded.
    Carried(CarriedKind),
}

impl DataType {
    /// Its name in `repomd.xml`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Packages(kind) => kind.name(),
            Self::Carried(kind) => kind.name(),
        }
    }

    /// What the file is called without its digest and its compression.
    #[must_use]
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Packages(MetadataKind::Primary) => "primary.xml",
            Self::Packages(MetadataKind::Filelists) => "filelists.xml",
            Self::Packages(MetadataKind::Other) => "other.xml",
            Self::Carried(kind) => kind.file_name(),
        }
    }
}

impl From<MetadataKind> for DataType {
    fn from(kind: MetadataKind) -> Self {
        Self::Packages(kind)
    }
}

impl From<CarriedKind> for DataType {
    fn from(kind: CarriedKind) -> Self {
        Self::Carried(kind)
    }
}
