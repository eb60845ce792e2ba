//! An upload, as its `.changes` describes it. It is kept, and nothing is published of it.
//!
//! Format: Debian Policy 5.5, deb-changes(5).

use crate::{
    Control, Invalid, NamedFile,
    checksums::Lists,
    dsc::read_upload,
    identity::{check_architecture, check_version, source},
};

const CHANGES: &str = "the .changes";

/// What was uploaded together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    control: Control,
    source: String,
    version: String,
    files: Vec<NamedFile>,
}

impl Changes {
    /// Reads a whole `.changes`, plain or clear-signed; the signature is not checked.
    ///
    /// # Errors
    /// [`Invalid`] if it is longer than [`MOST_DSC`](crate::MOST_DSC), lacks a field that it must have, or names files in
    /// a way that is not clear or that could leave its directory.
    pub fn parse(bytes: &[u8]) -> Result<Self, Invalid> {
        let control = read_upload(bytes, CHANGES)?;
        let required = |field| control.require(CHANGES, field);
        required("Format")?;
        required("Distribution")?;
        let (name, version, architectures) = (required("Source")?, required("Version")?, required("Architecture")?);
        check_version("Version", version)?;
        for word in architectures.split_ascii_whitespace() {
            check_architecture("Architecture", word)?;
        }
        // The version of the source stands behind its name where it is another than that of the packages.
        let (name, version) = (source("Source", name)?.0.to_owned(), version.to_owned());
        let files = Lists::read(&control, CHANGES, 2)?.files()?;
        Ok(Self { source: name, version, files, control })
    }

    /// The source package.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The version of what was uploaded.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// What it names.
    #[must_use]
    pub fn files(&self) -> &[NamedFile] {
        &self.files
    }

    /// All that it says.
    #[must_use]
    pub fn control(&self) -> &Control {
        &self.control
    }
}
