//! What a repository has to list: the metadata of its packages, as it was kept ready.

use std::collections::{BTreeSet, HashMap};

use bytes::Bytes;
use colca_model::{Arch, Binary, Filename, RepoPath, UploadId};
use colca_revisions::{Notes, first_of_each};
use colca_runtime::Services;
use colca_store::{Change, ChangedFile, Format, ObjectKey, PackageRow, StoredFragments, What};
use futures::{Stream, StreamExt, TryStreamExt, stream};

use crate::failure::Failure;

/// How many packages are read by one call.
const AT_ONCE: usize = 100;

/// How many fragments too large for the table are read at once.
const READ_AT_ONCE: usize = 16;

/// A package with its metadata at hand.
#[derive(Debug, Clone)]
pub(crate) struct Read {
    pub(crate) row: PackageRow,
    pub(crate) fragments: Bytes,
}

impl Read {
    /// That its metadata cannot be read.
    pub(crate) fn damaged(&self, reason: impl ToString) -> Failure {
        Failure::Fragments { package: self.row.path.clone(), reason: reason.to_string() }
    }
}

/// A package that is to be listed.
#[derive(Debug)]
pub(crate) enum Package {
    /// Its metadata is at hand.
    Read(Read),
    /// An rpm whose metadata is read when its turn comes: that of all of them may be too much for the memory.
    Unread(Unread),
}

/// What is known of a package whose metadata was not read yet.
#[derive(Debug)]
pub(crate) struct Unread {
    arch: Arch,
    filename: Filename,
    version: u64,
    /// The directory of the repository it lies in.
    directory: String,
}

impl From<Binary> for Unread {
    fn from(file: Binary) -> Self {
        let below = ObjectKey::below(&file.repository, &file.key);
        let directory = below.split('/').next().unwrap_or_default().to_owned();
        Self { arch: file.arch, filename: file.filename, version: file.version, directory }
    }
}

impl Package {
    /// What metadata it is for.
    pub(crate) fn format(&self) -> Format {
        match self {
            Self::Read(read) => read.row.format.clone(),
            Self::Unread(file) => Format::Rpm(file.directory.clone()),
        }
    }

    /// With its metadata, if that is at hand.
    pub(crate) fn into_read(self) -> Option<Read> {
        match self {
            Self::Read(read) => Some(read),
            Self::Unread(_) => None,
        }
    }
}

/// What changes in what a repository lists.
#[derive(Debug, Default)]
pub(crate) struct Pending {
    /// The packages that are to be listed, be they new or not, in the order of their uploads.
    pub(crate) listed: Vec<Package>,
    /// The uploads of those that are not to be listed any more, as far as they were.
    pub(crate) gone: BTreeSet<UploadId>,
    /// The architectures that these, and others of their names, were uploaded for.
    pub(crate) archs: BTreeSet<Arch>,
}

/// All packages among the files of a repository, in the order of their uploads.
pub(crate) async fn all(services: &Services, path: &RepoPath, mut all: Vec<Binary>) -> Result<Pending, Failure> {
    all.retain(|file| file.is_package);
    let archs = all.iter().map(|file| file.arch.clone()).collect();
    let all = first_of_each(all).0.into_iter().map(Unread::from);
    let (rpms, others): (Vec<_>, Vec<_>) = all.partition(|file| file.filename.is_rpm());
    let others = others.into_iter().map(Package::Unread).collect();
    let others: Vec<_> = read(services, path, others).map_ok(Package::Read).try_collect().await?;
    let listed = others.into_iter().chain(rpms.into_iter().map(Package::Unread)).collect();
    Ok(Pending { listed, gone: BTreeSet::new(), archs })
}

/// Packages with their metadata, in the same order, of which little is in memory at once. One that was deleted meanwhile is
/// passed over: that is a change, too.
pub(crate) fn read(
    services: &Services,
    path: &RepoPath,
    packages: Vec<Package>,
) -> impl Stream<Item = Result<Read, Failure>> {
    let reads = stream::iter(packages).chunks(AT_ONCE).map(move |some| read_some(services, path, some));
    reads.buffered(2).map_ok(|some| stream::iter(some).map(Ok)).try_flatten()
}

async fn read_some(services: &Services, path: &RepoPath, packages: Vec<Package>) -> Result<Vec<Read>, Failure> {
    let unread = packages.iter().filter_map(|package| match package {
        Package::Read(_) => None,
        Package::Unread(file) => Some((&file.arch, &file.filename)),
    });
    let rows = services.catalog.packages_named(path, unread).await?;
    let mut rows: HashMap<_, _> = rows.into_iter().map(|row| ((row.arch.clone(), row.filename.clone()), row)).collect();
    let reads = packages.into_iter().map(|package| {
        let row = match &package {
            Package::Read(_) => None,
            Package::Unread(file) => rows.remove(&(file.arch.clone(), file.filename.clone())),
        };
        async move {
            match (package, row) {
                (Package::Read(read), _) => Ok(Some(read)),
                (Package::Unread(file), Some(row)) if row.version >= file.version => {
                    load_one(services, row).await.map(Some)
                }
                // A transaction becomes visible item by item.
                (Package::Unread(file), _) => match services.catalog.binary(path, &file.arch, &file.filename).await? {
                    Some(_) => Err(Failure::NotSettled(file.filename.to_string())),
                    None => Ok(None),
                },
            }
        }
    });
    let reads: Vec<_> = stream::iter(reads.collect::<Vec<_>>()).buffered(READ_AT_ONCE).try_collect().await?;
    Ok(reads.into_iter().flatten().collect())
}

/// The packages that the changes are about, and those that were left out before.
pub(crate) async fn pending(
    services: &Services,
    path: &RepoPath,
    changes: &[Change],
    notes: &Notes,
) -> Result<Pending, Failure> {
    let changed = changes.iter().filter_map(Change::file).filter(|file| file.is_package);
    let changed: BTreeSet<_> = changed.map(|file| (&file.arch, &file.filename)).collect();
    let left_out = notes.left_out.values().map(|file| (&file.arch, &file.filename));
    let files: BTreeSet<_> = changed.iter().copied().chain(left_out).collect();
    if files.is_empty() {
        return Ok(Pending::default());
    }
    // The same file may be there for another architecture, and only one of them is listed.
    let mut archs = archs(services, path, files.iter().map(|(arch, _)| *arch)).await?;
    archs.extend(notes.archs.iter().cloned());
    let names: BTreeSet<&Filename> = files.iter().map(|(_, name)| *name).collect();
    let keys = names.iter().flat_map(|name| archs.iter().map(move |arch| (arch, *name)));
    let rows = services.catalog.packages_named(path, keys).await?;
    check_rows(services, path, &rows, changes).await?;
    if rows.iter().any(|row| !changed.contains(&(&row.arch, &row.filename))) {
        check_unchanged(services, path, changes, &names).await?;
    }
    let archs = rows.iter().map(|row| row.arch.clone()).collect();
    let (listed, others) = first_of_each(rows);
    let replaced = changes.iter().filter_map(Change::file).filter_map(|file| file.before.clone());
    let gone = replaced.chain(others.into_iter().map(|row| row.upload)).collect();
    let listed = load(services, listed).await?.into_iter().map(Package::Read).collect();
    Ok(Pending { listed, gone, archs })
}

/// Files of these names were read besides those that the changes are about. If one was replaced before that, what it
/// replaced is known by a change that was not read yet.
async fn check_unchanged(
    services: &Services,
    path: &RepoPath,
    changes: &[Change],
    names: &BTreeSet<&Filename>,
) -> Result<(), Failure> {
    let known: BTreeSet<_> = changes.iter().map(|change| &change.id).collect();
    let now = services.catalog.changes(path).await?;
    let is_new = |change: &&Change| {
        !known.contains(&change.id) && change.file().is_some_and(|file| names.contains(&file.filename))
    };
    match now.iter().find(is_new).and_then(Change::file) {
        Some(file) => Err(Failure::NotSettled(file.filename.to_string())),
        None => Ok(()),
    }
}

/// Reads the metadata of packages, those whose metadata is too large for the table from beside it.
pub(crate) async fn load(
    services: &Services,
    rows: impl IntoIterator<Item = PackageRow>,
) -> Result<Vec<Read>, Failure> {
    stream::iter(rows).map(|row| load_one(services, row)).buffered(READ_AT_ONCE).try_collect().await
}

async fn load_one(services: &Services, row: PackageRow) -> Result<Read, Failure> {
    let fragments: Bytes = match &row.fragments {
        StoredFragments::Inline(bytes) => bytes.clone().into(),
        StoredFragments::Object(key) => match services.objects.read(&ObjectKey::Stored(key.clone())).await? {
            Some((bytes, _)) => bytes,
            None => {
                let reason = format!("{key} is missing");
                return Err(Failure::Fragments { package: row.path, reason });
            }
        },
    };
    Ok(Read { row, fragments })
}

/// All files of a repository; each change is seen in them.
pub(crate) async fn files(services: &Services, path: &RepoPath, changes: &[Change]) -> Result<Vec<Binary>, Failure> {
    let files = services.catalog.binaries(path).await?;
    check_files(services, path, &files, changes, |_| true).await?;
    Ok(files)
}

/// The architectures that a repository has files of, and these others.
async fn archs<'a>(
    services: &Services,
    path: &RepoPath,
    others: impl Iterator<Item = &'a Arch>,
) -> Result<BTreeSet<Arch>, Failure> {
    let known = services.catalog.archs(path).await?.into_iter().filter_map(|arch| Arch::new(arch).ok());
    Ok(known.chain(others.cloned()).collect())
}

/// The files of these names, whatever architecture they were uploaded for; each change is seen in them.
pub(crate) async fn files_named(
    services: &Services,
    path: &RepoPath,
    changes: &[Change],
    names: &BTreeSet<Filename>,
) -> Result<Vec<Binary>, Failure> {
    let archs = archs(services, path, changes.iter().filter_map(Change::file).map(|file| &file.arch)).await?;
    let keys = names.iter().flat_map(|name| archs.iter().map(move |arch| (arch, name)));
    let files = services.catalog.binaries_named(path, keys).await?;
    check_files(services, path, &files, changes, |file| names.contains(&file.filename)).await?;
    Ok(files)
}

async fn check_files(
    services: &Services,
    path: &RepoPath,
    files: &[Binary],
    changes: &[Change],
    is_asked: impl Fn(&ChangedFile) -> bool,
) -> Result<(), Failure> {
    let known = files.iter().map(|file| ((&file.arch, &file.filename), file.version)).collect();
    check_settled(services, path, &known, changes, is_asked).await
}

async fn check_rows(
    services: &Services,
    path: &RepoPath,
    rows: &[PackageRow],
    changes: &[Change],
) -> Result<(), Failure> {
    let known = rows.iter().map(|row| ((&row.arch, &row.filename), row.version)).collect();
    check_settled(services, path, &known, changes, |file| file.is_package).await
}

/// A transaction becomes visible item by item. So a change may be seen before the file that it added, or while the
/// file that it removed is still there; unless a later change of the same file overtook it. `known` are the versions of what
/// is there, as far as it `is_asked` of.
async fn check_settled(
    services: &Services,
    path: &RepoPath,
    known: &HashMap<(&Arch, &Filename), u64>,
    changes: &[Change],
    is_asked: impl Fn(&ChangedFile) -> bool,
) -> Result<(), Failure> {
    let mut latest: HashMap<_, (u64, bool)> = HashMap::new();
    for change in changes {
        let (file, is_there) = match &change.what {
            What::Added(file) => (file, true),
            What::Removed(file) => (file, false),
            What::Asked { .. } => continue,
        };
        let latest = latest.entry((&file.arch, &file.filename)).or_default();
        if is_asked(file) && file.version > latest.0 {
            *latest = (file.version, is_there);
        }
    }
    for ((arch, filename), (version, is_there)) in latest {
        let is_settled = match known.get(&(arch, filename)) {
            Some(known) => *known >= version,
            None => !is_there || services.catalog.deleted_version(path, arch, filename).await? >= version,
        };
        if !is_settled && version > 0 {
            return Err(Failure::NotSettled(filename.to_string()));
        }
    }
    Ok(())
}
