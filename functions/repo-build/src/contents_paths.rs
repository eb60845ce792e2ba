//! The paths of the files in packages, read once of each package and kept.

use colca_apt::Paths;
use colca_runtime::Services;
use colca_store::{Garbage, ObjectKey, Owner};
use futures::{StreamExt, TryStreamExt, stream};
use jiff::SignedDuration;
use tracing::warn;

use crate::deb_paths::{self, Found};
use crate::failure::Failure;

/// For how long packages are begun to be read for one message. What is left is for the next message.
const ROUND: SignedDuration = SignedDuration::from_secs(20);

/// How many packages are read at once: unpacking one keeps a processor busy.
const PACKAGES_AT_ONCE: usize = 2;

/// How many objects with paths are read at once.
const READ_AT_ONCE: usize = 16;

/// A package whose paths are wanted.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    /// Its bytes.
    pub(crate) key: ObjectKey,
    /// Where its paths are kept.
    pub(crate) paths: ObjectKey,
    pub(crate) owner: Owner,
}

/// What is kept of the paths of packages.
pub(crate) async fn kept(services: &Services, keys: &[ObjectKey]) -> Result<Vec<Option<Paths>>, Failure> {
    let reads = stream::iter(keys).map(async |key| {
        let stored = services.objects.read(key).await?;
        Ok::<_, Failure>(stored.and_then(|(bytes, _)| Paths::from_bytes(&bytes).ok()))
    });
    reads.buffered(READ_AT_ONCE).try_collect().await
}

/// The paths of each package; `None` if the time was not enough to read them all.
pub(crate) async fn paths_of(services: &Services, packages: &[Source]) -> Result<Option<Vec<Paths>>, Failure> {
    let keys: Vec<_> = packages.iter().map(|package| package.paths.clone()).collect();
    let known = kept(services, &keys).await?;
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
async fn read(services: &Services, package: &Source) -> Result<Paths, Failure> {
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
