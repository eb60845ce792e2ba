//! What is known of names before files are registered under them, for many of them at once.

use std::collections::HashMap;

use colca_model::{Arch, Binary, Filename, RepoPath};

use super::tombstones::{self, Tombstone};
use super::{Catalog, Claim, Identity, binaries, claims, partition};
use crate::Result;
use crate::table::{Item, key, value};

/// A name that a file is to be registered under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The architecture as the uploader names it.
    pub arch: Arch,
    /// The name of the file.
    pub filename: Filename,
    /// The key that its object gets if nobody had it before.
    pub key: String,
    /// What it is, if its archive can have but one of it.
    pub identity: Option<Identity>,
}

/// What is known of a name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Known {
    /// The file that is registered under it.
    pub binary: Option<Binary>,
    /// The version that the deletion of such a file made; 0 if none was ever deleted.
    pub deleted: u64,
    /// Whether an object under its key was deleted or superseded: caches may still have it.
    pub is_used_up: bool,
    /// The claim to what it is, whether its file is still there or not.
    pub claim: Option<Claim>,
}

impl Catalog {
    /// What is known of each of these names, in their order, as it is now.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn known(&self, repository: &RepoPath, names: &[Name]) -> Result<Vec<Known>> {
        let keys: Vec<_> = names.iter().map(|name| keys(repository, name)).collect();
        let mut asked: Vec<_> = keys.iter().flatten().flatten().collect();
        asked.sort();
        asked.dedup();
        let asked = asked.into_iter().map(|(pk, sk)| key(pk, sk)).collect();
        let found = self.table.get_items(asked).await?;
        let found: HashMap<_, _> = found.into_iter().map(|item| (key_of(&item), item)).collect();
        let look = |key: &Option<Key>| key.as_ref().and_then(|key| found.get(key)).cloned();
        let read = |[binary, deleted, used_up, claim]: [Option<Key>; 4]| {
            Ok(Known {
                binary: look(&binary).map(value).transpose()?,
                deleted: look(&deleted).map(value::<Tombstone>).transpose()?.map_or(0, |deleted| deleted.version),
                is_used_up: look(&used_up).is_some(),
                claim: look(&claim).map(value).transpose()?,
            })
        };
        keys.into_iter().map(read).collect()
    }
}

type Key = (String, String);

/// The keys of what is asked of a name: the file, its deletion, its object, its identity.
fn keys(repository: &RepoPath, name: &Name) -> [Option<Key>; 4] {
    let Name { arch, filename, key, identity } = name;
    [
        Some((binaries::partition(&repository.version_level()), binaries::sort_key(repository, arch, filename))),
        Some((tombstones::partition(repository), tombstones::sort_key(arch, filename))),
        Some((tombstones::used_up(key), tombstones::SK.to_owned())),
        identity.as_ref().map(|identity| (partition(repository), claims::sort_key(identity))),
    ]
}

fn key_of(item: &Item) -> Key {
    let text = |name: &str| item.get(name).and_then(|value| value.as_s().ok()).cloned().unwrap_or_default();
    (text("pk"), text("sk"))
}
