//! The lists of the files in packages, `Contents-<architecture>`. To make them every package has to be read to its end, so
//! nobody waits for that: it happens after a publish, and what comes of it is published by the next one, which is asked for
//! here. Until then the lists are those of the publish before.

use std::collections::HashMap;
use std::time::Duration;

use colca_apt::{Fragment, Kind, Paths, PublishedRelease};
use colca_model::{RepoPath, RepositoryKind};
use colca_revisions::contents as listed_by;
use colca_runtime::Services;
use colca_settings::Settings;
use colca_store::{BuildMessage, Change, Format, Garbage, ObjectKey, Owner, Revision, Task, What};
use futures::{StreamExt, TryStreamExt, stream};
use jiff::SignedDuration;
use tracing::{info, warn};

use crate::contents_file::{self, ContentsByCodename};
use crate::contents_lists::{Binary, Releases, make, names};
use crate::deb_paths::{self, Found};
use crate::failure::Failure;
use crate::packages;
use crate::shared::as_package;

/// For how long packages are begun to be read for one message. What is left is for the next message.
const ROUND: SignedDuration = SignedDuration::from_secs(20);

/// How many packages are read at once: unpacking one keeps a processor busy.
const PACKAGES_AT_ONCE: usize = 2;

/// How many objects with paths are read at once.
const READ_AT_ONCE: usize = 16;

/// Makes the lists for the revision that is published, if it is still that one, and has them published if they are new.
pub(crate) async fn list_contents(services: &Services, path: &RepoPath, revision: u64) -> Result<(), Failure> {
    let settings = services.settings.get().await?;
    let distribution = settings.distribution(&path.project);
    let there = services.catalog.repository(path).await?;
    let there = there
        .filter(|there| there.revision == revision && there.held.as_ref().is_none_or(|held| held.repository.is_some()));
    if there.is_none() || !distribution.contents || settings.is_disabled(&path.project) {
        return Ok(());
    }
    let published = services.catalog.revision(path, revision).await?;
    let Some(published) = published.filter(|published| published.kind == RepositoryKind::Deb) else { return Ok(()) };
    let packages = packages_of(services, path, &published).await?;
    let Some(paths) = paths_of(services, &packages).await? else {
        info!(repository = %path, "More packages of {path} are still to be read");
        let message = BuildMessage { repository: path.clone(), task: Task::Contents { revision } };
        return Ok(services.queues.send_build(&message, Duration::ZERO).await?);
    };
    let releases = releases_of(services, path, &published).await?;
    let lists = {
        let (distribution, releases) = (distribution, releases.clone());
        tokio::task::spawn_blocking(move || make(&distribution, &releases, &packages, &paths)).await
    };
    keep(services, &settings, path, &releases, &lists.map_err(Failure::panicked)?).await
}

/// The binary packages that a revision lists.
async fn packages_of(services: &Services, path: &RepoPath, revision: &Revision) -> Result<Vec<Binary>, Failure> {
    let listed = listed_by(services, path, revision).await?.into_iter();
    let mut listed: HashMap<_, _> = listed.map(|package| (package.path, package.codenames)).collect();
    let mut rows = Vec::new();
    for row in services.catalog.packages(path).await? {
        let (arch, filename) = (row.arch.clone(), row.filename.clone());
        rows.push((row, Owner::File { repository: path.clone(), arch, filename }));
    }
    for row in services.catalog.all_adopted(path).await? {
        let owner = Owner::Shared { repository: path.clone(), origin: row.origin.clone() };
        rows.push((as_package(row)?, owner));
    }
    rows.retain(|(row, _)| row.format == Format::Deb && listed.contains_key(&row.path));
    let (rows, owners): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
    let mut packages = Vec::new();
    for (read, owner) in packages::load(services, rows).await?.into_iter().zip(owners) {
        let fragment = Fragment::from_bytes(&read.fragments).map_err(|error| read.damaged(error))?;
        if fragment.kind == Kind::Deb {
            packages.push(Binary {
                key: ObjectKey::Stored(ObjectKey::repository(path) + &read.row.path),
                paths: ObjectKey::Paths { upload: read.row.upload },
                owner,
                fragment,
                codenames: listed.remove(&read.row.path).unwrap_or_default(),
            });
        }
    }
    Ok(packages)
}

/// The paths of each package; `None` if the time was not enough to read them all.
async fn paths_of(services: &Services, packages: &[Binary]) -> Result<Option<Vec<Paths>>, Failure> {
    let known = stream::iter(packages).map(async |package| {
        let stored = services.objects.read(&package.paths).await?;
        Ok::<_, Failure>(stored.and_then(|(bytes, _)| Paths::from_bytes(&bytes).ok()))
    });
    let known: Vec<_> = known.buffered(READ_AT_ONCE).try_collect().await?;
    let missing = || packages.iter().zip(&known).filter(|(_, known)| known.is_none()).map(|(package, _)| package);

    // Noted before it can exist: the package may be deleted while it is read.
    let garbage = missing().map(|package| Garbage::new(package.paths.path(), package.owner.clone()));
    services.jobs.discard(garbage, services.unfinished_ends()).await?;
    let until = services.clock.now() + ROUND;
    let reads = missing().map(async |package| {
        if services.clock.now() > until {
            return Ok(None);
        }
        read(services, package).await.map(Some)
    });
    let read: Vec<Option<Paths>> = stream::iter(reads).buffered(PACKAGES_AT_ONCE).try_collect().await?;
    let Some(read) = read.into_iter().collect::<Option<Vec<_>>>() else { return Ok(None) };
    let mut read = read.into_iter();
    Ok(known.into_iter().map(|known| known.or_else(|| read.next())).collect())
}

/// Reads a package, and keeps what it says. One that cannot be read is noted as empty, or it would be read again after every
/// publish.
async fn read(services: &Services, package: &Binary) -> Result<Paths, Failure> {
    let key = package.key.path();
    let paths = match deb_paths::read(services, &package.key).await? {
        Found::Paths(paths) => paths,
        Found::Unreadable(why) => {
            warn!(key, why, "The files in {key} are not listed");
            Paths::default()
        }
        Found::Gone => return Ok(Paths::default()),
    };
    services.objects.write(&package.paths, paths.to_bytes()).await?;
    Ok(paths)
}

async fn releases_of(services: &Services, path: &RepoPath, revision: &Revision) -> Result<Releases, Failure> {
    let mut releases = Releases::new();
    for (name, place) in &revision.places {
        let codename = name.strip_prefix("dists/").and_then(|codename| codename.parse().ok());
        let release = place.entries.iter().find(|entry| entry.path == format!("{name}/Release"));
        let (Some(codename), Some(release)) = (codename, release) else { continue };
        let key = ObjectKey::Metadata { repository: path.clone(), path: release.source.clone() };
        let damaged = |reason: String| Failure::Fragments { package: key.path(), reason };
        let (bytes, _) = services.objects.read(&key).await?.ok_or_else(|| damaged("it is missing".to_owned()))?;
        releases.insert(codename, PublishedRelease::parse(&bytes).map_err(|invalid| damaged(invalid.to_string()))?);
    }
    Ok(releases)
}

/// Keeps the lists, and asks for a build if what is published does not name them.
async fn keep(
    services: &Services,
    settings: &Settings,
    path: &RepoPath,
    releases: &Releases,
    lists: &ContentsByCodename,
) -> Result<(), Failure> {
    let bytes = contents_file::to_bytes(lists).map_err(|error| Failure::Unpublishable(error.to_string()))?;
    let key = ObjectKey::Contents { repository: path.clone() };
    let before = services.objects.read(&key).await?;
    let is_new = before.is_none_or(|(before, _)| before != bytes);
    if is_new {
        services.objects.write(&key, bytes).await?;
    }
    if !is_new
        && lists.iter().all(|(codename, lists)| releases.get(codename).is_some_and(|release| names(release, lists)))
    {
        return Ok(());
    }
    if !settings.is_built_by_uploads(path) && services.catalog.has_changes(path).await? {
        // A build would publish what nobody has asked for yet.
        info!(repository = %path, "The lists of files of {path} are published when somebody asks for a build");
        return Ok(());
    }
    let change = Change { id: services.ids.upload_id(), what: What::Asked { anew: false, all: false } };
    services.catalog.add_change(path, &change).await?;
    Ok(services.request_build(path).await?)
}
