//! Which file is a Debian package of one name, version and architecture: an archive can have but one.
//!
//! A claim is made in the step that registers the file. It is never deleted: one whose file is gone, or has other bytes,
//! is worth nothing, and the next one takes it over.

use aws_sdk_dynamodb::types::Put;
use colca_model::{Arch, Filename, RepoPath, Sha256, UploadId};
use serde::{Deserialize, Serialize};

use super::{Catalog, partition};
use crate::table::{item, text};
use crate::{Error, Result};

/// What a package is: no two files of a repository may be the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// What it is called.
    pub name: String,
    /// Its version, with epoch and revision.
    pub version: String,
    /// What it runs on; `source` for a source package.
    pub architecture: String,
}

/// Which file it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// The architecture as the uploader named it.
    pub arch: Arch,
    /// The name of the file.
    pub filename: Filename,
    /// Its bytes.
    pub sha256: Sha256,
    /// The upload that brought them.
    pub upload: UploadId,
}

impl Catalog {
    /// The claim to an identity, whether its file is still there or not; `None` if nobody ever made one.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn claim(&self, repository: &RepoPath, identity: &Identity) -> Result<Option<Claim>> {
        self.table.get(&partition(repository), &sort_key(identity)).await
    }

    /// The write of a claim that takes the place of `before`, for a transaction.
    pub(crate) fn put_claim(
        &self,
        repository: &RepoPath,
        identity: &Identity,
        claim: &Claim,
        before: Option<&UploadId>,
    ) -> Result<Put> {
        let put = Put::builder().table_name(&self.table.name);
        let put = put.set_item(Some(item(&partition(repository), &sort_key(identity), claim)?));
        let put = match before {
            None => put.condition_expression("attribute_not_exists(pk)"),
            Some(before) => {
                let put = put.condition_expression("upload = :before");
                put.expression_attribute_values(":before", text(before.as_str()))
            }
        };
        put.build().map_err(|error| Error::corrupt("build a claim", error))
    }
}

pub(super) fn sort_key(identity: &Identity) -> String {
    let Identity { name, version, architecture } = identity;
    format!("deb#{name}/{version}/{architecture}")
}
