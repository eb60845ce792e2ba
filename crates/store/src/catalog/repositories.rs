//! The repository's own item: what is published, what is due, and who is building.
//!
//! chacra's flags are derived from it, never stored: a builder that dies frees the repository by the clock.

use std::time::Duration;

use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::ReturnValue;
use colca_model::{RepoPath, RepositoryKind};
use jiff::Timestamp;
use serde::Deserialize;

use super::{Catalog, partition};
use crate::table::{attribute, key, number, text, value};
use crate::{Error, ErrorKind, Result};

const SK: &str = "#";

/// The sparse index of repositories with changes to publish.
const DIRTY_INDEX: &str = "dirty-index";

/// What every repository with changes has in its `dirty` attribute, the key of the index.
const DIRTY: &str = "dirty";

/// A repository. Moments are in milliseconds since 1970, so that conditions can compare them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Repository {
    /// Where it is.
    pub repository: RepoPath,
    /// What it publishes: what its first file was, until a build has seen them all.
    pub kind: RepositoryKind,
    /// The number of the revision that is published; 0 before the first.
    #[serde(default)]
    pub revision: u64,
    /// How many packages that revision lists.
    #[serde(default)]
    pub packages: u64,
    /// When anything about it last changed.
    pub modified: i64,
    #[serde(default)]
    dirty: Option<String>,
    #[serde(default)]
    queued_until: Option<i64>,
    #[serde(default)]
    lease_until: Option<i64>,
}

impl Repository {
    /// Whether it has changes that no published revision shows.
    #[must_use]
    pub fn needs_update(&self) -> bool {
        self.dirty.is_some()
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

    /// Whether it has waited for longer than `patience` past the moment its build was due, with nobody building.
    #[must_use]
    pub fn is_forgotten(&self, now: Timestamp, patience: Duration) -> bool {
        let patience = i64::try_from(patience.as_millis()).unwrap_or(i64::MAX);
        let due = self.queued_until.or(self.lease_until).unwrap_or(self.modified);
        self.needs_update() && !self.is_updating(now) && due.saturating_add(patience) < now.as_millisecond()
    }
}

/// The right to build one repository, for a while.
#[derive(Debug, Clone)]
pub struct Lease {
    /// The repository as it was when the lease was taken.
    pub repository: Repository,
    /// A number no other lease on this repository has; later leases have higher ones. Names the revision built under it.
    pub fence: u64,
    owner: String,
}

/// What a build published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Published {
    /// The kind of metadata.
    pub kind: RepositoryKind,
    /// How many packages it lists.
    pub packages: u64,
    /// When.
    pub at: Timestamp,
}

#[derive(Deserialize)]
struct Leased {
    fence: u64,
    #[serde(flatten)]
    repository: Repository,
}

impl Catalog {
    /// One repository; `None` if nothing was ever registered in it.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn repository(&self, path: &RepoPath) -> Result<Option<Repository>> {
        self.table.get(&partition(path), SK).await
    }

    /// The repositories with changes to publish. The index lags behind by a moment.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn dirty_repositories(&self) -> Result<Vec<Repository>> {
        let request = self.table.db.query().table_name(&self.table.name).index_name(DIRTY_INDEX);
        let request =
            request.key_condition_expression("dirty = :dirty").expression_attribute_values(":dirty", text(DIRTY));
        let mut pages = request.into_paginator().items().send();
        let mut repositories = Vec::new();
        while let Some(found) = pages.next().await {
            repositories.push(value(found.map_err(|error| Error::sdk("list what has changes", error))?)?);
        }
        Ok(repositories)
    }

    /// Notes that a repository has changes and a build is due at `until`, unless one is already due in the future.
    /// `true` if the caller now has to send the message for it.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn claim_build(
        &self,
        path: &RepoPath,
        kind: RepositoryKind,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<bool> {
        let update = "SET repository = :path, dirty = :dirty, queued_until = :until, modified = :now, \
                      kind = if_not_exists(kind, :kind)";
        let request = self
            .update(path, update)
            .condition_expression("attribute_not_exists(queued_until) OR queued_until <= :now")
            .expression_attribute_values(":path", text(path.to_string()))
            .expression_attribute_values(":dirty", text(DIRTY))
            .expression_attribute_values(":until", number(until.as_millisecond()))
            .expression_attribute_values(":now", number(now.as_millisecond()))
            .expression_attribute_values(":kind", attribute(kind)?);
        held(send(request, path).await)
    }

    /// Notes that the build that was due begins now. Call it before [`Catalog::lease`]: whatever is registered from
    /// here on asks for a build of its own, and so does a holder of the lease who finds something left.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn begin_build(&self, path: &RepoPath) -> Result<()> {
        let request = self.update(path, "REMOVE queued_until").condition_expression("attribute_exists(pk)");
        held(send(request, path).await).map(drop)
    }

    /// Takes the right to build a repository: nobody has it, its time is over, or it is `owner`'s already, from
    /// an attempt that died. `None` if somebody else is building; they will see whatever was changed by now.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn lease(&self, path: &RepoPath, owner: &str, now: Timestamp, until: Timestamp) -> Result<Option<Lease>> {
        let update = "SET lease_owner = :owner, lease_until = :until, fence = if_not_exists(fence, :zero) + :one";
        let free = "attribute_exists(pk) AND (attribute_not_exists(lease_until) OR lease_until <= :now OR lease_owner = :owner)";
        let request = self
            .update(path, update)
            .condition_expression(free)
            .expression_attribute_values(":owner", text(owner))
            .expression_attribute_values(":until", number(until.as_millisecond()))
            .expression_attribute_values(":now", number(now.as_millisecond()))
            .expression_attribute_values(":zero", number(0))
            .expression_attribute_values(":one", number(1))
            .return_values(ReturnValue::AllNew);
        match request.send().await.map_err(|error| Error::sdk(format!("lease {path}"), error)) {
            Ok(answer) => {
                let Leased { fence, repository } = value(answer.attributes.unwrap_or_default())?;
                Ok(Some(Lease { repository, fence, owner: owner.to_owned() }))
            }
            Err(error) if error.kind() == ErrorKind::Conflict => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Keeps a lease for longer. `false` if it was lost to somebody else.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn renew(&self, path: &RepoPath, lease: &Lease, until: Timestamp) -> Result<bool> {
        let request = self.leased(path, lease, "SET lease_until = :until");
        held(send(request.expression_attribute_values(":until", number(until.as_millisecond())), path).await)
    }

    /// Notes which revision is published now. `false` if the lease was lost; whoever has it will note theirs.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn record_revision(&self, path: &RepoPath, lease: &Lease, published: &Published) -> Result<bool> {
        let update = "SET revision = :fence, kind = :kind, packages = :packages, modified = :now";
        let request = self
            .leased(path, lease, update)
            .expression_attribute_values(":kind", attribute(published.kind)?)
            .expression_attribute_values(":packages", number(published.packages))
            .expression_attribute_values(":now", number(published.at.as_millisecond()));
        held(send(request, path).await)
    }

    /// Gives a lease back. One that was lost is no error.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn release(&self, path: &RepoPath, lease: &Lease) -> Result<()> {
        held(send(self.leased(path, lease, "REMOVE lease_until, lease_owner"), path).await).map(drop)
    }

    /// Notes that nothing is left to publish, unless a build is due or has begun: then that one will note it.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn settle(&self, path: &RepoPath) -> Result<()> {
        let idle = "attribute_not_exists(queued_until) AND attribute_not_exists(lease_until)";
        let request = self.update(path, "REMOVE dirty").condition_expression(idle);
        held(send(request, path).await).map(drop)
    }

    fn update(&self, path: &RepoPath, expression: &str) -> UpdateItemFluentBuilder {
        let request = self.table.db.update_item().table_name(&self.table.name);
        request.set_key(Some(key(&partition(path), SK))).update_expression(expression)
    }

    fn leased(&self, path: &RepoPath, lease: &Lease, expression: &str) -> UpdateItemFluentBuilder {
        self.update(path, expression)
            .condition_expression("lease_owner = :owner AND fence = :fence")
            .expression_attribute_values(":owner", text(&lease.owner))
            .expression_attribute_values(":fence", number(lease.fence))
    }
}

async fn send(request: UpdateItemFluentBuilder, path: &RepoPath) -> Result<()> {
    request.send().await.map(drop).map_err(|error| Error::sdk(format!("update the repository {path}"), error))
}

/// Whether the condition of an update held.
fn held(result: Result<()>) -> Result<bool> {
    match result {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::Conflict => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    /// A repository that last changed at second 0, and how its build stands; times in seconds.
    fn repository(dirty: bool, queued_until: Option<i64>, lease_until: Option<i64>) -> Repository {
        Repository {
            repository: "ceph/main/HEAD/centos/9/flavors/default".parse().expect("a good path"),
            kind: RepositoryKind::Rpm,
            revision: 1,
            packages: 1,
            modified: 0,
            dirty: dirty.then(|| DIRTY.to_owned()),
            queued_until: queued_until.map(|second| second * 1000),
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
            assert_eq!(repository.is_forgotten(now, MINUTE), forgotten, "at {now}: {repository:?}");
        }
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
