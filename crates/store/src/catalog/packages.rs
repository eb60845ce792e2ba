//! What a package contributes to the metadata of its repository, kept ready so that a publish reads no package again.

use aws_sdk_dynamodb::types::Delete;
use aws_sdk_dynamodb::types::builders::PutBuilder;
use colca_model::{Arch, Binary, Filename, RepoPath, RepositoryKind, UploadId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Catalog, partition};
use crate::table::{held, key, text, value};
use crate::{Error, Result};

/// The metadata of one package in one repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackageRow {
    /// The architecture as the uploader named it.
    pub arch: Arch,
    /// The name of the file.
    pub filename: Filename,
    /// The upload that brought it.
    pub upload: UploadId,
    /// The version of the file it describes.
    pub version: u64,
    /// When the name was first registered: of two uploads of one file, the first is published.
    pub created: Timestamp,
    /// Where its bytes lie, below the repository.
    pub path: String,
    /// What metadata it is for.
    pub format: Format,
    /// Its metadata.
    pub fragments: StoredFragments,
    /// Whether it was signed when it came in.
    #[serde(default)]
    pub signed: bool,
    /// The directory in which the files of a source package lie together, below the repository, once they do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gathered: Option<String>,
}

/// What metadata a package is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// rpm-md; published in this directory.
    Rpm(String),
    /// A Debian archive.
    Deb,
    /// None of its own: the file is carried into the rpm-md of this directory.
    Carried(String),
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

    /// The metadata of one package, as it is now; `None` if the file is no package, or not registered.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn package(&self, repository: &RepoPath, arch: &Arch, filename: &Filename) -> Result<Option<PackageRow>> {
        self.table.get(&partition(repository), &package_sk(arch, filename)).await
    }

    /// The metadata of those of these files that are packages, in no order, as they are now.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn packages_named<'a>(
        &self,
        repository: &RepoPath,
        files: impl IntoIterator<Item = (&'a Arch, &'a Filename)>,
    ) -> Result<Vec<PackageRow>> {
        let pk = partition(repository);
        self.table.get_all(files.into_iter().map(|(arch, name)| key(&pk, &package_sk(arch, name))).collect()).await
    }

    /// Notes in which directory the files of a source package lie together. `false` if it is another one by now, or gone.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn set_gathered(&self, repository: &RepoPath, package: &PackageRow, directory: &str) -> Result<bool> {
        let key = key(&partition(repository), &package_sk(&package.arch, &package.filename));
        let request = self.table.db.update_item().table_name(&self.table.name).set_key(Some(key));
        let request = request.update_expression("SET gathered = :gathered").condition_expression("upload = :upload");
        let request = request.expression_attribute_values(":gathered", text(directory));
        let request = request.expression_attribute_values(":upload", text(package.upload.as_str()));
        let answer = request.send().await;
        held(answer.map_err(|error| Error::sdk(format!("note where {} lies", package.filename), error)))
    }

    /// The kind of a repository that has packages, by the first of them; `None` if it has none.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn kind_of_packages(&self, repository: &RepoPath) -> Result<Option<RepositoryKind>> {
        let query = self.table.db.query().table_name(&self.table.name).consistent_read(true).limit(1);
        let query = query.key_condition_expression("pk = :pk AND begins_with(sk, :prefix)");
        let query = query.expression_attribute_values(":pk", text(partition(repository)));
        let answer = query.expression_attribute_values(":prefix", text("pkg#")).send().await;
        let answer = answer.map_err(|error| Error::sdk(format!("look for packages of {repository}"), error))?;
        let first: Option<PackageRow> = answer.items.unwrap_or_default().pop().map(value).transpose()?;
        Ok(first.map(|package| match package.format {
            Format::Deb => RepositoryKind::Deb,
            Format::Rpm(_) | Format::Carried(_) => RepositoryKind::Rpm,
        }))
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
