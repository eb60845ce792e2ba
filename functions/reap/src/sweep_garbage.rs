//! Objects that may be garbage, and whose grace is over: deleted, unless somebody names them after all.

use colca_rpmmd::Repomd;
use colca_runtime::Services;
use colca_store::{DueGarbage, Garbage, ObjectKey, Owner};
use futures::{StreamExt, stream};
use jiff::SignedDuration;
use tracing::{error, info, warn};

/// How many objects one round looks at, and how many at once.
const ROUND: i32 = 500;
const AT_ONCE: usize = 16;

/// When an object whose time has not quite come is looked at again.
const AGAIN: SignedDuration = SignedDuration::from_mins(5);

/// What is to become of an object.
enum Verdict {
    Delete,
    Keep,
    /// Published metadata may name it still.
    AskAgain,
}

/// Deletes what nobody names. One that cannot be dealt with does not keep the others from it.
pub(crate) async fn sweep_garbage(services: &Services) -> colca_store::Result<()> {
    let due = services.jobs.due_garbage(services.clock.now(), ROUND).await?;
    let sweeps = due.into_iter().map(async |due| {
        if let Err(error) = sweep(services, &due).await {
            error!(key = due.garbage.key, %error, "Could not deal with {}", due.garbage.key);
        }
    });
    stream::iter(sweeps).buffer_unordered(AT_ONCE).collect::<()>().await;
    Ok(())
}

async fn sweep(services: &Services, due: &DueGarbage) -> colca_store::Result<()> {
    let garbage = &due.garbage;
    match judge(services, garbage).await? {
        Verdict::AskAgain => {
            return services.jobs.discard([garbage.clone()], services.clock.now() + AGAIN).await;
        }
        Verdict::Keep => {}
        Verdict::Delete => {
            info!(key = garbage.key, "Deleting {}", garbage.key);
            services.objects.delete(&ObjectKey::Stored(garbage.key.clone())).await?;
        }
    }
    services.jobs.forget_garbage(due).await
}

async fn judge(services: &Services, garbage: &Garbage) -> colca_store::Result<Verdict> {
    match &garbage.owner {
        Owner::File { repository, arch, filename } => {
            let binary = services.catalog.binary(repository, arch, filename).await?;
            let fragments =
                |binary: &colca_model::Binary| ObjectKey::Fragments { upload: binary.upload.clone() }.path();
            if binary.is_some_and(|binary| binary.key == garbage.key || fragments(&binary) == garbage.key) {
                return Ok(Verdict::Keep);
            }
            // While changes wait, the metadata that is public may be from before the file was replaced.
            Ok(if services.catalog.has_changes(repository).await? { Verdict::AskAgain } else { Verdict::Delete })
        }
        Owner::Repomd { repository, directory } => {
            let entry = ObjectKey::Repomd { repository: repository.clone(), directory: directory.clone() };
            let Some((bytes, _)) = services.objects.read(&entry).await? else { return Ok(Verdict::Delete) };
            let named =
                |repomd: Repomd| repomd.entries.iter().any(|file| garbage.key.ends_with(&format!("/{}", file.href)));
            match Repomd::parse(&bytes) {
                Ok(repomd) => Ok(if named(repomd) { Verdict::Keep } else { Verdict::Delete }),
                Err(error) => {
                    // Better to keep too much than to delete what some client needs.
                    warn!(%error, "The entry file {} cannot be read", entry.path());
                    Ok(Verdict::AskAgain)
                }
            }
        }
    }
}
