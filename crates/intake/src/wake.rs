//! Whoever lists the files of a repository is built again when one has changed.

use colca_model::{RepoPath, RepositoryKind};
use colca_runtime::Services;
use colca_sharing::takers;
use colca_store::{Repository, What};

/// Has the repositories built that list files of this kind of `source`, as far as the configuration has uploads build them.
pub(crate) async fn wake(services: &Services, source: &RepoPath, kind: RepositoryKind) -> colca_store::Result<()> {
    let settings = services.settings.get().await?;
    for taker in takers(services, &settings, kind, source).await? {
        let is_built = settings.is_automatic(&taker.project) && !settings.is_disabled(&taker.project);
        let there = services.catalog.repository(&taker).await?;
        if !is_built || there.as_ref().and_then(Repository::kind) != Some(kind) {
            continue;
        }
        services.ask_for_build(&taker, What::Asked { anew: false, all: false }).await?;
    }
    Ok(())
}
