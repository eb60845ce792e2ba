//! The repository's own item: what is published, what is due, and who is building.
//!
//! chacra's flags are derived from it, never stored: a builder that dies frees the repository by the clock.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use colca_model::{RepoPath, RepositoryKind};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::Value;

use super::dirty::DIRTY;
use super::updates::send;
use super::{Catalog, Held, partition};
use crate::Result;
use crate::table::{Item, attribute, held, key, number, text};

pub(super) const SK: &str = "#";

/// What leaves nothing of a repository but its number of builds, and of the revision that is still to be retracted.
pub(crate) const GONE: &str = "SET gone = :now, modified = :now REMOVE kind, chosen, extra, packages, signed, packages_signed, held, \
                              problems, failed";

/// What holds as long as a repository has a file.
pub(crate) const THERE: &str = "attribute_exists(pk) AND attribute_not_exists(gone)";

/// A repository. Moments are in milliseconds since 1970, so that conditions can compare them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Repository {
    /// Where it is.
    pub repository: RepoPath,
    #[serde(default)]
    kind: Option<RepositoryKind>,
    #[serde(default)]
    chosen: Option<RepositoryKind>,
    /// The number of the revision that is published; 0 before the first.
    #[serde(default)]
    pub revision: u64,
    /// The lease under which the lists were made that the next build changes; none if it has to make them of the catalog.
    #[serde(default)]
    pub lists: Option<u64>,
    /// The lease under which something was published or retracted last; 0 before the first.
    #[serde(default)]
    pub published: u64,
    /// How many packages that revision lists.
    #[serde(default)]
    pub packages: u64,
    /// When anything about it last changed.
    pub modified: i64,
    #[serde(default)]
    changed: Option<i64>,
    #[serde(default)]
    extra: Option<String>,
    /// Whether the published revision is signed.
    #[serde(default)]
    pub signed: bool,
    /// Whether every package that is published was signed when it came in.
    #[serde(default)]
    pub packages_signed: bool,
    /// What keeps files of it from being published, in words.
    #[serde(default)]
    pub problems: Vec<String>,
    /// Why the last build published nothing, if it could not.
    #[serde(default)]
    pub failed: Option<String>,
    /// What it publishes instead of its newest files, if somebody chose that.
    #[serde(default)]
    pub held: Option<Held>,
    #[serde(default)]
    pins: BTreeSet<u64>,
    #[serde(default)]
    gone: Option<i64>,
    #[serde(default)]
    dirty: Option<String>,
    #[serde(default)]
    queued_until: Option<i64>,
    /// However often it was asked for again since.
    #[serde(default)]
    due_since: Option<i64>,
    #[serde(default)]
    lease_until: Option<i64>,
}

impl Repository {
    /// The numbers of its revisions that are to stay: the current one, those that are pinned and the one that is held.
    #[must_use]
    pub fn kept(&self) -> BTreeSet<u64> {
        let held = self.held.iter().filter(|held| held.repository.is_none()).map(|held| held.revision);
        self.pins.iter().copied().chain([self.revision]).chain(held).filter(|number| *number > 0).collect()
    }

    /// The revisions that stay for as long as somebody wants them to.
    #[must_use]
    pub fn pins(&self) -> &BTreeSet<u64> {
        &self.pins
    }

    /// When somebody last changed what it has or publishes, in milliseconds since 1970. A build is none of that.
    #[must_use]
    pub fn changed(&self) -> i64 {
        // Of one that nobody changed since this is noted.
        self.noted_change().unwrap_or(self.modified)
    }

    pub(super) fn noted_change(&self) -> Option<i64> {
        self.changed
    }

    /// What it publishes: what somebody chose, else what its files made of it.
    #[must_use]
    pub fn kind(&self) -> Option<RepositoryKind> {
        self.chosen.or(self.kind)
    }

    /// What somebody chose that it publishes, whatever its files are.
    #[must_use]
    pub fn chosen_kind(&self) -> Option<RepositoryKind> {
        self.chosen
    }

    /// What its users noted about it; an empty object if nothing.
    #[must_use]
    pub fn extra(&self) -> Value {
        let extra = self.extra.as_deref().and_then(|text| serde_json::from_str(text).ok());
        extra.unwrap_or_else(|| Value::Object(serde_json::Map::new()))
    }

    /// Whether its last file was deleted, and it is only waiting to be taken out of the public tree.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        self.gone.is_some()
    }

    /// Whether it has changes that no published revision shows, and that somebody is to publish.
    #[must_use]
    pub fn needs_update(&self) -> bool {
        self.dirty.as_deref() == Some(DIRTY)
    }

    /// When it was marked gone, if it was.
    #[must_use]
    pub fn gone_since(&self) -> Option<Timestamp> {
        moment(self.gone)
    }

    /// Until when its build waits for more uploads, or waited.
    #[must_use]
    pub fn queued_until(&self) -> Option<Timestamp> {
        moment(self.queued_until)
    }

    /// Until when its builder has the lease, or had it, if it did not give it back.
    #[must_use]
    pub fn leased_until(&self) -> Option<Timestamp> {
        moment(self.lease_until)
    }

    /// Whether a build is about to start.
    #[must_use]
    pub fn is_queued(&self, now: Timestamp) -> bool {
        self.queued_until.is_some_and(|until| until > now.as_millisecond())
    }

    /// Whether a build runs.
    #[must_use]
    pub fn is_updating(&self, now: Timestamp) -> bool {
        self.lease_until.is_some_and(|until| until > now.as_millisecond())
    }

    /// How long past its time a build may be before it is asked for again: the queue may be busy.
    pub const PATIENCE: SignedDuration = SignedDuration::from_secs(60);

    /// Whether it has waited for longer than [`Self::PATIENCE`] past the moment its build was due, with nobody building.
    #[must_use]
    pub fn is_forgotten(&self, now: Timestamp) -> bool {
        let patience = i64::try_from(Self::PATIENCE.as_millis()).unwrap_or(i64::MAX);
        self.needs_update() && !self.is_updating(now) && self.due().saturating_add(patience) < now.as_millisecond()
    }

    /// When its build is due, or was, if it has changes: the first time since one has begun.
    #[must_use]
    pub fn build_was_due(&self) -> Option<Timestamp> {
        self.needs_update().then(|| moment(Some(self.due_since.unwrap_or_else(|| self.due())))).flatten()
    }

    fn due(&self) -> i64 {
        self.queued_until.or(self.lease_until).unwrap_or(self.modified)
    }
}

fn moment(milliseconds: Option<i64>) -> Option<Timestamp> {
    milliseconds.and_then(|milliseconds| Timestamp::from_millisecond(milliseconds).ok())
}

impl Catalog {
    /// One repository; `None` if nothing is registered in it.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn repository(&self, path: &RepoPath) -> Result<Option<Repository>> {
        Ok(self.repository_or_rest(path).await?.filter(|repository| !repository.is_gone()))
    }

    /// One repository, or what is left of one whose last file was deleted.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn repository_or_rest(&self, path: &RepoPath) -> Result<Option<Repository>> {
        self.table.get(&partition(path), SK).await
    }

    /// Those of these repositories that there are, in no order. No path may be given twice.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn repositories(&self, paths: &[RepoPath]) -> Result<Vec<Repository>> {
        let keys = paths.iter().map(Self::repository_key).collect();
        let mut repositories: Vec<Repository> = self.table.get_all(keys).await?;
        repositories.retain(|repository| !repository.is_gone());
        Ok(repositories)
    }

    /// Notes that a repository has a file, which makes it of a kind if it is of none yet.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn note_file(&self, path: &RepoPath, kind: RepositoryKind, now: Timestamp) -> Result<()> {
        let update =
            "SET repository = :path, kind = if_not_exists(kind, :kind), modified = :now, changed = :now REMOVE gone";
        let request = self
            .update(path, update)
            .expression_attribute_values(":path", text(path.to_string()))
            .expression_attribute_values(":kind", attribute(kind)?)
            .expression_attribute_values(":now", number(now.as_millisecond()));
        send(request, path).await.map(drop)
    }

    /// Notes a repository that was marked gone anew, if it has a file after all: whoever registers one after this look
    /// notes it after that mark. `false` if it has none.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn note_if_filled(&self, path: &RepoPath, now: Timestamp) -> Result<bool> {
        let binaries = self.binaries(path).await?;
        let Some(binary) = binaries.first() else { return Ok(false) };
        self.note_file(path, RepositoryKind::of(&binary.filename), now).await?;
        Ok(true)
    }

    /// Notes that a repository has no file any more. A builder takes it out of the public tree; nobody else sees it. Its
    /// item stays, so that the numbers of its revisions go on if it is ever filled again.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn mark_gone(&self, path: &RepoPath, now: Timestamp) -> Result<()> {
        let request = self.update(path, GONE).condition_expression("attribute_exists(pk)");
        let request = request.expression_attribute_values(":now", number(now.as_millisecond()));
        held(send(request, path).await).map(drop)
    }

    pub(super) fn update(&self, path: &RepoPath, expression: &str) -> UpdateItemFluentBuilder {
        let request = self.table.db.update_item().table_name(&self.table.name);
        request.set_key(Some(Self::repository_key(path))).update_expression(expression)
    }

    pub(crate) fn repository_key(path: &RepoPath) -> Item {
        key(&partition(path), SK)
    }
}

#[cfg(test)]
mod tests {
    use super::super::dirty::STUCK;
    use super::*;

    /// A repository that last changed at second 0, and how its build stands; times in seconds.
    fn repository(dirty: bool, queued_until: Option<i64>, lease_until: Option<i64>) -> Repository {
        Repository {
            repository: "ceph/main/HEAD/centos/9/flavors/default".parse().expect("a good path"),
            kind: Some(RepositoryKind::Rpm),
            chosen: None,
            extra: None,
            signed: false,
            packages_signed: false,
            problems: vec![],
            failed: None,
            held: None,
            pins: BTreeSet::new(),
            gone: None,
            lists: None,
            revision: 1,
            published: 1,
            packages: 1,
            modified: 0,
            changed: None,
            dirty: dirty.then(|| DIRTY.to_owned()),
            queued_until: queued_until.map(|second| second * 1000),
            due_since: None,
            lease_until: lease_until.map(|second| second * 1000),
        }
    }

    #[test]
    fn a_build_is_forgotten_a_while_after_the_last_that_is_known_of_it() {
        for (dirty, queued_until, lease_until, now, forgotten) in [
            // Nothing to publish, whatever else it says.
            (false, None, None, 1000, false),
            (false, Some(5), Some(5), 1000, false),
            // Its message was lost.
            (true, Some(5), None, 65, false),
            (true, Some(5), None, 66, true),
            // Its builder died; or lives, and one more is due.
            (true, None, Some(30), 90, false),
            (true, None, Some(30), 91, true),
            (true, Some(5), Some(1001), 1000, false),
            (true, Some(5), Some(1000), 1000, true),
            (true, Some(999), Some(30), 1000, false),
            // Its builder died between giving the lease back and asking for the next build.
            (true, None, None, 60, false),
            (true, None, None, 61, true),
        ] {
            let repository = repository(dirty, queued_until, lease_until);
            let now = Timestamp::from_second(now).expect("a moment");
            assert_eq!(repository.is_forgotten(now), forgotten, "at {now}: {repository:?}");
        }
    }

    #[test]
    fn however_often_a_build_was_asked_for_again_it_is_due_since_the_first_time() {
        let asked_again = Repository { due_since: Some(5000), ..repository(true, Some(900), None) };
        assert_eq!(asked_again.build_was_due(), Timestamp::from_second(5).ok());
        let now = Timestamp::from_second(901).expect("a moment");
        assert!(!asked_again.is_forgotten(now), "it was asked for a second ago");
    }

    #[test]
    fn nobody_is_to_build_what_waits_for_a_human() {
        let stuck = Repository { dirty: Some(STUCK.to_owned()), ..repository(true, None, None) };
        let now = Timestamp::from_second(1000).expect("a moment");
        assert!(!stuck.needs_update() && !stuck.is_forgotten(now) && stuck.build_was_due().is_none());
    }

    #[test]
    fn flags_fall_by_themselves() {
        let at = |second| Timestamp::from_second(second).expect("a moment");
        let repository = repository(true, Some(5), Some(30));
        assert!(repository.is_queued(at(4)) && !repository.is_queued(at(5)));
        assert!(repository.is_updating(at(29)) && !repository.is_updating(at(30)));
        assert!(repository.needs_update());
    }
}
