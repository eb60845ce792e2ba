//! What is to happen after a publish. A Debian archive is refreshed before its `Release` files expire, and the files in its
//! packages are listed, as far as that is configured; segments of lists are merged.

use std::time::Duration;

use colca_model::{RepoPath, RepositoryKind};
use colca_runtime::Services;
use colca_settings::Settings;
use colca_store::{BuildMessage, ObjectKey, Revision, Task};
use jiff::{SignedDuration, Timestamp};

use crate::wanted::Wanted;

/// How long a publish is left alone before anything follows that nobody waits for.
const QUIET: Duration = Duration::from_secs(60);

/// What is configured of it.
pub(crate) struct FollowUp<'a> {
    services: &'a Services,
    path: &'a RepoPath,
    /// Half of the time for which a `Release` file is valid.
    half: Option<SignedDuration>,
    contents: bool,
}

impl<'a> FollowUp<'a> {
    pub(crate) fn of(services: &'a Services, settings: &Settings, path: &'a RepoPath, kind: RepositoryKind) -> Self {
        let distribution = (kind == RepositoryKind::Deb).then(|| settings.distribution(&path.project));
        let valid = distribution.as_ref().and_then(|distribution| distribution.valid);
        let half = valid.and_then(|valid| SignedDuration::try_from(valid / 2).ok());
        Self { services, path, half, contents: distribution.is_some_and(|distribution| distribution.contents) }
    }

    /// Before anything is published that expires: a builder that dies forgets nothing.
    pub(crate) async fn before(&self, at: Timestamp) -> colca_store::Result<()> {
        match self.half {
            Some(half) => self.services.jobs.refresh_by(self.path, at + half).await,
            None => Ok(()),
        }
    }

    /// After a revision was published at that time. Places that stayed as they were expire no later than before, so only
    /// one `all` of whose places are new puts the refresh off.
    pub(crate) async fn published(&self, revision: u64, at: Timestamp, all: bool) -> colca_store::Result<()> {
        if let Some(half) = self.half.filter(|_| all) {
            self.services.jobs.refresh_at(self.path, at + half).await?;
        }
        self.list_contents(revision).await
    }

    /// After it was found that nothing new is to be published.
    pub(crate) async fn nothing_new(&self, current: Option<&Revision>) -> colca_store::Result<()> {
        let Some(current) = current else { return Ok(()) };
        self.before(current.published).await?;
        let key = ObjectKey::Contents { repository: self.path.clone() };
        // The configuration wants them since a moment ago.
        if self.contents && self.services.objects.head(&key).await?.is_none() {
            self.list_contents(current.number).await?;
        }
        Ok(())
    }

    /// After segments were filled that may be merged.
    pub(crate) async fn merge(&self) -> colca_store::Result<()> {
        let message = BuildMessage { repository: self.path.clone(), task: Task::Merge };
        self.services.queues.send_build(&message, QUIET).await
    }

    async fn list_contents(&self, revision: u64) -> colca_store::Result<()> {
        if !self.contents {
            return Ok(());
        }
        let message = BuildMessage { repository: self.path.clone(), task: Task::Contents { revision } };
        self.services.queues.send_build(&message, QUIET).await
    }
}

/// Whether no place is left as it was.
pub(crate) fn is_all_new(wanted: &Wanted) -> bool {
    wanted.places.values().all(|place| place.is_new)
}
