//! What a repository has to list.

use std::collections::{BTreeMap, HashMap};

use bytes::Bytes;
use colca_model::RepoPath;
use colca_rpmmd::Fragments;
use colca_runtime::Services;
use colca_store::{Change, ObjectKey, PackageRow, StoredFragments, What};
use futures::{StreamExt, TryStreamExt, stream};

use crate::failure::Failure;

/// How many fragments too large for the table are read at once.
const READ_AT_ONCE: usize = 16;

/// A package to list: the directory it lies in, and its metadata.
#[derive(Debug)]
pub(crate) struct Listed {
    pub(crate) directory: String,
    pub(crate) fragments: Fragments,
}

/// The packages of a repository, by directory and name.
///
/// CI builds noarch packages once for each architecture. Both are kept, but one directory can list a name only
/// once: the one that was registered first.
///
/// `changes` are those to be published; each must be seen in what is read.
pub(crate) async fn read(services: &Services, path: &RepoPath, changes: &[Change]) -> Result<Vec<Listed>, Failure> {
    let rows = services.catalog.packages(path).await?;
    check_settled(services, path, &rows, changes).await?;

    let mut first: BTreeMap<(String, String), PackageRow> = BTreeMap::new();
    for row in rows {
        let place = (row.directory.clone(), row.filename.to_string());
        let other = first.get(&place).map(|other| (other.created, &other.arch));
        if other.is_none_or(|other| (row.created, &row.arch) < other) {
            first.insert(place, row);
        }
    }
    stream::iter(first.into_values()).map(|row| listed(services, row)).buffered(READ_AT_ONCE).try_collect().await
}

/// A transaction becomes visible item by item. So a change may be seen before the package that it added, or while the
/// package that it removed is still there; unless a later change of the same file overtook it.
async fn check_settled(
    services: &Services,
    path: &RepoPath,
    rows: &[PackageRow],
    changes: &[Change],
) -> Result<(), Failure> {
    let rows: HashMap<_, _> = rows.iter().map(|row| ((&row.arch, &row.filename), row.version)).collect();
    let mut latest: HashMap<_, (u64, bool)> = HashMap::new();
    for change in changes {
        let (file, is_there) = match &change.what {
            What::Added(file) => (file, true),
            What::Removed(file) => (file, false),
            What::Asked { .. } => continue,
        };
        let latest = latest.entry((&file.arch, &file.filename)).or_default();
        if file.is_package && file.version > latest.0 {
            *latest = (file.version, is_there);
        }
    }
    for ((arch, filename), (version, is_there)) in latest {
        let row = rows.get(&(arch, filename));
        let is_settled = match row {
            Some(row) => *row >= version,
            None => !is_there || services.catalog.deleted_version(path, arch, filename).await? >= version,
        };
        if !is_settled && version > 0 {
            return Err(Failure::NotSettled(filename.to_string()));
        }
    }
    Ok(())
}

async fn listed(services: &Services, row: PackageRow) -> Result<Listed, Failure> {
    let damaged =
        |reason: String| Failure::Fragments { package: format!("{}/{}", row.directory, row.filename), reason };
    let bytes: Bytes = match row.fragments {
        StoredFragments::Inline(bytes) => bytes.into(),
        StoredFragments::Object(key) => match services.objects.read(&ObjectKey::Stored(key.clone())).await? {
            Some((bytes, _)) => bytes,
            None => return Err(damaged(format!("{key} is missing"))),
        },
    };
    let fragments = Fragments::from_bytes(&bytes).map_err(|error| damaged(error.to_string()))?;
    Ok(Listed { directory: row.directory, fragments })
}
