//! Looks whether what a repository publishes is what it should be, because somebody asked. If it is not, all of it is made anew
//! from what the catalog kept of its packages.

use colca_model::RepoPath;
use colca_revisions::Problems;
use colca_runtime::Services;
use colca_store::{Found, Verification, What};
use tracing::{info, warn};

use crate::failure::Failure;

/// How many of the problems are told, and how long they may be together: an item of the table holds 400 KB.
const MOST: usize = 100;
const LONGEST: usize = 100_000;

/// How often it looks again if something was published meanwhile.
const TRIES: u32 = 3;

pub(crate) async fn verify(services: &Services, path: &RepoPath) -> Result<(), Failure> {
    let Some(Verification { asked, .. }) = services.jobs.verification(path).await? else { return Ok(()) };
    let at = services.clock.now();
    let (revision, Problems { metadata, packages }) = look(services, path).await?;
    let settings = services.settings.get().await?;
    // Where nothing is published, nothing is to be made anew: what waits may wait for somebody to ask for it.
    let is_rebuilt = !metadata.is_empty() && revision > 0 && !settings.is_disabled(&path.project);
    if is_rebuilt {
        services.ask_for_build(path, What::Asked { anew: true, all: true }).await?;
    }
    let problems = [metadata, packages].concat();
    let count = problems.len();
    if count > 0 {
        warn!(repository = %path, count, first = problems[0], "{path} is not as it should be, in {count} places");
    } else {
        info!(repository = %path, revision, "{path} is as it should be");
    }
    let mut length = 0;
    let is_told = |problem: &String| {
        length += problem.len();
        length <= LONGEST
    };
    let problems = problems.into_iter().take(MOST).take_while(is_told).collect();
    Ok(services.jobs.record_found(path, asked, &Found { at, revision, count, problems, is_rebuilt }).await?)
}

/// The revision that is published, and what is wrong with it.
async fn look(services: &Services, path: &RepoPath) -> Result<(u64, Problems), Failure> {
    for _ in 0..TRIES {
        let there = services.catalog.repository(path).await?;
        let Some(repository) = there.filter(|repository| !repository.is_gone()) else {
            let gone = vec!["there is no such repository any more".to_owned()];
            return Ok((0, Problems { metadata: gone, packages: vec![] }));
        };
        if let Some(problems) = colca_revisions::verify(services, path, &repository).await? {
            return Ok((repository.revision, problems));
        }
    }
    Err(colca_store::Error::unfinished(&format_args!("look at {path}, which was published meanwhile each time")).into())
}
