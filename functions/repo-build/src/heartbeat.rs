//! Keeping a lease for as long as the builder lives, and not much longer.

use std::time::Duration;

use colca_model::RepoPath;
use colca_runtime::Services;
use colca_store::Lease;
use jiff::SignedDuration;
use tokio::task::JoinSet;

use crate::failure::Failure;

/// How long a lease lasts without a sign of life: after this, the repository of a dead builder is free again.
pub(crate) const LEASE: SignedDuration = SignedDuration::from_secs(30);

/// How often the lease is renewed: two renewals may fail before it lapses.
const BEAT: Duration = Duration::from_secs(10);

/// Runs `work` while renewing the lease; stops it in the middle if the lease is lost.
pub(crate) async fn keeping<T>(
    services: &Services,
    path: &RepoPath,
    lease: &Lease,
    work: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    // A task of its own: it goes on while `work` keeps a thread busy.
    let mut beats = JoinSet::new();
    beats.spawn(beat(services.clone(), path.clone(), lease.clone()));
    tokio::select! {
        result = work => result,
        beat = beats.join_next() => Err(beat.and_then(Result::ok).unwrap_or(Failure::LeaseLost)),
    }
}

/// Renews until that fails for good.
async fn beat(services: Services, path: RepoPath, lease: Lease) -> Failure {
    loop {
        tokio::time::sleep(BEAT).await;
        match services.catalog.renew(&path, &lease, services.clock.now() + LEASE).await {
            Ok(true) => {}
            Ok(false) => return Failure::LeaseLost,
            // If it goes on failing, the lease lapses; a commit is then refused if somebody else committed.
            Err(error) => tracing::warn!(%error, "The lease of {path} could not be renewed"),
        }
    }
}
