//! Walking the tree of what there is, down to versions.

use colca_model::{Project, Ref, RepoPath};
use colca_runtime::Services;
use colca_settings::Refs;
use colca_store::Result;
use futures::{StreamExt, TryStreamExt, stream};

/// How many levels are read at once.
const AT_ONCE: usize = 16;

/// The repositories of a project at some refs, of all commits, that a question is answered with yes for.
pub(crate) async fn repositories(
    services: &Services,
    project: &Project,
    refs: &Refs,
    is_wanted: impl Fn(&RepoPath) -> bool,
) -> Result<Vec<RepoPath>> {
    let all = services.catalog.listing(project.as_str()).await?;
    let is_asked = |name: &String| name.parse::<Ref>().is_ok_and(|name| refs.contains(&name));
    let commits = all.into_iter().filter(|(name, _)| is_asked(name));
    let commits =
        commits.flat_map(|(name, sha1s)| sha1s.into_iter().map(move |sha1| format!("{project}/{name}/{sha1}")));
    below(services, commits.collect(), is_wanted).await
}

/// The repositories of one commit that a question is answered with yes for.
pub(crate) async fn of_commit(
    services: &Services,
    repository: &RepoPath,
    is_wanted: impl Fn(&RepoPath) -> bool,
) -> Result<Vec<RepoPath>> {
    let RepoPath { project, git_ref, sha1, .. } = repository;
    below(services, vec![format!("{project}/{git_ref}/{sha1}")], is_wanted).await
}

async fn below(
    services: &Services,
    commits: Vec<String>,
    is_wanted: impl Fn(&RepoPath) -> bool,
) -> Result<Vec<RepoPath>> {
    let versions = commits.into_iter().map(async |commit| {
        let listing = services.catalog.listing(&commit).await?;
        let versions = listing.into_iter().flat_map(|(distro, versions)| {
            let commit = commit.clone();
            versions.into_iter().map(move |version| format!("{commit}/{distro}/{version}"))
        });
        Result::Ok(versions.collect::<Vec<_>>())
    });
    let versions: Vec<Vec<_>> = stream::iter(versions).buffered(AT_ONCE).try_collect().await?;
    let repositories = versions.into_iter().flatten().map(async |version| {
        let flavors = services.catalog.listing(&version).await?;
        let paths = flavors.into_keys().filter_map(|flavor| format!("{version}/flavors/{flavor}").parse().ok());
        Result::Ok(paths.collect::<Vec<RepoPath>>())
    });
    let found: Vec<Vec<_>> = stream::iter(repositories).buffered(AT_ONCE).try_collect().await?;
    Ok(found.into_iter().flatten().filter(is_wanted).collect())
}
