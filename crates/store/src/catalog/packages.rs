//! What a package contributes to the metadata of its repository, kept ready so that a publish reads no package again.

use aws_sdk_dynamodb::types::Delete;
use aws_sdk_dynamodb::types::builders::PutBuilder;
use colca_model::{Arch, Binary, Filename, RepoPath};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Catalog, partition};
use crate::table::key;
use crate::{Error, Result};

/// The metadata of one package in one repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackageRow {
    /// The architecture as the uploader named it.
    pub arch: Arch,
    /// The name of the file.
    pub filename: Filename,
    /// The directory it is published in.
    pub directory: String,
    /// The version of the file it describes.
    pub version: u64,
    /// When the name was first registered: of two uploads of one file, the first is published.
    pub created: Timestamp,
    /// Its metadata.
    pub fragments: StoredFragments,
}

/// Where the encoded metadata fragments of a package are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StoredFragments {
    /// In the item itself.
    Inline(#[serde(with = "serde_bytes")] Vec<u8>),
    /// In the store, under this key, since an item holds 400 KB at most.
    Object(String),
}

impl StoredFragments {
    /// Up to this many bytes lie in the item.
    pub const INLINE: usize = 300_000;
}

impl Catalog {
    /// The write of a package's metadata, for a transaction.
    pub(crate) fn put_package(&self, repository: &RepoPath, package: &PackageRow) -> Result<PutBuilder> {
        self.table.put(&partition(repository), &package_sk(&package.arch, &package.filename), package)
    }

    /// The removal of a package's metadata, for a transaction.
    pub(crate) fn delete_package(&self, binary: &Binary) -> Result<Delete> {
        let key = key(&partition(&binary.repository), &package_sk(&binary.arch, &binary.filename));
        let delete = Delete::builder().table_name(&self.table.name).set_key(Some(key)).build();
        delete.map_err(|error| Error::corrupt("build the removal of a package", error))
    }

    /// The metadata of every package of a repository, by architecture and name, as they are now.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn packages(&self, repository: &RepoPath) -> Result<Vec<PackageRow>> {
        self.table.query(&partition(repository), "pkg#").await
    }
}

fn package_sk(arch: &Arch, filename: &Filename) -> String {
    format!("pkg#{arch}/{filename}")
}
