//! A source package, as its `.dsc` describes it.
//!
//! Format: Debian Policy 5.4, dsc(5).

use colca_model::{Filename, Sha256};
use md5::Md5;
use sha1::{Digest, Sha1};

use crate::{
    Control, Invalid, NamedFile,
    checksums::{Entry, Lists},
    clearsign::signed_text,
    identity::{check_architecture, check_name, check_version},
    named_file::{check_file_name, sha256},
};

const DSC: &str = "the .dsc";

/// The longest `.dsc` and `.changes`, in bytes. Real ones have some KiB, those of large packages some hundred.
pub const MOST_DSC: u64 = 1024 * 1024;

/// A source package that can be published, once the files that it names are there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dsc {
    control: Control,
    name: String,
    version: String,
    lists: Lists,
    files: Vec<NamedFile>,
    size: u64,
    md5: String,
    sha1: String,
    sha256: Sha256,
}

impl Dsc {
    /// Reads a whole `.dsc`, plain or clear-signed; the signature is not checked.
    ///
    /// # Errors
    /// [`Invalid`] if it is longer than [`MOST_DSC`], lacks a field that it must have, or names files in a way that is
    /// not clear or that could leave its directory.
    pub fn parse(bytes: &[u8]) -> Result<Self, Invalid> {
        let control = read_upload(bytes, DSC)?;
        control.require(DSC, "Format")?;
        let (name, version) = (control.require(DSC, "Source")?.to_owned(), control.require(DSC, "Version")?.to_owned());
        check_name("Source", &name)?;
        check_version("Version", &version)?;
        for word in control.get("Architecture").unwrap_or_default().split_ascii_whitespace() {
            check_architecture("Architecture", word)?;
        }
        let binaries = control.get("Binary").unwrap_or_default().split(',').map(str::trim);
        for binary in binaries.filter(|name| !name.is_empty()) {
            check_name("Binary", binary)?;
        }
        let lists = Lists::read(&control, DSC, 0)?;
        let files = lists.files()?;
        let (md5, sha1) = (hex::encode(Md5::digest(bytes)), hex::encode(Sha1::digest(bytes)));
        Ok(Self { control, name, version, lists, files, size: bytes.len() as u64, md5, sha1, sha256: sha256(bytes) })
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

    /// What belongs to it besides the `.dsc` itself.
    #[must_use]
    pub fn files(&self) -> &[NamedFile] {
        &self.files
    }

    /// The digest of the `.dsc`.
    #[must_use]
    pub fn sha256(&self) -> Sha256 {
        self.sha256
    }

    /// All that it says of itself.
    #[must_use]
    pub fn control(&self) -> &Control {
        &self.control
    }

    /// Where it is sorted in. A `.dsc` seldom says so itself; then it is the section of the packages built from it: of
    /// the first that is in no other component than `main`, else of the first.
    #[must_use]
    pub fn section(&self) -> Option<&str> {
        let packages = || self.control.get("Package-List").unwrap_or_default().lines();
        let section = |line| str::split_ascii_whitespace(line).nth(2);
        let own = self.control.get("Section").filter(|section| !section.is_empty());
        own.or_else(|| packages().filter_map(section).find(|section| !section.contains('/')))
            .or_else(|| packages().find_map(section))
    }

    /// The fields that list the files, the `.dsc` itself first among them: what an index has for a source package.
    pub(crate) fn lists_with_itself(&self, filename: &Filename) -> Result<Vec<(&'static str, Vec<Entry>)>, Invalid> {
        let name = filename.as_str();
        check_file_name("filename", name)?;
        if self.files.iter().any(|file| file.name == name) {
            return Err(colca_model::Invalid::new("Checksums-Sha256", "must not name the .dsc itself", name).into());
        }
        let itself = |field| {
            let digest = match field {
                "Files" => self.md5.clone(),
                "Checksums-Sha1" => self.sha1.clone(),
                _ => self.sha256.to_string(),
            };
            Entry { digest, size: self.size, name: name.to_owned() }
        };
        let with_itself = |(field, entries): (_, &[Entry])| (field, [&[itself(field)], entries].concat());
        Ok(self.lists.iter().map(with_itself).collect())
    }
}

/// The paragraph of a `.dsc` or `.changes`.
pub(crate) fn read_upload(bytes: &[u8], part: &'static str) -> Result<Control, Invalid> {
    if bytes.len() as u64 > MOST_DSC {
        return Err(Invalid::TooLong { part, most: MOST_DSC });
    }
    Control::parse(&signed_text(bytes, part)?, part)
}
