//! Whose files a repository lists besides its own.

use std::collections::BTreeSet;

use colca_model::{Codename, RepoPath, RepositoryKind};
use colca_runtime::Services;
use colca_settings::Settings;
use colca_store::Result;

use crate::rules::{Why, why};
use crate::versions::{of_commit, repositories};

/// A repository whose files another lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The one that has the files.
    pub repository: RepoPath,
    /// The distributions that they are listed in, in a Debian archive; none if in those of the repository itself.
    pub codenames: BTreeSet<Codename>,
}

/// Whose files a repository of that kind lists, as far as they are registered now.
///
/// # Errors
/// Whatever the catalog answers.
pub async fn sources(
    services: &Services,
    settings: &Settings,
    kind: RepositoryKind,
    repository: &RepoPath,
) -> Result<Vec<Source>> {
    let mut found = Vec::new();
    for (project, refs) in settings.extras(&repository.project, &repository.git_ref) {
        let is_source = |other: &RepoPath| why(settings, kind, repository, other).is_some();
        found.extend(repositories(services, project, refs, &repository.flavor, is_source).await?);
    }
    // Nothing else is shared of rpms; and most archives share nothing, which takes no look at the tree.
    if kind == RepositoryKind::Deb {
        found.extend(of_commit(services, repository, |other| why(settings, kind, repository, other).is_some()).await?);
    }
    let source = |source: RepoPath| {
        let RepoPath { distro, distro_version, .. } = &source;
        let is_generic = why(settings, kind, repository, &source) == Some(Why::Generic);
        let own = if is_generic { None } else { settings.codename(distro, distro_version) };
        let codenames = own.into_iter().collect();
        Source { repository: source, codenames }
    };
    Ok(found.into_iter().map(source).collect())
}
