//! Debian archives whose `Release` files expire: written anew at half of their time, so that apt goes on believing them though
//! nothing changes.

use colca_model::RepositoryKind;
use colca_runtime::Services;
use colca_store::{Change, DueRefresh, What};
use futures::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use tracing::{error, info, warn};

use crate::round::Round;

/// How many archives one round looks at, and how many at once.
const ROUND: i32 = 500;
const AT_ONCE: usize = 16;

/// When an archive is looked at again if no builder has written it anew by then.
const AGAIN: SignedDuration = SignedDuration::from_mins(15);

/// When one is looked at again that nobody can write anew.
const HELD: SignedDuration = SignedDuration::from_hours(24);

/// What is to become of an archive whose time has come.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Refresh,
    /// It publishes an earlier revision, whose files stay as they were signed.
    Held,
    /// Nothing of it expires.
    Forget,
}

/// Has the archives built whose time has come. One that cannot be dealt with does not keep the others from it.
pub(crate) async fn refresh_releases(services: &Services, round: &Round) -> colca_store::Result<()> {
    let now = services.clock.now();
    let due = services.jobs.due_refreshes(now, ROUND).await?;
    let looks = due.into_iter().map(async |due| {
        if let Err(error) = look_after(services, &due, now).await {
            error!(repository = %due.repository, %error, "Could not refresh {}", due.repository);
        }
    });
    stream::iter(looks).take_while(|_| round.goes_on()).buffer_unordered(AT_ONCE).collect::<()>().await;
    Ok(())
}

async fn look_after(services: &Services, due: &DueRefresh, now: Timestamp) -> colca_store::Result<()> {
    let path = &due.repository;
    match judge(services, due).await? {
        Verdict::Forget => services.jobs.forget_refresh(due).await,
        Verdict::Held => {
            warn!(repository = %path, "{path} publishes an earlier revision, which expires and is not written anew");
            services.jobs.postpone_refresh(due, now + HELD).await
        }
        Verdict::Refresh => {
            info!(repository = %path, "Refreshing {path}, which would expire");
            let is_asked = |change: &Change| matches!(change.what, What::Asked { anew: true, .. });
            if services.catalog.changes(path).await?.iter().any(is_asked) {
                services.request_build(path).await?;
            } else {
                services.ask_for_build(path, What::Asked { anew: true, all: false }).await?;
            }
            services.jobs.postpone_refresh(due, now + AGAIN).await
        }
    }
}

async fn judge(services: &Services, due: &DueRefresh) -> colca_store::Result<Verdict> {
    let project = &due.repository.project;
    let settings = services.settings.get().await?;
    let expires = !settings.is_disabled(project) && settings.distribution(project).valid.is_some();
    let there = services.catalog.repository(&due.repository).await?;
    let there = there.filter(|there| expires && there.kind() == Some(RepositoryKind::Deb));
    Ok(match there.map(|there| there.held) {
        None => Verdict::Forget,
        Some(Some(held)) if held.repository.is_none() => Verdict::Held,
        Some(_) => Verdict::Refresh,
    })
}
