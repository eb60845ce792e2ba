//! The entry files as they are when a build begins. Each is written only if it still is what it was then.

use std::collections::{BTreeMap, BTreeSet};

use colca_model::RepoPath;
use colca_runtime::Services;
use colca_store::{Expected, ObjectKey, Revision};
use futures::{StreamExt, TryStreamExt, stream};

/// How many entry files are looked at at once.
const AT_ONCE: usize = 32;

/// The entity tags of entry files by path. A file that is not among them is not there.
#[derive(Debug, Default)]
pub(crate) struct Live(BTreeMap<String, String>);

impl Live {
    /// What the revision says that it has written: mostly nobody has written since.
    pub(crate) fn as_noted(revision: Option<&Revision>) -> Self {
        Self(revision.map(Revision::etags).unwrap_or_default())
    }

    /// What is there in truth. `paths` are those that somebody may have written since.
    pub(crate) async fn as_found(
        services: &Services,
        repository: &RepoPath,
        paths: BTreeSet<String>,
    ) -> colca_store::Result<Self> {
        let looks = paths.into_iter().map(async |path| {
            let head = services.objects.head(&entry(repository, &path)).await?;
            // What somebody uploaded is no entry file, whatever it is called.
            Ok::<_, colca_store::Error>(head.filter(|head| head.upload.is_none()).map(|head| (path, head.etag)))
        });
        let found: Vec<_> = stream::iter(looks).buffer_unordered(AT_ONCE).try_collect().await?;
        Ok(Self(found.into_iter().flatten().collect()))
    }

    /// What is there in truth, after somebody died who may have written anything and noted nothing of it.
    pub(crate) async fn as_left(services: &Services, repository: &RepoPath) -> colca_store::Result<Self> {
        let top = ObjectKey::repository(repository);
        let listed = services.objects.list_all(&services.config.store_bucket, &top).await?;
        let below = listed.iter().filter_map(|object| Some(object.key.path().strip_prefix(&top)?.to_owned()));
        Self::as_found(services, repository, below.filter(|path| may_be_entry(path)).collect()).await
    }

    /// What a file must be for us to write it.
    pub(crate) fn expected(&self, path: &str) -> Expected {
        self.0.get(path).map_or(Expected::Absent, |etag| Expected::Etag(etag.clone()))
    }

    /// Every file that is there, with its entity tag.
    pub(crate) fn files(&self) -> impl Iterator<Item = (&String, &String)> {
        self.0.iter()
    }

    /// Every path of them.
    pub(crate) fn paths(&self) -> BTreeSet<String> {
        self.0.keys().cloned().collect()
    }
}

/// Whether an entry file may lie there, below a repository: at its top, in `dists/`, beside metadata, or a list of mirrors.
fn may_be_entry(path: &str) -> bool {
    let (directory, name) = path.rsplit_once('/').unwrap_or(("", path));
    let is_of_rpm = name.starts_with("repomd.xml") || name == "mirrorlist";
    let is_of_apt = directory.starts_with("dists/") && !directory.contains("/by-hash/");
    !path.starts_with('@') && (directory.is_empty() || is_of_rpm || is_of_apt)
}

/// The key of an entry file.
pub(crate) fn entry(repository: &RepoPath, path: &str) -> ObjectKey {
    ObjectKey::Entry { repository: repository.clone(), path: path.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entry_files_are_known_by_where_they_lie() {
        for path in [
            "x86_64/repodata/repomd.xml",
            "repodata/repomd.xml.asc",
            "x86_64/mirrorlist",
            "dists/bookworm/InRelease",
            "dists/bookworm/main/binary-amd64/Packages.gz",
            "index.json",
        ] {
            assert!(may_be_entry(path), "{path}");
        }
        for path in [
            "@41/x86_64/repodata/repomd.xml",
            "@41/index.json",
            "x86_64/hello-1.0-1.x86_64.rpm",
            "x86_64/repodata/41-ab-primary.xml.zst",
            "dists/bookworm/main/binary-amd64/by-hash/SHA256/ab",
            "pool/main/h/hello/hello_1_amd64.deb",
        ] {
            assert!(!may_be_entry(path), "{path}");
        }
    }
}
