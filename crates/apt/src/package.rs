//! One binary package, as its control file describes it.

use crate::{
    Control, ControlExtent, Invalid,
    control_member::{CONTROL_FILE, control_file},
    deb_extent::{CONTROL, part},
    identity::{check_architecture, check_name, check_version, source},
};

/// A package that can be published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    control: Control,
    name: String,
    version: String,
    architecture: String,
    source: (String, String),
}

impl Package {
    /// Reads the first bytes of a file of `size` bytes: at least as many as [`ControlExtent::needed`] says.
    ///
    /// # Errors
    /// [`Invalid`] if this is no package, is damaged, ends too early, or has in it what cannot be published.
    pub fn parse(bytes: &[u8], size: u64) -> Result<Self, Invalid> {
        let extent = ControlExtent::locate(bytes, size)?;
        let location = extent.control();
        let member = location.and_then(|location| Some((part(bytes, location.start, location.end)?, location)));
        let Some((member, location)) = member else {
            return Err(Invalid::Truncated { part: CONTROL, end: extent.needed(), size: bytes.len() as u64 });
        };
        let control = Control::parse(&control_file(member, location.compression)?, CONTROL_FILE)?;
        Self::from_control(control, CONTROL_FILE)
    }

    /// What a paragraph describes. `part` is what errors call it.
    pub(crate) fn from_control(control: Control, part: &'static str) -> Result<Self, Invalid> {
        let required = |field: &'static str| control.require(part, field);
        let [name, version, architecture] = ["Package", "Version", "Architecture"].map(required);
        let (name, version, architecture) = (name?.to_owned(), version?.to_owned(), architecture?.to_owned());
        check_name("Package", &name)?;
        check_version("Version", &version)?;
        check_architecture("Architecture", &architecture)?;
        let (source_name, source_version) = match control.get("Source") {
            Some(value) => source("Source", value)?,
            None => (name.as_str(), None),
        };
        let source = (source_name.to_owned(), source_version.unwrap_or(&version).to_owned());
        Ok(Self { control, name, version, architecture, source })
    }

    /// What it is called.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its version, with epoch and revision if it has them.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// What it runs on; `all` if that does not matter.
    #[must_use]
    pub fn architecture(&self) -> &str {
        &self.architecture
    }

    /// Name and version of the source package it was built from: its own, where it does not say otherwise.
    #[must_use]
    pub fn source(&self) -> (&str, &str) {
        (&self.source.0, &self.source.1)
    }

    /// All that it says of itself.
    #[must_use]
    pub fn control(&self) -> &Control {
        &self.control
    }
}
