//! A run through all refs, which purges what is old: every day if the configuration says so, or when somebody asks. It may take many
//! rounds; each goes on where the one before it stopped, and no two work on it at once.

use colca_model::{Project, Ref};
use colca_runtime::Services;
use colca_settings::Settings;
use colca_store::{ErrorKind, RetentionRun, RunKind};
use jiff::{SignedDuration, Timestamp};
use tracing::{error, info};

use crate::plan::Fate;
use crate::purge::begin;
use crate::round::{AGAIN, work};
use crate::survey::{Planned, of_ref, refs};

/// How often a run begins by itself.
const DAILY: SignedDuration = SignedDuration::from_hours(24);

/// Begins the run of the day if it is time, and goes on with what has begun until `end`.
///
/// # Errors
/// The first failure; each of the runs was tried.
pub(crate) async fn go_on_with_runs(services: &Services, end: Timestamp) -> colca_store::Result<()> {
    let settings = services.settings.get().await?;
    let mut runs = services.jobs.retention_runs().await?;
    let now = services.clock.now();
    let daily = runs.iter().find(|run| run.kind == RunKind::Daily);
    if settings.purges_daily() && is_time(daily, now) {
        let run = RetentionRun::begin(RunKind::Daily, None, None, now);
        if services.jobs.begin_run(&run, daily).await? {
            runs.retain(|run| run.kind != RunKind::Daily);
            runs.push(run);
        }
    }
    let mut all = Ok(());
    for run in runs {
        let is_wanted = run.kind == RunKind::Asked || settings.purges_daily();
        if !is_wanted || run.ended.is_some() || run.taken_until > now.as_millisecond() {
            continue;
        }
        let kind = run.kind;
        if let Err(error) = go_on_with(services, &settings, run, end).await {
            error!(%kind, %error, "Could not go on with the {kind} run of retention");
            all = all.and(Err(error));
        }
    }
    all
}

/// Takes a run, if nobody else does, and goes on with it until `end`.
async fn go_on_with(
    services: &Services,
    settings: &Settings,
    run: RetentionRun,
    end: Timestamp,
) -> colca_store::Result<()> {
    let taken_until = (services.clock.now() + AGAIN).as_millisecond();
    let taken = RetentionRun { rounds: run.rounds + 1, taken_until, ..run };
    if !services.jobs.save_run(&taken, run.rounds).await? {
        return Ok(());
    }
    let rounds = taken.rounds;
    let reached = go_through(services, settings, taken, end).await?;
    services.jobs.save_run(&RetentionRun { taken_until: 0, ..reached }, rounds).await.map(drop)
}

/// Whether the next run of the day is to begin.
fn is_time(daily: Option<&RetentionRun>, now: Timestamp) -> bool {
    daily.is_none_or(|run| run.ended.is_some() && run.begun + DAILY <= now)
}

/// Purges what is old, ref by ref, and at least one repository, or ref, of it whatever the time is.
async fn go_through(
    services: &Services,
    settings: &Settings,
    mut run: RetentionRun,
    end: Timestamp,
) -> colca_store::Result<RetentionRun> {
    for git_ref in refs(services, run.project.as_ref()).await? {
        if run.after.as_ref().is_some_and(|after| git_ref <= *after) {
            continue;
        }
        for planned in what_is_readable(of_ref(services, settings, &git_ref).await, &git_ref)? {
            if !matches!(planned.fate, Fate::Goes { .. }) {
                continue;
            }
            let path = &planned.repository.repository;
            let purged = async {
                match begin(services, &planned, run.by.as_deref()).await? {
                    Some(purge) => work(services, purge, end).await.map(|()| true),
                    None => Ok(false),
                }
            };
            match purged.await {
                Ok(is_begun) => run.purged += u64::from(is_begun),
                // It does not keep the others from being purged; what was begun of it is gone on with.
                Err(error) => error!(repository = %path, %error, "Could not purge {path}"),
            }
            if services.clock.now() >= end {
                return Ok(run);
            }
        }
        run.after = Some(git_ref);
        if services.clock.now() >= end {
            return Ok(run);
        }
    }
    run.ended = Some(services.clock.now());
    let RetentionRun { kind, purged, .. } = &run;
    info!(%kind, purged, "The {kind} run of retention purged {purged} repositories");
    Ok(run)
}

/// What is planned for a ref: nothing, if what is stored cannot be read before a human has looked. It must not keep the refs after it from
/// being purged, nor the run from ending. Anything else is a failure, and the next round meets the same ref again.
fn what_is_readable(
    planned: colca_store::Result<Vec<Planned>>,
    (project, git_ref): &(Project, Ref),
) -> colca_store::Result<Vec<Planned>> {
    planned.or_else(|error| {
        if error.kind() != ErrorKind::Corrupt {
            return Err(error);
        }
        error!(%project, "ref" = %git_ref, %error, "Purges nothing of {project}/{git_ref}, which cannot be read");
        Ok(vec![])
    })
}

#[cfg(test)]
mod tests {
    use colca_store::{Error, ObjectKey};

    use super::*;

    #[test]
    fn a_ref_is_passed_over_if_what_is_stored_of_it_cannot_be_read() {
        let git_ref = ("ceph".parse().expect("a project"), "main".parse().expect("a ref"));
        let read = |error| what_is_readable(Err(error), &git_ref);
        assert!(read(Error::damaged("read the item REPO#x #")).is_ok_and(|planned| planned.is_empty()));
        for error in [Error::unfinished(&"list the refs"), Error::not_found(&ObjectKey::Settings)] {
            let kind = error.kind();
            assert_eq!(read(error).expect_err("nothing that is stored is to blame").kind(), kind);
        }
        assert!(what_is_readable(Ok(vec![]), &git_ref).is_ok());
    }

    #[test]
    fn a_day_after_one_began_the_next_does_if_it_has_ended() {
        let at = |hour: i64| Timestamp::from_second(1_800_000_000 + hour * 3600).expect("a moment");
        let run = RetentionRun::begin(RunKind::Daily, None, None, at(0));
        let ended = RetentionRun { ended: Some(at(1)), ..run.clone() };
        assert!(is_time(None, at(0)));
        assert!(!is_time(Some(&run), at(48)));
        assert!(!is_time(Some(&ended), at(23)) && is_time(Some(&ended), at(24)));
    }
}
