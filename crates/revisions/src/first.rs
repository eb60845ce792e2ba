//! Which of several uploads of a file is listed.

use std::collections::BTreeMap;

use colca_model::{Arch, Binary, UploadId};
use colca_store::PackageRow;
use jiff::Timestamp;

/// What tells which of several uploads of a file is listed.
#[derive(Debug, Clone, Copy)]
pub struct Uploaded<'a> {
    /// Where the bytes lie.
    pub path: &'a str,
    /// The upload that brought them.
    pub upload: &'a UploadId,
    /// When the name was first registered.
    pub created: Timestamp,
    /// The architecture as the uploader named it.
    pub arch: &'a Arch,
}

impl<'a> From<&'a PackageRow> for Uploaded<'a> {
    fn from(row: &'a PackageRow) -> Self {
        Self { path: &row.path, upload: &row.upload, created: row.created, arch: &row.arch }
    }
}

impl<'a> From<&'a Binary> for Uploaded<'a> {
    fn from(file: &'a Binary) -> Self {
        Self { path: &file.key, upload: &file.upload, created: file.created, arch: &file.arch }
    }
}

impl Uploaded<'_> {
    /// Where it would lie if it replaced none: its path without the id of its upload.
    fn plain_path(&self) -> String {
        self.path.replace(&format!("/{}/", self.upload), "/")
    }
}

/// The packages to list, in the order of their uploads, and the others.
///
/// CI builds noarch packages once for each architecture. All are kept, but one directory can list a name only once: the
/// one that was registered first.
#[must_use]
pub fn first_of_each<T>(packages: Vec<T>) -> (Vec<T>, Vec<T>)
where
    for<'a> Uploaded<'a>: From<&'a T>,
{
    let mut first: BTreeMap<String, T> = BTreeMap::new();
    let mut others = Vec::new();
    for package in packages {
        let uploaded = Uploaded::from(&package);
        let place = uploaded.plain_path();
        let is_first = first
            .get(&place)
            .map(Uploaded::from)
            .is_none_or(|known| (uploaded.created, uploaded.arch) < (known.created, known.arch));
        if is_first {
            others.extend(first.insert(place, package));
        } else {
            others.push(package);
        }
    }
    let mut first: Vec<_> = first.into_values().collect();
    first.sort_by(|left, right| Uploaded::from(left).upload.cmp(Uploaded::from(right).upload));
    (first, others)
}
