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

    /// The file up to its first package. How many `packages` it has may be left out: no client counts on it, and of a long
    /// file that is added to, the beginning has to stay.
    #[must_use]
    pub fn opening(self, packages: Option<usize>) -> String {
        let (element, namespaces) = match self {
            Self::Primary => (
                "metadata",
                r#"xmlns="http://linux.duke.edu/metadata/common" xmlns:rpm="http://linux.duke.edu/metadata/rpm""#,
            ),
            Self::Filelists => ("filelists", r#"xmlns="http://linux.duke.edu/metadata/filelists""#),
            Self::Other => ("otherdata", r#"xmlns="http://linux.duke.edu/metadata/other""#),
        };
        let packages = packages.map_or_else(String::new, |packages| format!(" packages=\"{packages}\""));
        format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{element} {namespaces}{packages}>\n")
    }

    /// The file after its last package.
    #[must_use]
    pub fn closing(self) -> &'static str {
        match self {
            Self::Primary => "</metadata>\n",
            Self::Filelists => "</filelists>\n",
            Self::Other => "</otherdata>\n",
        }
    }
}
