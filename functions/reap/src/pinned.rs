//! What only a revision needs that somebody keeps.

use colca_model::RepoPath;
use colca_revisions::contents;
use colca_runtime::Services;
use colca_store::ObjectKey;
use jiff::SignedDuration;

use crate::sweep_garbage::Verdict;

/// When such a package is asked about again.
const LONG: SignedDuration = SignedDuration::from_hours(1);

/// Whether a package that is registered no more is still listed by a revision that is pinned or held.
pub(crate) async fn is_needed(services: &Services, repository: &RepoPath, key: &str) -> colca_store::Result<Verdict> {
    let Some(there) = services.catalog.repository(repository).await? else { return Ok(Verdict::Delete) };
    let top = ObjectKey::repository(repository);
    let path = key.strip_prefix(&top).unwrap_or(key);
    for number in there.kept() {
        if let Some(revision) = services.catalog.revision(repository, number).await? {
            let listed = contents(services, repository, &revision).await?;
            if listed.iter().any(|package| package.path == path || package.path == directory(path)) {
                return Ok(Verdict::AskAgain(LONG));
            }
        }
    }
    Ok(Verdict::Unnamed)
}

/// The directory of a file: a source package is listed by its own.
fn directory(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(directory, _)| directory)
}
