//! The repository's own item: what is published, what is due, and who is building.
//!
//! chacra's flags are derived from it, never stored: a builder that dies frees the repository by the clock.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use colca_model::{RepoPath, RepositoryKind};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

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
    pub(super) kind: Option<RepositoryKind>,
    #[serde(default)]
    pub(super) chosen: Option<RepositoryKind>,
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
    pub(super) changed: Option<i64>,
    #[serde(default)]
    pub(super) extra: Option<String>,
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
    pub(super) pins: BTreeSet<u64>,
    #[serde(default)]
    pub(super) gone: Option<i64>,
    #[serde(default)]
    pub(super) dirty: Option<String>,
    #[serde(default)]
    pub(super) queued_until: Option<i64>,
    /// However often it was asked for again since.
    #[serde(default)]
    pub(super) due_since: Option<i64>,
    #[serde(default)]
    pub(super) lease_until: Option<i64>,
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

    /// When it was marked gone, if it was.
    #[must_use]
    pub fn gone_since(&self) -> Option<Timestamp> {
        moment(self.gone)
    }
}

pub(super) fn moment(milliseconds: Option<i64>) -> Option<Timestamp> {
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
