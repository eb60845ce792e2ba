//! Taking a repository out of the public tree, when its last file was deleted.

use std::collections::BTreeMap;

use colca_model::RepoPath;
use colca_runtime::Services;
use colca_store::{Change, Expected, Garbage, Lease, ObjectKey, Owner};
use tracing::info;

use crate::build_repository::strike_off;
use crate::directory::Entry;
use crate::failure::Failure;

/// Retracts what is public of a repository in which there seems to be no file; or leaves it to the next build, if there is
/// one after all.
pub(crate) async fn vanish(
    services: &Services,
    path: &RepoPath,
    lease: &Lease,
    entries: BTreeMap<String, Entry>,
    changes: &[Change],
) -> Result<(), Failure> {
    if !services.catalog.leave(path, lease, services.clock.now()).await? {
        return Err(Failure::LeaseLost);
    }
    // After the entry files were looked at, as before every other publish.
    if services.catalog.note_if_filled(path, services.clock.now()).await? {
        return Ok(());
    }
    retract(services, path, entries).await?;
    strike_off(services, path, changes).await?;
    info!(repository = %path, "Nothing is left of {path}");
    Ok(())
}

/// Deletes the entry files, if they are still what they were; what they name goes after the grace period.
pub(crate) async fn retract(
    services: &Services,
    path: &RepoPath,
    entries: BTreeMap<String, Entry>,
) -> Result<(), Failure> {
    for (directory, Entry { expected, repomd }) in entries {
        let Expected::Etag(etag) = expected else { continue };
        let owner = Owner::Repomd { repository: path.clone(), directory: directory.clone() };
        let named = repomd.iter().flat_map(|repomd| &repomd.entries);
        let names = named.filter_map(|entry| entry.href.strip_prefix("repodata/"));
        let garbage: Vec<Garbage> = names
            .map(|name| {
                let (repository, directory) = (path.clone(), directory.clone());
                let key = ObjectKey::RpmMetadata { repository, directory, name: name.to_owned() };
                Garbage { key: key.path(), owner: owner.clone() }
            })
            .collect();
        services.jobs.discard(garbage, services.clock.now() + services.config.grace).await?;
        let entry = ObjectKey::Repomd { repository: path.clone(), directory };
        services.objects.retract(&entry, &etag).await?;
    }
    Ok(())
}
