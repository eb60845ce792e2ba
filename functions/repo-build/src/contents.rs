//! The lists of the files in packages, `Contents-<architecture>`. To make them every package has to be read to its end, so
//! nobody waits for that: it happens after a publish, and what comes of it is published by the next one, which is asked for
//! here. Until then the lists are those of the publish before.

use std::collections::BTreeMap;
use std::time::Duration;

use colca_apt::Layout;
use colca_model::{Codename, RepoPath, RepositoryKind};
use colca_revisions::Lists;
use colca_runtime::Services;
use colca_settings::Settings;
use colca_store::{BuildMessage, Repository, Revision, Task, What};
use tracing::info;

use crate::contents_change::change;
use crate::contents_file::{self, KeptContents, Listed, Made};
use crate::contents_whole::make_anew;
use crate::failure::Failure;

/// Raise it when lists of the same packages come out otherwise.
const MAKER: &str = "1";

/// What the lists of one revision are made with.
pub(crate) struct Job<'a> {
    pub(crate) services: &'a Services,
    pub(crate) path: &'a RepoPath,
    pub(crate) layout: &'a Layout,
    pub(crate) published: &'a Revision,
}

/// What came of it.
pub(crate) enum Outcome {
    /// They are as they were.
    AsBefore(BTreeMap<Codename, Vec<Listed>>),
    New(KeptContents),
    /// The time was not enough to read all packages.
    Unread,
}

/// Makes the lists for the revision that is published, if it is still that one, and has them published if they are new.
pub(crate) async fn list_contents(services: &Services, path: &RepoPath, revision: u64) -> Result<(), Failure> {
    let settings = services.settings.get().await?;
    let distribution = settings.distribution(&path.project);
    let there = services.catalog.repository(path).await?;
    let there = there
        .filter(|there| there.revision == revision && there.held.as_ref().is_none_or(|held| held.repository.is_some()));
    let Some(there) = there else { return Ok(()) };
    if !distribution.contents || settings.is_disabled(&path.project) {
        return Ok(());
    }
    let published = services.catalog.revision(path, revision).await?;
    let Some(published) = published.filter(|published| published.kind == RepositoryKind::Deb) else { return Ok(()) };
    let layout = Layout::new(&distribution.components, &[]);
    let job = Job { services, path, layout: &layout, published: &published };
    let outcome = match basis(&job, &there).await? {
        Some((made, lists)) => match change(&job, &made, &lists.notes).await? {
            Some(outcome) => outcome,
            None => make_anew(&job, Some(made)).await?,
        },
        None => make_anew(&job, None).await?,
    };
    let lists = match outcome {
        Outcome::AsBefore(lists) => lists,
        Outcome::New(contents) => {
            let lists = contents.listed();
            let bytes = colca_runtime::busy(|| contents.to_bytes(path));
            let bytes = bytes.map_err(|error| Failure::Unpublishable(error.to_string()))?;
            services.objects.write(&contents_file::key(path), bytes).await?;
            lists
        }
        Outcome::Unread => {
            info!(repository = %path, unread = true, "More packages of {path} are still to be read");
            let message = BuildMessage { repository: path.clone(), task: Task::Contents { revision } };
            return Ok(services.queues.send_build(&message, Duration::ZERO).await?);
        }
    };
    let is_public = |(codename, lists): (&Codename, &Vec<Listed>)| {
        lists.iter().all(|list| contents_file::is_in(&published, codename, &list.packed))
    };
    if lists.iter().all(is_public) { Ok(()) } else { ask(services, &settings, path).await }
}

/// What the lists of this revision are made of, as far as all packages are listed alike, and in each distribution.
async fn basis(job: &Job<'_>, there: &Repository) -> Result<Option<(Made, Lists)>, Failure> {
    let Some(build) = there.lists.filter(|_| there.held.is_none()) else { return Ok(None) };
    let lists = Lists::of(job.services, job.path, build).await?.filter(|lists| !lists.notes.takes_all);
    let components: Vec<_> = job.layout.components().iter().map(ToString::to_string).collect();
    let by = |lists: &Lists| format!("{MAKER} {} {}", lists.notes.made_by, components.join(" "));
    Ok(lists.map(|lists| (Made { build, by: by(&lists) }, lists)))
}

/// Asks for a build that publishes the lists.
async fn ask(services: &Services, settings: &Settings, path: &RepoPath) -> Result<(), Failure> {
    if !settings.is_built_by_uploads(path) && services.catalog.has_changes(path).await? {
        // A build would publish what nobody has asked for yet.
        info!(repository = %path, "The lists of files of {path} are published when somebody asks for a build");
        return Ok(());
    }
    Ok(services.ask_for_build(path, What::Asked { anew: false, all: false }).await?)
}
