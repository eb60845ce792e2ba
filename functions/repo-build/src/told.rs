//! What is told of a build, besides that it has begun and what it has published.
//!
//! All of it is told before the changes that asked for it are struck off: a build that dies in between is done again, and
//! tells it again.

use colca_model::RepoPath;
use colca_runtime::Services;
use colca_store::{Lease, Status};

use crate::failure::Failure;

/// What a receiver hears of a failure that is nobody's business but ours.
const OURS: &str = "the build broke off, and is tried again";

/// Of a build that has nothing to do: whoever heard that it was due is to hear what it came to.
pub(crate) async fn how_it_stands(services: &Services, path: &RepoPath, lease: &Lease) -> colca_store::Result<()> {
    let repository = &lease.repository;
    match &repository.failed {
        Some(reason) => services.tell_failure(path, lease.fence, reason).await,
        None if repository.revision > 0 => services.tell(path, Status::Ready, &lease.fence).await,
        None => Ok(()),
    }
}

/// Of a build that comes again. Whoever took its lease tells how it goes on.
pub(crate) async fn broken_off(services: &Services, path: &RepoPath, lease: &Lease, failure: &Failure) {
    if matches!(failure, Failure::LeaseLost) {
        return;
    }
    if let Err(error) = services.tell_failure(path, lease.fence, OURS).await {
        tracing::warn!(repository = %path, %error, "It could not be told that the build of {path} broke off");
    }
}
