//! What a repository has to list: the metadata of its packages, as it was kept ready.

use std::collections::{BTreeMap, HashMap};

use bytes::Bytes;
use colca_model::{Arch, Binary, Filename, RepoPath};
use colca_runtime::Services;
use colca_store::{Change, ChangedFile, ObjectKey, PackageRow, StoredFragments, What};
use futures::{StreamExt, TryStreamExt, stream};

use crate::failure::Failure;

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

/// The packages of a repository, by path.
///
/// CI builds noarch packages once for each architecture. Both are kept, but one directory can list a name only
/// once: the one that was registered first.
pub(crate) async fn read(services: &Services, path: &RepoPath, changes: &[Change]) -> Result<Vec<Read>, Failure> {
    let rows = services.catalog.packages(path).await?;
    let known = rows.iter().map(|row| ((&row.arch, &row.filename), row.version)).collect();
    check_settled(services, path, &known, changes, |file| file.is_package).await?;
    let mut first: BTreeMap<String, PackageRow> = BTreeMap::new();
    for row in rows {
        let place = plain_path(&row);
        let is_first = match first.get(&place) {
            None => true,
            Some(other) => (row.created, &row.arch) < (other.created, &other.arch),
        };
        if is_first {
            first.insert(place, row);
        }
    }
    load(services, first.into_values()).await
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

/// Where a package would lie if it replaced none: its path without the id of its upload.
fn plain_path(row: &PackageRow) -> String {
    row.path.replace(&format!("/{}/", row.upload), "/")
}

/// All files of a repository; each change is seen in them.
pub(crate) async fn files(services: &Services, path: &RepoPath, changes: &[Change]) -> Result<Vec<Binary>, Failure> {
    let files = services.catalog.binaries(path).await?;
    let known = files.iter().map(|file| ((&file.arch, &file.filename), file.version)).collect();
    check_settled(services, path, &known, changes, |_| true).await?;
    Ok(files)
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
