//! What becomes of a revision that is over.

use colca_model::RepoPath;
use colca_runtime::Services;
use colca_store::{Garbage, ObjectKey, Owner, Result, Revision};
use jiff::SignedDuration;

/// What a superseded revision is made of stays this much longer than the revision itself: while that is there, all of it is.
pub const LONGER: SignedDuration = SignedDuration::from_mins(10);

/// Has a revision, and the `paths` that it alone needs, deleted after the grace period, once something was published under
/// the lease `by`; unless somebody keeps it then.
///
/// # Errors
/// Whatever the service answers.
pub async fn supersede(
    services: &Services,
    path: &RepoPath,
    revision: &Revision,
    by: u64,
    paths: impl Iterator<Item = &str>,
) -> Result<()> {
    let due = services.grace_ends();
    let owner = Owner::Revision { repository: path.clone(), revision: revision.number };
    let item = Garbage::new(ObjectKey::revision(path, revision.number), owner);
    services.jobs.discard([item], due).await?;
    services.jobs.discard(garbage(path, by, paths), due + LONGER).await
}

/// Objects of a repository, which may be garbage once something was published under the lease `by`.
pub fn garbage<'a>(path: &RepoPath, by: u64, paths: impl Iterator<Item = &'a str>) -> impl Iterator<Item = Garbage> {
    let top = ObjectKey::repository(path);
    let owner = Owner::Published { repository: path.clone(), revision: by };
    paths.map(move |below| Garbage::new(format!("{top}{below}"), owner.clone()))
}
