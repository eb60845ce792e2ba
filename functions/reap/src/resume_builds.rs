//! Repositories with changes that nobody is about to publish: their builder died, or its message was lost.

use colca_runtime::Services;
use tracing::{error, warn};

use crate::round::Round;

/// Asks for the builds that were forgotten. Asking once too often is harmless.
pub(crate) async fn resume_builds(services: &Services, round: &Round) -> colca_store::Result<()> {
    let now = services.clock.now();
    for repository in services.catalog.dirty_repositories().await? {
        if round.is_over() {
            break;
        }
        if repository.is_forgotten(now) {
            let path = &repository.repository;
            warn!(repository = %path, "Nobody is publishing the changes of {path}");
            if let Err(error) = services.request_build(path).await {
                error!(repository = %path, %error, "Could not ask for the build of {path}");
            }
        }
    }
    Ok(())
}
