//! What becomes of a revision that is over.

use colca_model::RepoPath;
use colca_runtime::Services;
use colca_store::{Garbage, ObjectKey, Owner, Revision};
use jiff::{SignedDuration, Timestamp};

/// What a superseded revision is made of stays this much longer than the revision itself: while that is there, all of it is.
pub const LONGER: SignedDuration = SignedDuration::from_mins(10);

/// What is garbage of a revision after the grace period, once something was published under the lease `by`: itself, and the
/// `paths` that it alone needs; unless somebody keeps it then.
#[must_use]
pub fn superseded<'a>(
    services: &Services,
    path: &RepoPath,
    revision: &Revision,
    by: u64,
    paths: impl Iterator<Item = &'a str>,
) -> Vec<(Garbage, Timestamp)> {
    let due = services.grace_ends();
    let owner = Owner::Revision { repository: path.clone(), revision: revision.number };
    let item = Garbage::new(ObjectKey::revision(path, revision.number), owner);
    let objects = garbage(path, by, paths).map(|object| (object, due + LONGER));
    [(item, due)].into_iter().chain(objects).collect()
}

/// Objects of a repository, which may be garbage once something was published under the lease `by`.
pub fn garbage<'a>(path: &RepoPath, by: u64, paths: impl Iterator<Item = &'a str>) -> impl Iterator<Item = Garbage> {
    let top = ObjectKey::repository(path);
    let owner = Owner::Published { repository: path.clone(), revision: by };
    paths.map(move |below| Garbage::new(format!("{top}{below}"), owner.clone()))
}
