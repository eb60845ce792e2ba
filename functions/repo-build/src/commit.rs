//! The step that clients see: the entry files become those of another revision, each only if it still is what it was when
//! the build began.

use std::collections::BTreeMap;

use bytes::Bytes;
use colca_model::RepoPath;
use colca_runtime::Services;
use colca_store::{ObjectKey, Revision};
use futures::future::try_join_all;

use crate::failure::Failure;
use crate::live::{Live, entry};
use crate::publish::missing;

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

/// Writes entry files, has the mirror lists name the revision, and retracts what it does not have. Notes in it what came of
/// that.
///
/// All at once: a client that reads two of them one after the other finds them of two revisions only if it comes in the moment
/// between the first write and the last, which is shortest so. One that begins with a mirror list never does.
pub(crate) async fn commit(
    services: &Services,
    path: &RepoPath,
    live: &Live,
    revision: &mut Revision,
    mut overwrites: Vec<Overwrite>,
    mirrorlists: &BTreeMap<String, String>,
) -> Result<(), Failure> {
    overwrites.extend(mirrorlists.iter().map(|(list, directory)| {
        let directory = if directory.is_empty() { String::new() } else { format!("{directory}/") };
        let line = Bytes::from(format!("{}@{}/{directory}\n", services.base_url(path), revision.number));
        Overwrite { path: list.clone(), by: Source::Bytes(line) }
    }));
    let writes = overwrites.into_iter().map(|overwrite| overwrite.write(services, path, live));
    let mut etags: BTreeMap<_, _> = try_join_all(writes).await?.into_iter().collect();
    revision.mirrorlists = mirrorlists.keys().filter_map(|list| etags.remove_entry(list)).collect();
    for file in revision.places.values_mut().flat_map(|place| &mut place.entries) {
        if let Some(etag) = etags.remove(&file.path) {
            file.etag = etag;
        }
    }

    let named = revision.etags();
    for (file, etag) in live.files().filter(|(file, _)| !named.contains_key(*file)) {
        services.objects.retract(&entry(path, file), etag).await?;
    }
    Ok(())
}
