//! Which repositories list the files of one.

use colca_model::{RepoPath, RepositoryKind};
use colca_runtime::Services;
use colca_settings::Settings;
use colca_store::Result;

use crate::rules::why;
use crate::versions::{of_commit, repositories};

/// The repositories that list files of `source`, whose files are of that kind. It is asked after each change of a file, so it
/// looks at the tree only where the configuration says that there may be any.
///
/// # Errors
/// Whatever the catalog answers.
pub async fn takers(
    services: &Services,
    settings: &Settings,
    kind: RepositoryKind,
    source: &RepoPath,
) -> Result<Vec<RepoPath>> {
    let is_taker = |other: &RepoPath| why(settings, kind, other, source).is_some();
    let mut found = Vec::new();
    for (project, refs) in settings.takers(&source.project, &source.git_ref) {
        found.extend(repositories(services, project, &refs, &source.flavor, is_taker).await?);
    }
    let RepoPath { project, distro, distro_version, .. } = source;
    let is_combined = settings.is_combined_version(project, distro, distro_version);
    if kind == RepositoryKind::Deb && (settings.is_generic(distro_version) || is_combined) {
        found.extend(of_commit(services, source, is_taker).await?);
    }
    Ok(found)
}
