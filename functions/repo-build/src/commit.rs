//! The step that clients see: the entry files become those of another revision, each only if it still is what it was when
//! the build began.

use std::collections::BTreeMap;

use colca_model::RepoPath;
use colca_runtime::{Phase, Services, phases};
use colca_store::Revision;
use futures::{StreamExt, TryStreamExt, stream};

use crate::failure::Failure;
use crate::live::{Live, entry};
use crate::publish::{metadata, missing};
use crate::wanted::{Holds, WantedEntry};

/// How many entry files are written at once: each takes a connection.
pub(crate) const AT_ONCE: usize = 64;

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
    entries: Vec<WantedEntry>,
    mirrorlists: &BTreeMap<String, String>,
) -> Result<(), Failure> {
    phases::begin(Phase::Commit);
    let mut etags = write(services, path, live, entries).await?;
    for file in revision.places.values_mut().flat_map(|place| &mut place.entries) {
        if let Some(etag) = etags.remove(&file.path) {
            file.etag = etag;
        }
    }
    let lines = mirrorlists.iter().map(|(list, directory)| {
        let directory = if directory.is_empty() { String::new() } else { format!("{directory}/") };
        let line = format!("{}@{}/{directory}\n", services.base_url(path), revision.number);
        WantedEntry::new(list.clone(), line)
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
    entries: Vec<WantedEntry>,
) -> Result<BTreeMap<String, String>, Failure> {
    let writes = entries.into_iter().map(|entry| write_one(services, path, live, entry));
    stream::iter(writes.collect::<Vec<_>>()).buffer_unordered(AT_ONCE).try_collect().await
}

/// Writes an entry file if it still is what it was when the build began.
async fn write_one(
    services: &Services,
    path: &RepoPath,
    live: &Live,
    WantedEntry { path: below, holds }: WantedEntry,
) -> Result<(String, String), Failure> {
    let (key, expected) = (entry(path, &below), live.expected(&below));
    let etag = match holds {
        Holds::Bytes(bytes) => services.objects.overwrite(&key, bytes, Some(&expected)).await,
        Holds::File(file) => services.objects.copy_over(&metadata(path, &file), &key, &expected).await,
    };
    Ok((below, etag.map_err(|error| missing(error, path))?))
}
