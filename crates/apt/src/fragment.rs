//! What one package contributes to the index of an archive, kept ready until it is published.

use colca_model::{Filename, Sha256};
use serde::{Deserialize, Serialize};

use crate::{
    ArchivePath, Dsc, Invalid, NamedFile, Package, Unreadable,
    checksums::LISTS,
    paragraph::{is_one_of, push_field},
    stored,
};

/// What a package is, which says the index that lists it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A binary package, such as a `.deb` or a `.ddeb`.
    Deb,
    /// A package for the Debian installer, which has indexes of its own.
    Udeb,
    /// A source package.
    Source,
}

/// A package's paragraph, but for the place where the package lies, and what is needed to sort it in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fragment {
    /// Which index it belongs to.
    pub kind: Kind,
    /// What the package is called.
    pub name: String,
    /// Its version.
    pub version: String,
    /// What it runs on; `all` if that does not matter, `source` for a source package.
    pub architecture: String,
    /// Its section as it is written, with its component before a slash: `contrib/net`.
    pub section: Option<String>,
    /// The source package it was built from; its own name for a source package.
    pub source: String,
    /// The digest of the package; of the `.dsc` for a source package.
    pub sha256: Sha256,
    /// What a source package consists of besides its `.dsc`.
    pub files: Vec<NamedFile>,
    /// The paragraph up to the field that says where the package lies, and from there on.
    text: (String, String),
}

/// What only an archive can say of a package, and what only dpkg's own records have: a control file may not.
const OURS: [&str; 10] =
    ["Package", "Filename", "Size", "MD5sum", "SHA1", "SHA256", "SHA512", "MSDOS-Filename", "Status", "Directory"];

impl Fragment {
    /// The fragment of a binary package. `filename` may be a path; its ending tells a `.udeb`, if its control file does
    /// not. Fields that describe the file are ours: those that a control file has are left out.
    #[must_use]
    pub fn of_package(package: &Package, filename: &str, size: u64, sha256: Sha256) -> Self {
        let control = package.control();
        let says_udeb = control.get("Package-Type").is_some_and(|kind| kind.eq_ignore_ascii_case("udeb"));
        let is_udeb = says_udeb || filename.to_ascii_lowercase().ends_with(".udeb");
        let fields: Vec<_> = control.fields().filter(|(name, _)| !is_one_of(name, &OURS)).collect();
        // The description stands last, for those who read it.
        let description = fields.iter().position(|(name, _)| name.eq_ignore_ascii_case("Description"));
        let (before, after) = fields.split_at(description.unwrap_or(fields.len()));
        let mut text = (String::new(), String::new());
        push_field(&mut text.0, "Package", package.name());
        before.iter().for_each(|(name, value)| push_field(&mut text.0, name, value));
        push_field(&mut text.1, "Size", &size.to_string());
        push_field(&mut text.1, "SHA256", &sha256.to_string());
        after.iter().for_each(|(name, value)| push_field(&mut text.1, name, value));
        Self {
            kind: if is_udeb { Kind::Udeb } else { Kind::Deb },
            name: package.name().to_owned(),
            version: package.version().to_owned(),
            architecture: package.architecture().to_owned(),
            section: control.get("Section").filter(|section| !section.is_empty()).map(str::to_owned),
            source: package.source().0.to_owned(),
            sha256,
            files: Vec::new(),
            text,
        }
    }

    /// The fragment of a source package whose `.dsc` has this name.
    ///
    /// # Errors
    /// [`Invalid`] if the name cannot stand in a list of files, or the `.dsc` names itself.
    pub fn of_source(dsc: &Dsc, filename: &Filename) -> Result<Self, Invalid> {
        let lists = dsc.lists_with_itself(filename)?;
        let mut text = (String::new(), String::new());
        push_field(&mut text.0, "Package", dsc.name());
        let is_list = |name: &str| {
            is_one_of(name, &LISTS.map(|(field, _)| field)) || name.to_ascii_lowercase().starts_with("checksums-")
        };
        let fields = dsc.control().fields();
        fields
            .filter(|(name, _)| !is_list(name) && !is_one_of(name, &OURS) && !name.eq_ignore_ascii_case("Source"))
            .for_each(|(name, value)| push_field(&mut text.0, name, value));
        for (field, entries) in lists {
            let lines = entries.iter().map(|entry| format!("\n {} {} {}", entry.digest, entry.size, entry.name));
            push_field(&mut text.1, field, &lines.collect::<String>());
        }
        Ok(Self {
            kind: Kind::Source,
            name: dsc.name().to_owned(),
            version: dsc.version().to_owned(),
            architecture: "source".to_owned(),
            section: dsc.section().map(str::to_owned),
            source: dsc.name().to_owned(),
            sha256: dsc.sha256(),
            files: dsc.files().to_vec(),
            text,
        })
    }

    /// The paragraph of a package that lies at `path`: its file, or the directory of a source package's files.
    #[must_use]
    pub fn paragraph(&self, path: &ArchivePath) -> String {
        let (before, after) = &self.text;
        let mut text = before.clone();
        push_field(&mut text, if self.kind == Kind::Source { "Directory" } else { "Filename" }, path.as_str());
        text.push_str(after);
        text
    }

    /// A compact form to store. Readable by every later version.
    ///
    /// # Panics
    /// Never: what is stored has nothing that JSON cannot hold.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        stored::pack(&serde_json::to_vec(self).expect("strings and numbers become JSON"))
    }

    /// Reads what [`Fragment::to_bytes`] wrote.
    ///
    /// # Errors
    /// [`Unreadable`] for any other bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Unreadable> {
        let json = stored::unpack(bytes)?;
        serde_json::from_slice(&json).map_err(|error| Unreadable::Damaged(error.to_string()))
    }
}
