//! Walking the tree of what there is, down to versions.

use colca_model::{Flavor, Project, Ref, RepoPath};
use colca_runtime::Services;
use colca_settings::Refs;
use colca_store::Result;
use futures::{StreamExt, TryStreamExt, stream};

/// A flavor that stands for all that have no meaning of their own.
const ANY: &str = "any";

/// How many levels are read at once.
const AT_ONCE: usize = 16;

/// The repositories of a project at some refs, of all commits, that a question is answered with yes for.
pub(crate) async fn repositories(
    services: &Services,
    project: &Project,
    refs: &Refs,
    flavor: &Flavor,
    is_wanted: impl Fn(&RepoPath) -> bool,
) -> Result<Vec<RepoPath>> {
    let all = services.catalog.listing(project.as_str()).await?;
    let is_asked = |name: &String| name.parse::<Ref>().is_ok_and(|name| refs.contains(&name));
    let commits = all.into_iter().filter(|(name, _)| is_asked(name));
    let commits =
        commits.flat_map(|(name, sha1s)| sha1s.into_iter().map(move |sha1| format!("{project}/{name}/{sha1}")));
    below(services, commits.collect(), flavor, is_wanted).await
}

/// The repositories of one commit that a question is answered with yes for.
pub(crate) async fn of_commit(
    services: &Services,
    repository: &RepoPath,
    is_wanted: impl Fn(&RepoPath) -> bool,
) -> Result<Vec<RepoPath>> {
    let RepoPath { project, git_ref, sha1, flavor, .. } = repository;
    below(services, vec![format!("{project}/{git_ref}/{sha1}")], flavor, is_wanted).await
}

/// What is wanted of a version is so of one `flavor` of it, or of any other alike: so a version is read only if one of these
/// is.
async fn below(
    services: &Services,
    commits: Vec<String>,
    flavor: &Flavor,
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
    let is_asked = |version: &String| {
        let path = |flavor: &str| format!("{version}/flavors/{flavor}").parse::<RepoPath>();
        [flavor.as_str(), ANY].into_iter().any(|flavor| path(flavor).is_ok_and(|path| is_wanted(&path)))
    };
    let repositories = versions.into_iter().flatten().filter(is_asked).map(async |version| {
        let flavors = services.catalog.listing(&version).await?;
        let paths = flavors.into_keys().filter_map(|flavor| format!("{version}/flavors/{flavor}").parse().ok());
        Result::Ok(paths.collect::<Vec<RepoPath>>())
    });
    let found: Vec<Vec<_>> = stream::iter(repositories).buffered(AT_ONCE).try_collect().await?;
    Ok(found.into_iter().flatten().filter(&is_wanted).collect())
}
