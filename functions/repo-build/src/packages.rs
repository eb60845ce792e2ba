//! What a repository has to list.

use std::collections::{BTreeMap, HashMap};

use bytes::Bytes;
use colca_model::RepoPath;
use colca_rpmmd::Fragments;
use colca_runtime::Services;
use colca_store::{Change, ObjectKey, PackageRow, StoredFragments};
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
/// `changes` are those to be published; each must be among what is read.
pub(crate) async fn read(services: &Services, path: &RepoPath, changes: &[Change]) -> Result<Vec<Listed>, Failure> {
    let rows = services.catalog.packages(path).await?;
    let versions: HashMap<_, _> = rows.iter().map(|row| ((&row.arch, &row.filename), row.version)).collect();
    let is_seen =
        |change: &Change| versions.get(&(&change.arch, &change.filename)).is_some_and(|v| *v >= change.version);
    if let Some(change) = changes.iter().find(|change| change.is_package && !is_seen(change)) {
        return Err(Failure::NotSettled(change.filename.to_string()));
    }

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
