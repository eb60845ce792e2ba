//! The files of a repository, as they were uploaded.

use aws_sdk_dynamodb::types::builders::PutBuilder;
use colca_model::{Arch, Binary, Filename, RepoPath};

use super::{Catalog, partition};
use crate::Result;

impl Catalog {
    /// One file; `None` if it is not registered.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn binary(&self, repository: &RepoPath, arch: &Arch, filename: &Filename) -> Result<Option<Binary>> {
        self.table.get(&partition(repository), &binary_sk(arch, filename)).await
    }

    /// The write of a file, for a transaction.
    pub(crate) fn put(&self, binary: &Binary) -> Result<PutBuilder> {
        self.table.put(&partition(&binary.repository), &binary_sk(&binary.arch, &binary.filename), binary)
    }

    /// The files uploaded for one architecture, by name.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn binaries_of_arch(&self, repository: &RepoPath, arch: &Arch) -> Result<Vec<Binary>> {
        self.table.query(&partition(repository), &format!("bin#{arch}/")).await
    }

    /// All files of a repository, by architecture and name.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn binaries(&self, repository: &RepoPath) -> Result<Vec<Binary>> {
        self.table.query(&partition(repository), "bin#").await
    }
}

fn binary_sk(arch: &Arch, filename: &Filename) -> String {
    format!("bin#{arch}/{filename}")
}
