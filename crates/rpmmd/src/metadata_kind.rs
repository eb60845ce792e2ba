//! The three metadata files that every rpm repository has.

/// One of the files that hold an element for every package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MetadataKind {
    /// `primary.xml`: what a package is, needs and gives, and its commands and configuration files.
    Primary,
    /// `filelists.xml`: every path in it.
    Filelists,
    /// `other.xml`: its latest changelog entries.
    Other,
}

impl MetadataKind {
    /// All of them, in the order `repomd.xml` lists them.
    pub const ALL: [Self; 3] = [Self::Primary, Self::Filelists, Self::Other];

    /// The type of its entry in `repomd.xml`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::Filelists => "filelists",
            Self::Other => "other",
        }
    }

    /// The file up to its first package.
    pub(crate) fn opening(self, packages: usize) -> String {
        let (element, namespaces) = match self {
            Self::Primary => (
                "metadata",
                r#"xmlns="http://linux.duke.edu/metadata/common" xmlns:rpm="http://linux.duke.edu/metadata/rpm""#,
            ),
            Self::Filelists => ("filelists", r#"xmlns="http://linux.duke.edu/metadata/filelists""#),
            Self::Other => ("otherdata", r#"xmlns="http://linux.duke.edu/metadata/other""#),
        };
        format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{element} {namespaces} packages=\"{packages}\">\n")
    }

    /// The file after its last package.
    pub(crate) fn closing(self) -> &'static str {
        match self {
            Self::Primary => "</metadata>\n",
            Self::Filelists => "</filelists>\n",
            Self::Other => "</otherdata>\n",
        }
    }
}
