//! Carrying out a plan: the files first, then, if nobody was faster, the entry files.

use colca_model::RepoPath;
use colca_runtime::Services;
use colca_store::{Garbage, ObjectKey, Owner};
use futures::future::try_join_all;
use futures::{StreamExt, TryStreamExt, stream};
use jiff::SignedDuration;

use crate::failure::Failure;
use crate::plan::Plan;

/// How many files are written at once.
const WRITTEN_AT_ONCE: usize = 16;

/// How long a file that was written, but that no entry file names, is believed to be part of a build that still
/// runs. No build takes that long.
const UNFINISHED: SignedDuration = SignedDuration::from_hours(1);

/// Publishes each planned directory.
pub(crate) async fn publish(services: &Services, path: &RepoPath, mut plans: Vec<Plan>) -> Result<(), Failure> {
    note_garbage(services, path, &plans).await?;

    let files: Vec<_> = plans.iter_mut().flat_map(|plan| plan.files.drain(..)).collect();
    let writes = files.into_iter().map(async |(key, bytes)| services.objects.write(&key, bytes).await);
    stream::iter(writes).buffer_unordered(WRITTEN_AT_ONCE).try_collect::<()>().await?;

    let commits = plans.into_iter().map(async |Plan { directory, entry, expected, .. }| {
        let key = ObjectKey::Repomd { repository: path.clone(), directory };
        services.objects.commit(&key, entry, &expected).await
    });
    try_join_all(commits).await?;
    Ok(())
}

/// Notes everything that may turn out to be garbage, before it can be: the files about to be written, in case this
/// build dies, and those they supersede. Whether it is garbage is asked when the time has come.
async fn note_garbage(services: &Services, path: &RepoPath, plans: &[Plan]) -> Result<(), Failure> {
    let now = services.clock.now();
    let grace = services.config.grace;
    let owned = |plan: &Plan, key: &ObjectKey| Garbage {
        key: key.path(),
        owner: Owner::Repomd { repository: path.clone(), directory: plan.directory.clone() },
    };
    let new = plans.iter().flat_map(|plan| plan.files.iter().map(|(key, _)| owned(plan, key)));
    services.jobs.discard(new, now + grace.max(UNFINISHED)).await?;
    let old = plans.iter().flat_map(|plan| plan.superseded.iter().map(|key| owned(plan, key)));
    services.jobs.discard(old, now + grace).await?;
    Ok(())
}
