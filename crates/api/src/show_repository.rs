//! A repository in chacra's words.

use colca_store::{ObjectKey, Repository};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::standing::state;

/// The sixteen fields of chacra, and ours: what is published, where it stands, what keeps files from being published.
/// `archs` are those of its files.
#[must_use]
pub fn show_repository(repository: &Repository, archs: &[String], now: Timestamp) -> Value {
    let path = &repository.repository;
    let published = repository.revision > 0;
    json!({
        "path": published.then(|| ObjectKey::repository(path)),
        "project_name": path.project,
        "ref": path.git_ref,
        "sha1": path.sha1,
        "distro": path.distro,
        "distro_version": path.distro_version,
        "flavor": path.flavor,
        "modified": Timestamp::from_millisecond(repository.modified).ok().map(moment),
        "signed": repository.signed,
        "needs_update": repository.needs_update(),
        "is_queued": repository.is_queued(now),
        "is_updating": repository.is_updating(now),
        "type": repository.kind(),
        // chacra has this field and never fills it in.
        "size": 0,
        "archs": archs,
        "extra": repository.extra(),
        "revision": repository.revision,
        "packages": repository.packages,
        "state": state(repository, now),
        "problems": repository.problems,
        "failed": repository.failed,
        "held": repository.held,
    })
}

/// A moment as chacra writes it: UTC, to the microsecond, without a zone.
#[must_use]
pub fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S.%6f").to_string()
}
