//! A registered file, and the repository that holds it.

use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Arch, Filename, Invalid, Nevra, RepoPath, Sha256, Sha512, UploadId};

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
    /// What is published of it, if that has other bytes: an rpm that was signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed: Option<SignedBytes>,
    /// What the package itself says it is, for an rpm.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nevra: Option<Nevra>,
    /// Whether it is in the metadata of its repository, and not only stored beside it.
    #[serde(default)]
    pub is_package: bool,
    /// The key of its bytes in the store, which is also its path under the CDN.
    pub key: String,
    /// The upload that brought these bytes.
    pub upload: UploadId,
    /// The latest upload after it that may have replaced these bytes, and was of the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_again: Option<UploadId>,
    /// Who uploaded it.
    pub built_by: String,
    /// When the name was first registered.
    pub created: Timestamp,
    /// When its bytes were last replaced.
    pub modified: Timestamp,
    /// 1 at first, one more with each replacement and each deletion: the order of changes to this file, whatever the clocks say.
    pub version: u64,
}

/// The bytes of a file that was signed when it came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedBytes {
    /// Their length.
    pub size: u64,
    /// Their SHA-256.
    pub sha256: Sha256,
}

impl Binary {
    /// The latest upload that had these bytes put here. An earlier one does not replace them.
    #[must_use]
    pub fn wanted_by(&self) -> &UploadId {
        self.asked_again.as_ref().map_or(&self.upload, |again| again.max(&self.upload))
    }

    /// Length and SHA-256 of what is published.
    #[must_use]
    pub fn published(&self) -> (u64, Sha256) {
        self.signed.map_or((self.size, self.sha256), |signed| (signed.size, signed.sha256))
    }
}

/// What metadata a repository publishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RepositoryKind {
    /// rpm-md: `repodata/` with primary, filelists and other.
    Rpm,
    /// A Debian archive: `dists/` and `pool/`.
    Deb,
    /// No metadata: the files as they are.
    Raw,
}

impl RepositoryKind {
    /// What a file makes of a repository that has none of any other kind.
    #[must_use]
    pub fn of(filename: &Filename) -> Self {
        let name = filename.as_str().to_ascii_lowercase();
        match name.rsplit_once('.') {
            Some((_, "rpm")) => Self::Rpm,
            Some((_, "deb" | "ddeb" | "udeb" | "dsc" | "changes")) => Self::Deb,
            _ => Self::Raw,
        }
    }
}

impl FromStr for RepositoryKind {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        match text {
            "rpm" => Ok(Self::Rpm),
            "deb" => Ok(Self::Deb),
            "raw" => Ok(Self::Raw),
            _ => Err(Invalid::new("type", "must be rpm, deb or raw", text)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_file_tells_the_kind() {
        for (name, kind) in [
            ("hello-1.0-1.x86_64.rpm", RepositoryKind::Rpm),
            ("hello-1.0-1.src.RPM", RepositoryKind::Rpm),
            ("hello_1.0_amd64.deb", RepositoryKind::Deb),
            ("hello_1.0.dsc", RepositoryKind::Deb),
            // chacra takes these for Debian packages.
            ("hello-1.0.tar.gz", RepositoryKind::Raw),
            ("cephadm", RepositoryKind::Raw),
        ] {
            assert_eq!(RepositoryKind::of(&Filename::new(name).expect("a good name")), kind, "{name}");
        }
    }
}
