//! The step that clients see: the entry files become those of another revision, each only if it still is what it was when
//! the build began.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use colca_model::RepoPath;
use colca_runtime::Services;
use colca_store::Revision;
use futures::future::try_join_all;

use crate::content::Content;
use crate::failure::Failure;
use crate::live::{Live, entry};
use crate::publish::missing;

/// An entry file that is to be written.
pub(crate) struct Overwrite {
    /// Files of a lower step are written before those of a higher one.
    pub(crate) step: u8,
    pub(crate) path: String,
    pub(crate) content: Content,
}

/// Writes entry files, has the mirror lists name the revision, and retracts what it does not have. Notes in it what came of
/// that.
pub(crate) async fn commit(
    services: &Services,
    path: &RepoPath,
    live: &Live,
    revision: &mut Revision,
    mut overwrites: Vec<Overwrite>,
    mirrorlists: &BTreeMap<String, String>,
) -> Result<(), Failure> {
    let mut etags = BTreeMap::new();
    let steps: BTreeSet<u8> = overwrites.iter().map(|overwrite| overwrite.step).collect();
    for step in steps {
        let (now, later): (Vec<_>, _) = overwrites.into_iter().partition(|overwrite| overwrite.step == step);
        overwrites = later;
        let writes =
            now.into_iter().map(|Overwrite { path: below, content, .. }| write(services, path, live, below, content));
        etags.extend(try_join_all(writes).await?);
    }
    for file in revision.places.values_mut().flat_map(|place| &mut place.entries) {
        if let Some(etag) = etags.remove(&file.path) {
            file.etag = etag;
        }
    }
    revision.mirrorlists = point(services, path, live, revision.number, mirrorlists).await?;

    let named = revision.etags();
    for (file, etag) in live.files().filter(|(file, _)| !named.contains_key(*file)) {
        services.objects.retract(&entry(path, file), etag).await?;
    }
    Ok(())
}

async fn write(
    services: &Services,
    path: &RepoPath,
    live: &Live,
    below: String,
    content: Content,
) -> Result<(String, String), Failure> {
    let expected = live.expected(&below);
    let etag = content.write(services, &entry(path, &below), Some(&expected)).await;
    Ok((below, etag.map_err(|error| missing(error, path))?))
}

/// Has the mirror lists name a revision: clients that begin there read it from start to end, whatever is published meanwhile.
async fn point(
    services: &Services,
    path: &RepoPath,
    live: &Live,
    revision: u64,
    mirrorlists: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, Failure> {
    let base = services.base_url(path);
    let writes = mirrorlists.iter().map(|(list, directory)| {
        let directory = if directory.is_empty() { String::new() } else { format!("{directory}/") };
        let line = Bytes::from(format!("{base}@{revision}/{directory}\n"));
        write(services, path, live, list.clone(), line.into())
    });
    Ok(try_join_all(writes).await?.into_iter().collect())
}
