//! What a build leaves of the lists of a repository, for the next one to change.

use bytes::Bytes;
use colca_model::RepoPath;
use colca_revisions::Lists;
use colca_runtime::Services;
use colca_store::{Garbage, KeptLists, ObjectKey, Owner};
use futures::future::try_join_all;

use crate::failure::Failure;
use crate::wanted::Wanted;

/// The lists of one build, and those that it found.
pub(crate) struct Keeping {
    /// What becomes of them.
    pub(crate) kept: KeptLists,
    /// What is to be written.
    objects: Vec<(ObjectKey, Bytes)>,
    /// What may be garbage when that is written, or never was.
    garbage: Vec<Garbage>,
    /// Whether segments were filled that are worth merging.
    pub(crate) is_worth_merging: bool,
}

impl Keeping {
    /// Takes the lists out of what is wanted.
    pub(crate) fn of(path: &RepoPath, revision: u64, wanted: &mut Wanted) -> Self {
        let (before, records) = (wanted.kept.take(), std::mem::take(&mut wanted.records));
        let is_worth_merging = wanted.can_be_merged && !records.is_empty();
        let lists = wanted.lists.take();
        let old = before.iter().flat_map(|(number, before)| keys(path, *number, before, lists.as_ref()));
        let Some(lists) = &lists else {
            let garbage = garbage(path, old);
            return Self { kept: KeptLists::Gone, objects: vec![], garbage, is_worth_merging };
        };
        if before.as_ref().is_some_and(|(_, before)| before == lists) {
            return Self { kept: KeptLists::AsBefore, objects: vec![], garbage: vec![], is_worth_merging };
        }
        let objects = records.into_iter().map(|(name, bytes)| (record(path, &name), bytes));
        let objects: Vec<_> = objects.chain([(Lists::key(path, revision), lists.to_bytes(path, revision))]).collect();
        let garbage = garbage(path, objects.iter().map(|(key, _)| key.clone()).chain(old));
        Self { kept: KeptLists::New, objects, garbage, is_worth_merging }
    }

    /// Has them written together with what is published.
    pub(crate) fn with(&mut self, services: &Services, wanted: &mut Wanted) {
        let due = services.unfinished_ends();
        wanted.garbage.extend(self.garbage.drain(..).map(|garbage| (garbage, due)));
        wanted.beside.append(&mut self.objects);
    }

    /// Writes them, where nothing is published.
    pub(crate) async fn write(self, services: &Services) -> Result<KeptLists, Failure> {
        services.jobs.discard(self.garbage, services.unfinished_ends()).await?;
        let writes = self.objects.into_iter().map(async |(key, bytes)| services.objects.write(&key, bytes).await);
        try_join_all(writes).await?;
        Ok(self.kept)
    }
}

/// Lets the lists go that were kept, if any were.
pub(crate) async fn forget_lists(services: &Services, path: &RepoPath, kept: Option<u64>) -> Result<(), Failure> {
    let Some(number) = kept else { return Ok(()) };
    let lists = Lists::of(services, path, number).await?.unwrap_or_default();
    let keys = keys(path, number, &lists, None);
    Ok(services.jobs.discard(garbage(path, keys.into_iter()), services.unfinished_ends()).await?)
}

/// The objects that hold lists, but those that `others` have as well.
fn keys(path: &RepoPath, number: u64, lists: &Lists, others: Option<&Lists>) -> Vec<ObjectKey> {
    let records = lists.lists.values().flat_map(|list| &list.records);
    let records = records.filter(|name| others.is_none_or(|others| !others.names(name)));
    records.map(|name| record(path, name)).chain([Lists::key(path, number)]).collect()
}

fn record(path: &RepoPath, name: &str) -> ObjectKey {
    ObjectKey::Lists { repository: path.clone(), name: name.to_owned() }
}

/// Objects that are garbage if the repository does not name them when the time has come.
fn garbage(path: &RepoPath, keys: impl Iterator<Item = ObjectKey>) -> Vec<Garbage> {
    let owner = Owner::Lists { repository: path.clone() };
    keys.map(|key| Garbage::new(key.path(), owner.clone())).collect()
}
