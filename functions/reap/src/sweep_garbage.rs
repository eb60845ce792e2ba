//! Objects that may be garbage, and whose grace is over: deleted, unless somebody names them after all.

use colca_rpmmd::Repomd;
use colca_runtime::Services;
use colca_store::{Garbage, ObjectKey, Owner};
use tracing::{info, warn};

/// How many objects one round looks at.
const ROUND: i32 = 500;

/// Deletes what nobody names.
pub(crate) async fn sweep_garbage(services: &Services) -> colca_store::Result<()> {
    let due = services.jobs.due_garbage(services.clock.now(), ROUND).await?;
    for garbage in &due {
        if !is_named(services, garbage).await? {
            info!(key = garbage.key, "Deleting {}", garbage.key);
            services.objects.delete(&ObjectKey::Stored(garbage.key.clone())).await?;
        }
    }
    services.jobs.forget_garbage(&due).await
}

/// Whether what an object belongs to names it.
async fn is_named(services: &Services, garbage: &Garbage) -> colca_store::Result<bool> {
    match &garbage.owner {
        Owner::File { repository, arch, filename } => {
            let binary = services.catalog.binary(repository, arch, filename).await?;
            Ok(binary.is_some_and(|binary| binary.key == garbage.key))
        }
        Owner::Repomd { repository, directory } => {
            let entry = ObjectKey::Repomd { repository: repository.clone(), directory: directory.clone() };
            let Some((bytes, _)) = services.objects.read(&entry).await? else { return Ok(false) };
            match Repomd::parse(&bytes) {
                Ok(repomd) => Ok(repomd.entries.iter().any(|entry| garbage.key.ends_with(&format!("/{}", entry.href)))),
                Err(error) => {
                    // Better to keep too much than to delete what some client needs.
                    warn!(%error, "The entry file {} cannot be read", entry.path());
                    Ok(true)
                }
            }
        }
    }
}
