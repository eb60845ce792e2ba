//! The step that clients see: the entry files become those of another revision, each only if it still is what it was when
//! the build began.

use std::collections::BTreeMap;

use bytes::Bytes;
use colca_model::RepoPath;
use colca_runtime::Services;
use colca_store::{Revision, Unseen};
use futures::future::try_join_all;

use crate::content::Content;
use crate::failure::Failure;
use crate::live::{Live, entry};
use crate::publish::missing;

/// An entry file that is to be written.
pub(crate) struct Overwrite {
    pub(crate) path: String,
    holds: Ready,
}

/// What it is to hold.
enum Ready {
    /// This.
    Content(Content),
    /// What is there but for the last step.
    Unseen(Unseen),
}

impl Overwrite {
    pub(crate) fn new(path: String, content: Content) -> Self {
        Self { path, holds: Ready::Content(content) }
    }

    /// One of which nothing is left to do but the last step.
    pub(crate) fn of_unseen(path: String, unseen: Unseen) -> Self {
        Self { path, holds: Ready::Unseen(unseen) }
    }

    /// Gives the entity tag, if the file still is what it was when the build began.
    async fn write(self, services: &Services, path: &RepoPath, live: &Live) -> Result<(String, String), Failure> {
        let expected = Some(live.expected(&self.path));
        let etag = match self.holds {
            Ready::Content(content) => content.write(services, &entry(path, &self.path), expected.as_ref()).await,
            Ready::Unseen(unseen) => services.objects.complete(&unseen, expected.as_ref()).await,
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
        Overwrite::new(list.clone(), line.into())
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
