//! What only a revision needs that somebody keeps.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use colca_model::RepoPath;
use colca_revisions::contents;
use colca_runtime::Services;
use colca_store::{ObjectKey, Revision};
use jiff::SignedDuration;
use tokio::sync::Mutex;

use crate::sweep_garbage::Verdict;

/// When such a package is asked about again.
const LONG: SignedDuration = SignedDuration::from_hours(1);

/// The paths that a revision lists.
type Paths = Arc<HashSet<String>>;

/// What revisions list, each read once in a round.
#[derive(Default)]
pub(crate) struct Listings(Mutex<HashMap<(RepoPath, u64), Paths>>);

impl Listings {
    /// Whether a package that is registered no more is still listed by a revision that is pinned or held.
    pub(crate) async fn is_needed(
        &self,
        services: &Services,
        repository: &RepoPath,
        key: &str,
    ) -> colca_store::Result<Verdict> {
        let Some(there) = services.catalog.repository(repository).await? else { return Ok(Verdict::Delete) };
        let path = ObjectKey::below(repository, key);
        // The current one lists what is registered.
        for number in there.kept().into_iter().filter(|number| *number != there.revision || there.held.is_some()) {
            if let Some(revision) = services.catalog.revision(repository, number).await? {
                let listed = self.of(services, repository, &revision).await?;
                if listed.contains(path) || listed.contains(directory(path)) {
                    return Ok(Verdict::AskAgain(LONG));
                }
            }
        }
        Ok(Verdict::Unnamed)
    }

    async fn of(&self, services: &Services, repository: &RepoPath, revision: &Revision) -> colca_store::Result<Paths> {
        // Locked while it is read: the others who ask for it wait rather than read it as well.
        let mut known = self.0.lock().await;
        if let Some(listed) = known.get(&(repository.clone(), revision.number)) {
            return Ok(listed.clone());
        }
        let listed = contents(services, repository, revision).await?;
        let paths: HashSet<_> = listed.into_iter().map(|package| package.path).collect();
        let paths = Arc::new(paths);
        known.insert((repository.clone(), revision.number), paths.clone());
        Ok(paths)
    }
}

/// The directory of a file: a source package is listed by its own.
fn directory(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(directory, _)| directory)
}
