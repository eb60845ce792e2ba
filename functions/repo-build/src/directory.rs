//! The directories of a repository that have a `repodata/`, and what is published in them.

use std::collections::BTreeMap;

use colca_model::{RPM_DIRECTORIES, RepoPath};
use colca_rpmmd::Repomd;
use colca_runtime::Services;
use colca_store::{Expected, ObjectKey};
use futures::future::try_join_all;

use crate::failure::Failure;

/// The entry file of a directory as it was when the build began.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) expected: Expected,
    /// What it says; nothing if there is none, or it cannot be read.
    pub(crate) repomd: Option<Repomd>,
}

impl Entry {
    /// No entry file.
    pub(crate) const NONE: Self = Self { expected: Expected::Absent, repomd: None };
}

/// The directories of a repository that always have metadata, however few packages are in it.
fn standard(path: &RepoPath) -> Vec<String> {
    if path.has_single_repodata() {
        return vec![String::new()];
    }
    RPM_DIRECTORIES.iter().map(|&directory| directory.to_owned()).collect()
}

/// Whether a directory has metadata even while it lists no package.
pub(crate) fn is_standard(path: &RepoPath, directory: &str) -> bool {
    standard(path).iter().any(|standard| standard == directory)
}

/// The entry files of a repository, by directory: the standard ones, and whatever else has been put into it. A
/// directory that is not among them did not exist a moment ago.
pub(crate) async fn entries(services: &Services, path: &RepoPath) -> Result<BTreeMap<String, Entry>, Failure> {
    let mut directories = standard(path);
    if !path.has_single_repodata() {
        directories.extend(services.objects.directories(path).await?);
    }
    directories.sort();
    directories.dedup();
    let entries = directories.into_iter().map(async |directory| {
        let key = ObjectKey::Repomd { repository: path.clone(), directory: directory.clone() };
        let entry = match services.objects.read(&key).await? {
            None => Entry::NONE,
            Some((bytes, etag)) => Entry { expected: Expected::Etag(etag), repomd: Repomd::parse(&bytes).ok() },
        };
        Ok::<_, Failure>((directory, entry))
    });
    Ok(try_join_all(entries).await?.into_iter().collect())
}
