//! A registered file, and the repository that holds it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Arch, Filename, Nevra, RepoPath, Sha256, Sha512, UploadId};

/// A file in the catalog. Identified by repository, architecture as uploaded, and name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Binary {
    /// The repository that holds it.
    pub repository: RepoPath,
    /// The architecture as the uploader named it.
    pub arch: Arch,
    /// Its name.
    pub filename: Filename,
    /// Its length in bytes.
    pub size: u64,
    /// Its SHA-256.
    pub sha256: Sha256,
    /// Its SHA-512, if the uploader gave one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha512: Option<Sha512>,
    /// What the package itself says it is, for an rpm.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nevra: Option<Nevra>,
    /// The key of its bytes in the store, which is also its path under the CDN.
    pub key: String,
    /// The upload that brought these bytes.
    pub upload: UploadId,
    /// Who uploaded it.
    pub built_by: String,
    /// When the name was first registered.
    pub created: Timestamp,
    /// When its bytes were last replaced.
    pub modified: Timestamp,
    /// 1 at first, one more with each replacement: the order of changes to this file, whatever the clocks say.
    pub version: u64,
}

/// What metadata a repository publishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RepositoryKind {
    /// rpm-md: `repodata/` with primary, filelists and other.
    Rpm,
    /// No metadata: the files as they are.
    Raw,
}
