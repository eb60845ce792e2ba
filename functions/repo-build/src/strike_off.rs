//! Striking off what was published.

use colca_model::RepoPath;
use colca_runtime::Services;
use colca_store::{Change, What};

use crate::failure::Failure;

/// Strikes off what somebody asked for; what was changed waits.
pub(crate) async fn strike_off_asked(
    services: &Services,
    path: &RepoPath,
    changes: Vec<Change>,
) -> Result<(), Failure> {
    let asked: Vec<_> = changes.into_iter().filter(|change| matches!(change.what, What::Asked { .. })).collect();
    Ok(services.catalog.remove_changes(path, &asked).await?)
}

/// Strikes changes off, those that added something first: were only the deletion of a file struck off, its addition would
/// wait for a package that never comes.
pub(crate) async fn strike_off(services: &Services, path: &RepoPath, changes: &[Change]) -> colca_store::Result<()> {
    let (added, others): (Vec<_>, Vec<_>) =
        changes.iter().cloned().partition(|change| matches!(change.what, What::Added(_)));
    services.catalog.remove_changes(path, &added).await?;
    services.catalog.remove_changes(path, &others).await
}
