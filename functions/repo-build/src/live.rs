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
            Ok::<_, colca_store::Error>(head.map(|head| (path, head.etag)))
        });
        let found: Vec<_> = stream::iter(looks).buffer_unordered(AT_ONCE).try_collect().await?;
        Ok(Self(found.into_iter().flatten().collect()))
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

/// The key of an entry file.
pub(crate) fn entry(repository: &RepoPath, path: &str) -> ObjectKey {
    ObjectKey::Entry { repository: repository.clone(), path: path.to_owned() }
}
