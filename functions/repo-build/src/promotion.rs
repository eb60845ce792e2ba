//! A build that publishes an earlier revision of the repository, because somebody chose that.

use std::collections::BTreeSet;

use colca_model::RepoPath;
use colca_runtime::{BuildEnd, Services, SigningKey};
use colca_store::{Cause, Held, KeptLists, Lease, Revision};

use crate::failure::Failure;
use crate::keep_lists::forget_lists;
use crate::live::Live;
use crate::promote::{promote, signed_anew};
use crate::publish::publish;
use crate::publish_changes::record;
use crate::revision::NewRevision;
use crate::sign;

/// What it takes to publish an earlier revision again.
pub(crate) struct Promotion<'a> {
    pub(crate) services: &'a Services,
    pub(crate) path: &'a RepoPath,
    pub(crate) lease: &'a Lease,
    pub(crate) held: &'a Held,
    pub(crate) keys: &'a [SigningKey],
    pub(crate) new: &'a NewRevision,
    pub(crate) anew: bool,
}

impl Promotion<'_> {
    /// `None` if it is published already, by the keys that are to sign it.
    pub(crate) async fn publish(
        &self,
        (previous, live): (Option<&Revision>, &Live),
        tried: &mut BTreeSet<String>,
    ) -> Result<Option<BuildEnd>, Failure> {
        let Self { services, path, lease, held, keys, new, anew } = *self;
        let is_it = |revision: &&Revision| revision.number == held.revision || revision.promoted.as_ref() == Some(held);
        let published = previous.filter(is_it);
        if !anew && published.is_some_and(|published| published.signers == new.signers) {
            let noted = services.catalog.record_nothing_new(path, lease, &[], KeptLists::AsBefore).await?;
            return if noted { Ok(None) } else { Err(Failure::LeaseLost) };
        }
        let there = services.catalog.revision(path, held.revision).await?;
        let earlier = there.or_else(|| published.cloned()).ok_or(Failure::NoRevision(held.revision))?;
        let revision = if earlier.signers == new.signers {
            promote(services, path, earlier, lease.fence, (previous, live), tried).await?
        } else {
            let mut wanted = signed_anew(services, path, &earlier, &new.signers).await?;
            sign::add_keys(keys, &mut wanted);
            wanted.keep_what_is_new(None, true);
            sign::sign(keys, new, &mut wanted).await?;
            let cause = (Cause::Promoted, Some(held.clone()));
            publish(services, path, new, cause, (previous, live), wanted, tried).await?
        };
        forget_lists(services, path, lease.repository.lists).await?;
        record(services, path, lease, revision, vec![], KeptLists::Gone).await.map(Some)
    }
}
