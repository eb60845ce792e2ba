//! How many bytes a user may upload in a day, where the configuration limits that. Where it does not, nothing is asked and nothing
//! is counted.

use colca_api::{ApiError, OverQuota, User};
use colca_runtime::{Measured, Services};
use colca_store::Day;
use jiff::Timestamp;

/// What a file of that many bytes counts: an empty one is an entry, too, and has something built.
pub(crate) fn counted(size: u64) -> u64 {
    size.max(1)
}

/// What a user may upload.
pub(crate) struct Quota<'a> {
    services: &'a Services,
    user: &'a User,
    limit: Option<u64>,
}

/// What was left of the day at the last look.
pub(crate) struct Room<'a> {
    quota: &'a Quota<'a>,
    left: u64,
}

impl<'a> Quota<'a> {
    /// What counts for a user.
    pub(crate) async fn of(services: &'a Services, user: &'a User) -> colca_store::Result<Self> {
        let limit = services.settings.get().await?.bytes_per_day(user.name());
        Ok(Self { services, user, limit })
    }

    /// Whether anything is counted.
    pub(crate) fn is_limited(&self) -> bool {
        self.limit.is_some()
    }

    /// Does work that enters `bytes`, and counts them; refuses it where fewer are left.
    ///
    /// They are counted before the work: what is refused leaves nothing behind, and however many come at once, none of them goes
    /// beyond the limit. Work that fails by our own fault gives them back. If we die in between the user lacks them until
    /// midnight, which is better than a limit that crashes lift.
    pub(crate) async fn charged<T>(
        &self,
        bytes: u64,
        work: impl Future<Output = colca_api::Result<T>>,
    ) -> colca_api::Result<T> {
        let Some(limit) = self.limit.filter(|_| bytes > 0) else { return work.await };
        let (jobs, user, now) = (&self.services.jobs, self.user.name(), self.services.clock.now());
        let day = Day::of(now);
        if !jobs.charge(user, day, bytes, limit).await? {
            let used = jobs.bytes_used(user, day).await?;
            return Err(self.over(limit, used, bytes, now));
        }
        let done = work.await;
        if let Err(ApiError::Store(_)) = &done
            && let Err(error) = jobs.give_back(user, day, bytes).await
        {
            // The client is told of the first failure.
            tracing::warn!(user, bytes, %error, "{user} lacks {bytes} bytes until midnight");
        }
        done
    }

    /// For what comes bit by bit, and is counted when all of it is here.
    pub(crate) fn room(&self) -> Room<'_> {
        Room { quota: self, left: 0 }
    }

    /// How many bytes are left.
    ///
    /// # Errors
    /// If they are fewer than `bytes`.
    async fn left_for(&self, bytes: u64) -> colca_api::Result<u64> {
        let Some(limit) = self.limit else { return Ok(u64::MAX) };
        let now = self.services.clock.now();
        let used = self.services.jobs.bytes_used(self.user.name(), Day::of(now)).await?;
        let left = limit.saturating_sub(used);
        if bytes > left { Err(self.over(limit, used, bytes, now)) } else { Ok(left) }
    }

    fn over(&self, limit: u64, used: u64, asked: u64, now: Timestamp) -> ApiError {
        let (user, ends) = (self.user.name().to_owned(), Day::of(now).end());
        self.services.record(Measured::Rejected { reason: "quota", files: 1 });
        tracing::info!(user, limit, used, asked, "{user} is refused {asked} bytes: {used} of {limit} are used");
        OverQuota { user, limit, used, asked, now, ends }.into()
    }
}

impl Room<'_> {
    /// Refuses what goes beyond the room. It is looked for anew only where it was too small: meanwhile a day may have begun.
    pub(crate) async fn hold(&mut self, bytes: u64) -> colca_api::Result<()> {
        if bytes > self.left {
            self.left = self.quota.left_for(bytes).await?;
        }
        Ok(())
    }
}
