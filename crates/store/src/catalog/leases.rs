//! When a repository is built, and by whom.

use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{ReturnValue, TransactWriteItem, Update};
use colca_model::RepoPath;
use jiff::Timestamp;
use serde::Deserialize;

use super::dirty::{DIRTY, STUCK};
use super::repositories::{GONE, SK};
use super::updates::send;
use super::{Catalog, Repository, Revision, partition, revisions};
use crate::registration::write;
use crate::table::{attribute, held, key, number, text, value};
use crate::{Error, ErrorKind, Result};

/// What holds as long as nobody took a lease over.
const LEASED: &str = "lease_owner = :owner AND fence = :fence";

/// What a build is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To publish what has changed.
    Changes,
    /// To merge segments of the lists, whatever has changed.
    Merge,
}

/// The right to build one repository, for a while.
#[derive(Debug, Clone)]
pub struct Lease {
    /// The repository as it was when the lease was taken.
    pub repository: Repository,
    /// A number no other lease on this repository has; later leases have higher ones. Names the revision built under it.
    pub fence: u64,
    /// Whether the holder of the lease before did not come to its end: what is public may not be what is noted of it.
    pub after_crash: bool,
    owner: String,
}

/// What a build came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Built {
    /// What is current now.
    pub revision: Revision,
    /// What kept files from being published.
    pub problems: Vec<String>,
    /// What becomes of the lists that the next build is to change.
    pub lists: KeptLists,
    /// When.
    pub at: Timestamp,
}

/// What a build leaves of the lists that the next one is to change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeptLists {
    /// Those that it found.
    AsBefore,
    /// Others, kept under its lease.
    New,
    /// None.
    Gone,
}

impl KeptLists {
    /// What an update sets, and what it removes, of one that sets and removes other attributes as well.
    fn expressions(self) -> (&'static str, &'static str) {
        match self {
            Self::AsBefore => ("", ""),
            Self::New => (", lists = :fence", ""),
            Self::Gone => ("", ", lists"),
        }
    }
}

#[derive(Deserialize)]
struct Leased {
    fence: u64,
    /// The last lease whose holder came to its end.
    #[serde(default)]
    ended: u64,
    #[serde(flatten)]
    repository: Repository,
}

/// A build is due at `:until`, and was before, if the last that was due has not begun.
const NOTE_DUE: &str = "SET dirty = :dirty, queued_until = :until, due_since = if_not_exists(due_since, :until), \
                        modified = :now";

/// What holds of a repository whose build is neither due nor under way.
const IDLE: &str = "attribute_exists(pk) AND attribute_not_exists(queued_until) AND attribute_not_exists(lease_until)";

impl Catalog {
    /// Notes that a repository has changes and a build is due at `until`, unless one is already due in the future; and since
    /// when one is due, if the one before has never begun. The repository if the caller now has to send the message for it.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn claim_build(&self, path: &RepoPath, now: Timestamp, until: Timestamp) -> Result<Option<Repository>> {
        let free = "attribute_exists(pk) AND (attribute_not_exists(queued_until) OR queued_until <= :now)";
        let request = self
            .update(path, NOTE_DUE)
            .condition_expression(free)
            .expression_attribute_values(":dirty", text(DIRTY))
            .expression_attribute_values(":until", number(until.as_millisecond()))
            .expression_attribute_values(":now", number(now.as_millisecond()))
            .return_values(ReturnValue::AllNew);
        match send(request, path).await {
            Ok(item) => value(item).map(Some),
            Err(error) if error.kind() == ErrorKind::Conflict => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Notes that the build that was due begins now, for whoever found the lease taken. Whatever is registered from here on
    /// asks for a build of its own, and so does a holder who finds something left. One that had its last look before this has
    /// given the lease back, so try [`Catalog::lease`] once more.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn begin_build(&self, path: &RepoPath) -> Result<()> {
        let request = self.update(path, "REMOVE queued_until, due_since").condition_expression("attribute_exists(pk)");
        held(send(request, path).await).map(drop)
    }

    /// Takes the right to build a repository, and notes that the build that was due begins: nobody has that right, its
    /// time is over, or it is `owner`'s already, from an attempt that died. `None` if somebody else is building; they will see
    /// whatever was changed by now.
    ///
    /// Where it is to publish changes the repository counts as one that has some until [`Catalog::settle`]: a builder may have
    /// told somebody that it builds, and die, and is followed even if its message is given up.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn lease(
        &self,
        path: &RepoPath,
        owner: &str,
        purpose: Purpose,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<Lease>> {
        let is_followed = purpose == Purpose::Changes;
        let follow = if is_followed { ", dirty = :dirty, modified = :now" } else { "" };
        let update = format!(
            "SET lease_owner = :owner, lease_until = :until, fence = if_not_exists(fence, :zero) + :one{follow} \
             REMOVE queued_until, due_since"
        );
        let free = "attribute_exists(pk) AND (attribute_not_exists(lease_until) OR lease_until <= :now OR lease_owner = :owner)";
        let request = self
            .update(path, &update)
            .condition_expression(free)
            .expression_attribute_values(":owner", text(owner))
            .expression_attribute_values(":until", number(until.as_millisecond()))
            .expression_attribute_values(":now", number(now.as_millisecond()))
            .expression_attribute_values(":zero", number(0))
            .expression_attribute_values(":one", number(1))
            .return_values(ReturnValue::AllNew);
        let request = if is_followed { request.expression_attribute_values(":dirty", text(DIRTY)) } else { request };
        match request.send().await.map_err(|error| Error::sdk(format!("lease {path}"), error)) {
            Ok(answer) => {
                let Leased { fence, ended, repository } = value(answer.attributes.unwrap_or_default())?;
                Ok(Some(Lease { repository, fence, after_crash: ended + 1 != fence, owner: owner.to_owned() }))
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

    /// Notes which revision is published now, and what it is made of. `false` if the lease was lost; whoever has it will
    /// note theirs.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn record_revision(&self, path: &RepoPath, lease: &Lease, built: &Built) -> Result<bool> {
        let Built { revision, problems, lists, at } = built;
        let update = Update::builder().table_name(&self.table.name).set_key(Some(key(&partition(path), SK)));
        let (set, remove) = lists.expressions();
        let update = update.update_expression(format!(
            "SET revision = :revision, published = :fence, kind = :kind, packages = :packages, problems = :problems, \
             signed = :signed, packages_signed = :packages_signed, modified = :now{set} REMOVE failed{remove}"
        ));
        let update = update.condition_expression(LEASED);
        let update = update.expression_attribute_values(":owner", text(&lease.owner));
        let update = update.expression_attribute_values(":fence", number(lease.fence));
        let update = update.expression_attribute_values(":revision", number(revision.number));
        let update = update.expression_attribute_values(":kind", attribute(revision.kind)?);
        let update = update.expression_attribute_values(":packages", number(revision.packages));
        let update = update.expression_attribute_values(":problems", attribute(problems)?);
        let update = update.expression_attribute_values(":signed", attribute(revision.is_signed())?);
        let packages_signed = attribute(revision.packages_signed)?;
        let update = update.expression_attribute_values(":packages_signed", packages_signed);
        let update = update.expression_attribute_values(":now", number(at.as_millisecond())).build();
        let update = update.map_err(|error| Error::corrupt("build the note of a revision", error))?;
        let put = write(self.table.put(&partition(path), &revisions::sort_key(revision.number), revision)?)?;
        let writes = vec![TransactWriteItem::builder().update(update).build(), put];
        self.if_all_hold(writes, || format!("note revision {} of {path}", revision.number)).await
    }

    /// Notes that nothing new was to publish. `false` if the lease was lost.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn record_nothing_new(
        &self,
        path: &RepoPath,
        lease: &Lease,
        problems: &[String],
        lists: KeptLists,
    ) -> Result<bool> {
        let (set, remove) = lists.expressions();
        let request = self.leased(path, lease, &format!("SET problems = :problems{set} REMOVE failed{remove}"));
        held(send(request.expression_attribute_values(":problems", attribute(problems)?), path).await)
    }

    /// Notes why nothing can be published: what is public stays, and the changes wait. `false` if the lease was lost.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn record_failure(&self, path: &RepoPath, lease: &Lease, why: &str, problems: &[String]) -> Result<bool> {
        let request = self.leased(path, lease, "SET failed = :why, problems = :problems");
        let request = request.expression_attribute_values(":why", text(why));
        held(send(request.expression_attribute_values(":problems", attribute(problems)?), path).await)
    }

    /// Gives a lease back; `ended` says whether all was done that was begun under it. `false` if it was lost.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn release(&self, path: &RepoPath, lease: &Lease, ended: bool) -> Result<bool> {
        let end = if ended { "SET ended = fence REMOVE" } else { "REMOVE" };
        let request = self.leased(path, lease, &format!("{end} lease_until, lease_owner"));
        held(send(request, path).await)
    }

    /// Notes that nothing is left that a builder is to publish, unless a build is due or has begun: then that one will note it.
    /// One that `waits` with changes for a human, or whose last build failed, stays where it is found.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn settle(&self, path: &RepoPath, waits: bool) -> Result<()> {
        // Almost always this is all: only after a failure, or if somebody was faster, a second write follows.
        if !waits {
            let request = self.update(path, "REMOVE dirty");
            let request = request.condition_expression(format!("{IDLE} AND attribute_not_exists(failed)"));
            if held(send(request, path).await)? {
                return Ok(());
            }
        }
        let which = if waits { IDLE.to_owned() } else { format!("{IDLE} AND attribute_exists(failed)") };
        self.set_stuck(path, which).await
    }

    /// Notes that a repository has changes which nobody publishes by itself, unless somebody is to do so after all.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn note_stuck(&self, path: &RepoPath) -> Result<()> {
        self.set_stuck(path, format!("{IDLE} AND attribute_not_exists(dirty)")).await
    }

    async fn set_stuck(&self, path: &RepoPath, condition: String) -> Result<()> {
        let request = self.update(path, "SET dirty = :stuck").expression_attribute_values(":stuck", text(STUCK));
        held(send(request.condition_expression(condition), path).await).map(drop)
    }

    /// Notes, while building it, that a repository has no file any more; see [`Catalog::mark_gone`]. `false` if the lease
    /// was lost, or somebody has noted a file, or anything else of it, since it was taken: that is not to be forgotten.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn leave(&self, path: &RepoPath, lease: &Lease, now: Timestamp) -> Result<bool> {
        let request = self.leased(path, lease, GONE);
        let request = request.expression_attribute_values(":now", number(now.as_millisecond()));
        let request = match lease.repository.noted_change() {
            None => request.condition_expression(format!("{LEASED} AND attribute_not_exists(changed)")),
            Some(seen) => request
                .condition_expression(format!("{LEASED} AND changed = :seen"))
                .expression_attribute_values(":seen", number(seen)),
        };
        held(send(request, path).await)
    }

    /// Notes that nothing of a repository is public any more. `false` if the lease was lost.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn record_retraction(&self, path: &RepoPath, lease: &Lease) -> Result<bool> {
        held(send(self.leased(path, lease, "SET published = :fence REMOVE revision, pins, lists"), path).await)
    }

    fn leased(&self, path: &RepoPath, lease: &Lease, expression: &str) -> UpdateItemFluentBuilder {
        self.update(path, expression)
            .condition_expression(LEASED)
            .expression_attribute_values(":owner", text(&lease.owner))
            .expression_attribute_values(":fence", number(lease.fence))
    }
}
