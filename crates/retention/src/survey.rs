//! The repositories of one ref, as they are now, with what is to become of each.

use std::collections::BTreeMap;

use colca_model::{Flavor, Project, Ref, RepoPath};
use colca_runtime::Services;
use colca_settings::{RetentionRule, Settings};
use colca_store::{Listing, Repository};
use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;

use crate::plan::{Candidate, Fate, cutoff, decide};

/// How many levels, or repositories, are read at once.
const AT_ONCE: usize = 16;

/// A repository, and what is to become of it.
#[derive(Debug, Clone)]
pub struct Planned {
    /// The repository.
    pub repository: Repository,
    /// When somebody last changed it.
    pub changed: Timestamp,
    /// What is to become of it.
    pub fate: Fate,
    /// By which rule.
    pub rule: RetentionRule,
    /// What was registered after this is too young to go.
    pub(crate) cutoff: Timestamp,
}

/// What a repository has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contents {
    /// How many files.
    pub files: u64,
    /// How many of them are packages.
    pub packages: u64,
    /// Their length in bytes.
    pub bytes: u64,
}

/// What a repository has.
///
/// # Errors
/// Whatever the service answers.
pub async fn contents(services: &Services, path: &RepoPath) -> colca_store::Result<Contents> {
    let binaries = services.catalog.binaries(path).await?;
    Ok(Contents {
        files: binaries.len() as u64,
        packages: binaries.iter().filter(|binary| binary.is_package).count() as u64,
        bytes: binaries.iter().map(|binary| binary.size).sum(),
    })
}

/// All refs, or those of one project, in order.
pub(crate) async fn refs(services: &Services, project: Option<&Project>) -> colca_store::Result<Vec<(Project, Ref)>> {
    let all = services.catalog.listing("").await?;
    let named = all.into_iter().flat_map(|(project, refs)| {
        refs.into_iter().filter_map(move |git_ref| Some((project.parse().ok()?, git_ref.parse().ok()?)))
    });
    let mut refs: Vec<(Project, Ref)> = named.filter(|(of, _)| project.is_none_or(|project| project == of)).collect();
    refs.sort();
    Ok(refs)
}

/// The repositories of a ref, by their paths.
pub(crate) async fn of_ref(
    services: &Services,
    settings: &Settings,
    (project, git_ref): &(Project, Ref),
) -> colca_store::Result<Vec<Planned>> {
    let now = services.clock.now();
    let mut by_flavor: BTreeMap<Flavor, Vec<Repository>> = BTreeMap::new();
    for repository in repositories(services, project, git_ref).await? {
        by_flavor.entry(repository.repository.flavor.clone()).or_default().push(repository);
    }
    let mut planned = Vec::new();
    for (flavor, repositories) in by_flavor {
        let rule = settings.retention(project, git_ref, &flavor);
        let group: Vec<_> = repositories.iter().map(candidate).collect();
        let fates = decide(&rule.retention, &group, now);
        for ((repository, candidate), fate) in repositories.into_iter().zip(group).zip(fates) {
            let (rule, cutoff) = (rule.clone(), cutoff(&rule.retention, now));
            planned.push(Planned { repository, changed: candidate.changed, fate, rule, cutoff });
        }
    }
    planned.sort_by(|one, other| one.repository.repository.cmp(&other.repository.repository));
    Ok(planned)
}

fn candidate(repository: &Repository) -> Candidate {
    Candidate {
        repository: repository.repository.clone(),
        changed: Timestamp::from_millisecond(repository.changed()).unwrap_or(Timestamp::MIN),
        is_pinned: !repository.pins().is_empty(),
        is_held: repository.held.is_some(),
    }
}

/// What the levels below a ref lead to. One that is not listed yet is too young in any case.
async fn repositories(services: &Services, project: &Project, git_ref: &Ref) -> colca_store::Result<Vec<Repository>> {
    let commits =
        below(services, vec![format!("{project}/{git_ref}")], |above, commit, _| vec![format!("{above}/{commit}")]);
    let versions = below(services, commits.await?, |above, distro, versions| {
        versions.iter().map(|version| format!("{above}/{distro}/{version}")).collect()
    });
    let paths = below(services, versions.await?, |above, flavor, _| vec![format!("{above}/flavors/{flavor}")]);
    let paths: Vec<RepoPath> = paths.await?.iter().filter_map(|path| path.parse().ok()).collect();
    services.catalog.repositories(&paths).await
}

/// What is below these levels, by the two levels that each of their listings shows.
async fn below(
    services: &Services,
    above: Vec<String>,
    paths: impl Fn(&str, &str, &[String]) -> Vec<String>,
) -> colca_store::Result<Vec<String>> {
    let listings = above.into_iter().map(async |above| {
        let listing = services.catalog.listing(&above).await?;
        Ok::<_, colca_store::Error>((above, listing))
    });
    let listings: Vec<_> = stream::iter(listings).buffered(AT_ONCE).try_collect().await?;
    let paths = |(above, listing): &(String, Listing)| -> Vec<String> {
        listing.iter().flat_map(|(child, grandchildren)| paths(above, child, grandchildren)).collect()
    };
    Ok(listings.iter().flat_map(paths).collect())
}
