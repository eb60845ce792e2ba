//! Whether what is published is what it should be: the files by their checksums, what they list by the catalog.

use std::collections::BTreeMap;

use colca_model::{Binary, RepoPath, RepositoryKind};
use colca_runtime::Services;
use colca_store::{ErrorKind, Format, ObjectKey, Repository, Result, Revision};
use futures::{StreamExt, TryStreamExt, stream};
use sha2::Digest;

use crate::{Listed, Lists, contents, first_of_each};

/// How many files are read at once.
const AT_ONCE: usize = 4;

/// What is wrong with what a repository publishes.
#[derive(Debug, Default)]
pub struct Problems {
    /// With its metadata, which can be made anew.
    pub metadata: Vec<String>,
    /// With its packages, whose bytes are nowhere else.
    pub packages: Vec<String>,
}

/// What is wrong with what a repository publishes; nothing if all is as it should be. While changes wait, or somebody chose
/// another revision, what is listed is not compared with the catalog. `None` if something was published meanwhile, and what was
/// read is of both.
///
/// # Errors
/// Whatever the services answer.
pub async fn verify(services: &Services, path: &RepoPath, repository: &Repository) -> Result<Option<Problems>> {
    let wrong = problems(services, path, repository).await?;
    let now = services.catalog.repository(path).await?;
    // A builder writes entry files before it notes what it has published.
    let is_same =
        now.is_some_and(|now| now.published == repository.published && !now.is_updating(services.clock.now()));
    Ok(is_same.then_some(wrong))
}

async fn problems(services: &Services, path: &RepoPath, repository: &Repository) -> Result<Problems> {
    let of_metadata = |metadata| Problems { metadata, packages: vec![] };
    let Some(revision) = services.catalog.revision(path, repository.revision).await? else {
        return Ok(of_metadata(vec!["nothing is published".to_owned()]));
    };
    let mut wrong = files(services, path, &revision).await?;
    wrong.extend(entries(services, path, &revision).await?);
    let listed = match contents(services, path, &revision).await {
        Ok(listed) => listed,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Corrupt) => {
            wrong.push(error.to_string());
            return Ok(of_metadata(wrong));
        }
        Err(error) => return Err(error),
    };
    let packages = packages(services, path, &listed).await?;
    if repository.held.is_none() && !services.catalog.has_changes(path).await? {
        let listed = listed.into_iter().map(|listed| (listed.path, listed.sha256)).collect();
        let differences = differences(services, path, repository, revision.kind, listed).await?;
        // What changed while they were compared differs, and nothing is wrong with it.
        if !services.catalog.has_changes(path).await? {
            wrong.extend(differences);
        }
    }
    Ok(Problems { metadata: wrong, packages })
}

/// Each package that is listed is there, and as long as it is said to be. Its bytes are not read.
async fn packages(services: &Services, path: &RepoPath, listed: &[Listed]) -> Result<Vec<String>> {
    let (top, bucket) = (ObjectKey::repository(path), &services.config.store_bucket);
    let objects = services.objects.list_all(bucket, &top).await?;
    let there: BTreeMap<_, _> = objects.into_iter().map(|object| (object.key.path(), object.size)).collect();
    // A source package is known by the directory that its files lie in.
    let is_directory = |path: &str| {
        let below = format!("{top}{path}/");
        there.range(below.clone()..).next().is_some_and(|(key, _)| key.starts_with(&below))
    };
    let wrong = listed.iter().filter_map(|listed| match there.get(&format!("{top}{}", listed.path)) {
        None if is_directory(&listed.path) => None,
        None => Some(format!("the package {} is missing", listed.path)),
        Some(size) if *size != listed.size => {
            Some(format!("the package {} has {size} bytes, and is listed with {}", listed.path, listed.size))
        }
        Some(_) => None,
    });
    Ok(wrong.collect())
}

/// Each file under a name of its own has its SHA-256 in that name.
async fn files(services: &Services, path: &RepoPath, revision: &Revision) -> Result<Vec<String>> {
    let files = revision.places.values().flat_map(|place| &place.files);
    let checks = files.map(async |file| {
        let key = ObjectKey::Metadata { repository: path.clone(), path: file.clone() };
        let mut digest = sha2::Sha256::new();
        let read = services.objects.stream(&key, 0, |bytes| {
            digest.update(bytes);
            true
        });
        match read.await {
            Ok(()) if file.contains(&hex::encode(digest.finalize())) => Ok(None),
            Ok(()) => Ok(Some(format!("{file} has other bytes than its name says"))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Some(format!("{file} is missing"))),
            Err(error) => Err(error),
        }
    });
    let found: Vec<_> = stream::iter(checks.collect::<Vec<_>>()).buffered(AT_ONCE).try_collect().await?;
    Ok(found.into_iter().flatten().collect())
}

/// Each entry file is as it was written, and lies with the snapshot.
async fn entries(services: &Services, path: &RepoPath, revision: &Revision) -> Result<Vec<String>> {
    let mut wrong = Vec::new();
    for (file, etag) in revision.etags() {
        let key = ObjectKey::Entry { repository: path.clone(), path: file.clone() };
        match services.objects.head(&key).await? {
            None => wrong.push(format!("{file} is missing")),
            Some(head) if head.etag != etag => wrong.push(format!("{file} is not as it was written")),
            Some(_) => {}
        }
    }
    for entry in revision.places.values().flat_map(|place| &place.entries).filter(|entry| entry.source.starts_with('@'))
    {
        let key = ObjectKey::Metadata { repository: path.clone(), path: entry.source.clone() };
        if services.objects.head(&key).await?.is_none() {
            wrong.push(format!("{} is missing", entry.source));
        }
    }
    Ok(wrong)
}

/// How what is listed differs from what is registered. `listed` has the checksums by the paths.
async fn differences(
    services: &Services,
    path: &RepoPath,
    repository: &Repository,
    kind: RepositoryKind,
    listed: BTreeMap<String, String>,
) -> Result<Vec<String>> {
    let registered = registered(services, path, kind).await?;
    let lists = match repository.lists {
        Some(number) => Lists::of(services, path, number).await?,
        None => None,
    };
    let notes = lists.map(|lists| lists.notes).unwrap_or_default();
    let mut wrong = Vec::new();
    for (file, known) in &registered {
        // Of packages that cannot be listed beside others nobody knows which they are.
        let is_left_out = notes.takes_all
            || notes.left_out.values().any(|left_out| file.ends_with(&format!("/{}", left_out.filename)));
        match listed.get(file) {
            None if !is_left_out => wrong.push(format!("{file} is registered, and not listed")),
            Some(sha256) if known.as_ref().is_some_and(|known| known != sha256) => {
                wrong.push(format!("{file} is listed with another SHA-256 than it is registered with"));
            }
            _ => {}
        }
    }
    let unknown = listed.keys().filter(|file| !registered.contains_key(*file));
    wrong.extend(unknown.map(|file| format!("{file} is listed, and not registered")));
    Ok(wrong)
}

/// What is to be listed, with its SHA-256 where that is known.
async fn registered(
    services: &Services,
    path: &RepoPath,
    kind: RepositoryKind,
) -> Result<BTreeMap<String, Option<String>>> {
    let mut files = services.catalog.binaries(path).await?;
    let sum = |file: &Binary| (ObjectKey::below(path, &file.key).to_owned(), Some(file.published().1.to_string()));
    if kind == RepositoryKind::Raw {
        return Ok(files.iter().map(sum).collect());
    }
    files.retain(|file| file.is_package && RepositoryKind::of(&file.filename) == kind);
    let (files, _) = first_of_each(files);
    let (sources, packages): (Vec<_>, Vec<_>) = files.iter().partition(|file| file.filename.as_str().ends_with(".dsc"));
    let names = sources.iter().map(|file| (&file.arch, &file.filename));
    let rows = services.catalog.packages_named(path, names).await?;
    let gathered: BTreeMap<_, _> = rows.into_iter().map(|row| (row.upload, row.gathered)).collect();
    // They lie where they were put together.
    let sources = sources.into_iter().map(|file| match gathered.get(&file.upload) {
        Some(Some(directory)) => (directory.clone(), sum(file).1),
        _ => sum(file),
    });
    let own = packages.into_iter().map(sum).chain(sources);
    let is_listed = |format: &Format| match kind {
        RepositoryKind::Rpm => matches!(format, Format::Rpm(_)),
        _ => *format == Format::Deb,
    };
    let adopted = services.catalog.all_adopted(path).await?.into_iter().filter(|row| is_listed(&row.format));
    Ok(own.chain(adopted.map(|row| (row.path, Some(row.sha256.to_string())))).collect())
}
