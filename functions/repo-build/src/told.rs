//! What is told of a build, besides that it has begun and what it has published.
//!
//! All of it is told before the changes that asked for it are struck off: a build that dies in between is done again, and
//! tells it again. One that breaks off is no failure: it is tried again, and nobody is told.

use colca_model::RepoPath;
use colca_runtime::Services;
use colca_store::{Lease, Status};

/// Of a build that has nothing to do: whoever heard that it was due is to hear what it came to.
pub(crate) async fn how_it_stands(services: &Services, path: &RepoPath, lease: &Lease) -> colca_store::Result<()> {
    let repository = &lease.repository;
    match &repository.failed {
        Some(reason) => services.tell_failure(path, lease.fence, reason).await,
        None if repository.revision > 0 => services.tell(path, Status::Ready, &lease.fence).await,
        None => Ok(()),
    }
}
