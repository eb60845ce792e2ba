//! The step that clients see: the entry files become those of another revision, each only if it still is what it was when
//! the build began.

use std::collections::BTreeMap;

use bytes::Bytes;
use colca_model::RepoPath;
use colca_runtime::Services;
use colca_store::{ObjectKey, Revision};
use futures::{StreamExt, TryStreamExt, stream};

use crate::failure::Failure;
use crate::live::{Live, entry};
use crate::publish::missing;

/// How many entry files are written at once: each takes a connection.
pub(crate) const AT_ONCE: usize = 64;

/// An entry file that is to be written.
pub(crate) struct Overwrite {
    pub(crate) path: String,
    pub(crate) by: Source,
}

/// What it is written from.
pub(crate) enum Source {
    /// These bytes.
    Bytes(Bytes),
    /// This object, which holds the same.
    Object(ObjectKey),
}

impl Overwrite {
    /// Gives the entity tag, if the file still is what it was when the build began.
    async fn write(self, services: &Services, path: &RepoPath, live: &Live) -> Result<(String, String), Failure> {
        let (key, expected) = (entry(path, &self.path), live.expected(&self.path));
        let etag = match self.by {
            Source::Bytes(bytes) => services.objects.overwrite(&key, bytes, Some(&expected)).await,
            Source::Object(from) => services.objects.copy_over(&from, &key, &expected).await,
        };
        Ok((self.path, etag.map_err(|error| missing(error, path))?))
    }
}

/// Writes entry files, then has the mirror lists name the revision, and retracts what it does not have. Notes in it what came of
/// that.
///
/// The entry files all at once: a client that reads two of them one after the other finds them of two revisions only if it comes in
/// the moment between the first write and the last, which is shortest so. One that begins with a mirror list never does: a
/// revision is named only after nobody can be in the way of it any more.
pub(crate) async fn commit(
    services: &Services,
    path: &RepoPath,
    live: &Live,
    revision: &mut Revision,
    overwrites: Vec<Overwrite>,
    mirrorlists: &BTreeMap<String, String>,
) -> Result<(), Failure> {
    let mut etags = write(services, path, live, overwrites).await?;
    for file in revision.places.values_mut().flat_map(|place| &mut place.entries) {
        if let Some(etag) = etags.remove(&file.path) {
            file.etag = etag;
        }
    }
    let lines = mirrorlists.iter().map(|(list, directory)| {
        let directory = if directory.is_empty() { String::new() } else { format!("{directory}/") };
        let line = format!("{}@{}/{directory}\n", services.base_url(path), revision.number);
        Overwrite { path: list.clone(), by: Source::Bytes(line.into()) }
    });
    revision.mirrorlists = write(services, path, live, lines.collect()).await?;

    let named = revision.etags();
    for (file, etag) in live.files().filter(|(file, _)| !named.contains_key(*file)) {
        services.objects.retract(&entry(path, file), etag).await?;
    }
    Ok(())
}

/// Gives the entity tags by path.
async fn write(
    services: &Services,
    path: &RepoPath,
    live: &Live,
    overwrites: Vec<Overwrite>,
) -> Result<BTreeMap<String, String>, Failure> {
    let writes = overwrites.into_iter().map(|overwrite| overwrite.write(services, path, live));
    stream::iter(writes.collect::<Vec<_>>()).buffer_unordered(AT_ONCE).try_collect().await
}
