//! The lists of a repository, from those that were kept to those of the next revision.

use std::collections::{BTreeMap, BTreeSet};
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use colca_model::{RepoPath, UploadId};
use colca_revisions::{List, Lists};
use colca_runtime::Services;
use colca_segments::{
    Builder, Changes, Damaged, Draft, Facts, Hashing, Id, Layout, Manifest, Output, Package, Plan, Record, Segment,
};
use colca_store::{ErrorKind, ObjectKey};
use futures::future::try_join_all;
use futures::{Stream, StreamExt, TryStreamExt};

use crate::content::Content;
use crate::failure::Failure;
use crate::publish::metadata;

/// After how many packages others have their turn.
const YIELD: usize = 64;

/// Makes new lists for one revision.
pub(crate) struct Lister<'a> {
    services: &'a Services,
    path: &'a RepoPath,
    /// The lists that were kept; none if they are made anew.
    before: Lists,
    revision: u64,
    /// How many records have a name.
    named: AtomicUsize,
    /// Whether segments are merged in lists that do not change.
    is_merging: bool,
}

/// A list as it is to be.
#[derive(Debug, Clone)]
pub(crate) struct Listed {
    /// What is kept of it.
    pub(crate) list: List,
    /// How many packages are in it, and how many of them are marked.
    pub(crate) packages: u64,
    pub(crate) marked: u64,
    /// The files that are published of it.
    pub(crate) files: Vec<ListedFile>,
    /// The records to write, by their names.
    pub(crate) records: Vec<(String, Bytes)>,
    /// Whether segments of it are worth merging.
    pub(crate) can_be_merged: bool,
}

/// A file that is published of a list.
#[derive(Debug, Clone)]
pub(crate) struct ListedFile {
    pub(crate) output: Output,
    pub(crate) facts: Facts,
    /// Where it lies below the repository.
    pub(crate) path: String,
    /// What it is made of; none if it is there.
    pub(crate) content: Option<Content>,
}

/// What a package is known by in lists. Uploads grow with time, as lists do.
pub(crate) fn id(upload: &UploadId) -> Id {
    Id::new(upload.to_bytes())
}

impl<'a> Lister<'a> {
    pub(crate) fn new(services: &'a Services, path: &'a RepoPath, before: Lists, revision: u64) -> Self {
        Self { services, path, before, revision, named: AtomicUsize::new(0), is_merging: false }
    }

    /// Merges segments in lists that do not change.
    pub(crate) fn merging(self) -> Self {
        Self { is_merging: true, ..self }
    }

    /// The list of that name with these packages in it, and those not that were removed. Its files lie where `place` says.
    pub(crate) async fn list(
        &self,
        name: &str,
        layout: &Layout,
        removed: &BTreeSet<Id>,
        packages: impl Stream<Item = Result<Package, Failure>>,
        place: impl Fn(Output, &Facts) -> String,
    ) -> Result<Listed, Failure> {
        if !self.before.lists.contains_key(name) {
            return self.build(layout, packages, place).await;
        }
        let changes = Changes { remove: removed.clone(), add: packages.try_collect().await? };
        self.edit(name, layout, changes, place).await
    }

    /// Makes a list that was not kept.
    async fn build(
        &self,
        layout: &Layout,
        packages: impl Stream<Item = Result<Package, Failure>>,
        place: impl Fn(Output, &Facts) -> String,
    ) -> Result<Listed, Failure> {
        let mut builder = Builder::new(layout, |_| self.name());
        let mut packages = pin!(packages.enumerate());
        while let Some((number, package)) = packages.next().await {
            builder.push(package?);
            if number % YIELD == 0 {
                // The lease is renewed meanwhile.
                tokio::task::yield_now().await;
            }
        }
        let (built, finished) = builder.finish();
        let manifest = finished.manifest(place);
        let contents = built.outputs.into_iter().map(Content::of_parts).map(Some).collect();
        Ok(listed(layout, &manifest, contents, built.records, None))
    }

    /// Changes a list that was kept.
    async fn edit(
        &self,
        name: &str,
        layout: &Layout,
        changes: Changes,
        place: impl Fn(Output, &Facts) -> String,
    ) -> Result<Listed, Failure> {
        let before = &self.before.lists[name];
        let manifest = Manifest::parse(&before.manifest, layout).map_err(damaged)?;
        let draft = Draft::new(layout, Some(&manifest), changes);
        let mut plan = self.plan(draft, &manifest, before).await?;
        if self.is_merging
            && let Some(draft) = Draft::merge(layout, &manifest)
        {
            plan = self.plan(draft, &manifest, before).await?;
        }
        let Some(plan) = plan else {
            let contents = vec![None; manifest.outputs().len()];
            return Ok(Listed { list: before.clone(), ..listed(layout, &manifest, contents, vec![], Some(before)) });
        };
        let from: Vec<_> = manifest.outputs().iter().map(|file| metadata(self.path, &file.object)).collect();
        let hashing = self.read(plan.hashing, &from).await?;
        let finished = hashing.finish().map_err(damaged)?.manifest(place);
        let contents = plan.outputs.into_iter().enumerate();
        let contents = contents.map(|(number, pieces)| Some(Content::new(from.get(number).cloned(), pieces))).collect();
        let mut records = plan.records;
        // All behind it is gone, and it is the one that the next package is added to.
        let last = finished.segments().last().map(|segment| segment.record().to_owned());
        if let Some(name) = last.filter(|name| before.records.contains(name)) {
            let bytes = self.record(&name).await?;
            records.push(Record { name, bytes });
        }
        Ok(listed(layout, &finished, contents, records, Some(before)))
    }

    async fn plan(&self, draft: Draft<'_>, manifest: &Manifest, before: &List) -> Result<Option<Plan>, Failure> {
        let last = manifest.segments().last().map(Segment::record);
        let reads = draft.records().into_iter().map(async |record| {
            let is_last = last == Some(record);
            let bytes = if is_last { before.tail.clone() } else { self.record(record).await? };
            Ok::<_, Failure>((record.to_owned(), bytes))
        });
        let records: BTreeMap<_, _> = try_join_all(reads).await?.into_iter().collect();
        // Compressing keeps a thread busy; the lease is renewed meanwhile on another.
        colca_runtime::busy(|| draft.plan(&records, |_| self.name())).map_err(damaged)
    }

    async fn record(&self, name: &str) -> Result<Bytes, Failure> {
        let key = ObjectKey::Lists { repository: self.path.clone(), name: name.to_owned() };
        let found = self.services.objects.read(&key).await?;
        found.map(|(bytes, _)| bytes).ok_or_else(|| Failure::Lists(format!("{} is not there", key.path())))
    }

    /// Reads what has to be hashed of the files that were published before.
    async fn read(&self, mut hashing: Hashing, from: &[ObjectKey]) -> Result<Hashing, Failure> {
        for (number, ranges) in hashing.unread().into_iter().enumerate() {
            for range in ranges {
                let mut left = range.end - range.start;
                let mut fed = Ok(());
                let read = self.services.objects.stream(&from[number], range.start, |bytes| {
                    let now = usize::try_from(left).map_or(bytes.len(), |left| left.min(bytes.len()));
                    left -= now as u64;
                    fed = hashing.feed(number, &bytes[..now]);
                    fed.is_ok() && left > 0
                });
                read.await.map_err(|error| match error.kind() {
                    ErrorKind::NotFound => Failure::Lists(format!("{} is not there", from[number].path())),
                    _ => error.into(),
                })?;
                fed.map_err(damaged)?;
            }
        }
        Ok(hashing)
    }

    fn name(&self) -> String {
        format!("{}-{}", self.revision, self.named.fetch_add(1, Ordering::Relaxed))
    }
}

fn damaged(damaged: Damaged) -> Failure {
    Failure::Lists(damaged.to_string())
}

/// `contents` are those of the files, `records` those that are new. The last one goes into the list itself; the one
/// that was last `before` becomes an object when it is last no more.
fn listed(
    layout: &Layout,
    manifest: &Manifest,
    contents: Vec<Option<Content>>,
    records: Vec<Record>,
    before: Option<&List>,
) -> Listed {
    let names: Vec<_> = manifest.segments().iter().map(|segment| segment.record().to_owned()).collect();
    let mut records: BTreeMap<_, _> = records.into_iter().map(|record| (record.name, record.bytes)).collect();
    let mut tail = Bytes::new();
    let (last, objects) = names.split_last().map_or((None, &names[..]), |(last, objects)| (Some(last), objects));
    if let Some(last) = last {
        let kept = before.map(|list| list.tail.clone()).unwrap_or_default();
        tail = records.remove(last).unwrap_or(kept);
    }
    if let Some(before) = before
        && let Some(last) = objects.iter().find(|name| !before.records.contains(name) && !records.contains_key(*name))
    {
        records.insert(last.clone(), before.tail.clone());
    }
    let files = manifest.outputs().iter().zip(contents).map(|(file, content)| ListedFile {
        output: file.output,
        facts: file.facts,
        path: file.object.clone(),
        content,
    });
    Listed {
        packages: manifest.packages() as u64,
        marked: manifest.marked() as u64,
        files: files.collect(),
        list: List { manifest: manifest.to_bytes().into(), tail, records: objects.to_vec() },
        records: records.into_iter().collect(),
        can_be_merged: Draft::merge(layout, manifest).is_some(),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A list of these packages, as it is made the first time.
    pub(crate) fn made(
        layout: &Layout,
        packages: Vec<Package>,
        place: impl Fn(Output, &Facts) -> String,
    ) -> (Manifest, Listed) {
        let mut builder = Builder::new(layout, |number| format!("7-{number}"));
        packages.into_iter().for_each(|package| builder.push(package));
        let (built, finished) = builder.finish();
        let manifest = finished.manifest(place);
        let contents = built.outputs.into_iter().map(Content::of_parts).map(Some).collect();
        let listed = listed(layout, &manifest, contents, built.records, None);
        (manifest, listed)
    }

    fn layout() -> Layout {
        let mut layout = crate::deb::list_layout();
        layout.fresh.packages = 2;
        layout
    }

    fn package(number: u8) -> Package {
        Package { id: Id::new([number; 16]), texts: vec![format!("Package: {number}\n\n").into()], mark: number == 1 }
    }

    fn place(_: Output, facts: &Facts) -> String {
        facts.sha256.to_string()
    }

    #[test]
    fn the_last_record_lies_in_the_list_until_it_is_last_no_more() {
        let layout = layout();
        let (manifest, first) = made(&layout, [1, 2].map(package).into(), place);
        assert_eq!((first.packages, first.marked, first.files.len()), (2, 1, 2));
        assert!(first.records.is_empty() && first.list.records.is_empty() && !first.list.tail.is_empty());

        // The segment is full, so another begins, and nothing of the first one is read.
        let changes = Changes { add: vec![package(3)], ..Changes::default() };
        let draft = Draft::new(&layout, Some(&manifest), changes);
        assert!(draft.records().is_empty());
        let plan = draft.plan(&BTreeMap::new(), |_| "8-0".to_owned()).expect("good").expect("a change");
        let manifest = plan.hashing.finish().expect("nothing to read").manifest(place);
        let second = listed(&layout, &manifest, vec![None, None], plan.records, Some(&first.list));
        assert_eq!(second.list.records, ["7-0"]);
        assert_eq!(second.records, [("7-0".to_owned(), first.list.tail.clone())]);
        assert_ne!(second.list.tail, second.records[0].1);

        // Next time it is an object already.
        let changes = Changes { add: vec![package(4)], ..Changes::default() };
        let draft = Draft::new(&layout, Some(&manifest), changes);
        assert_eq!(draft.records(), ["8-0"]);
        let records = [("8-0".to_owned(), second.list.tail.clone())].into();
        let plan = draft.plan(&records, |_| "9-0".to_owned()).expect("good").expect("a change");
        let manifest = plan.hashing.finish().expect("nothing to read").manifest(place);
        let third = listed(&layout, &manifest, vec![None, None], plan.records, Some(&second.list));
        assert_eq!((&third.list.records, third.records), (&vec!["7-0".to_owned()], vec![]));

        // The last segment goes, and the first one is last again: its record is read, and lies in the list.
        let changes = Changes { remove: [3, 4].map(|number| Id::new([number; 16])).into(), ..Changes::default() };
        let draft = Draft::new(&layout, Some(&manifest), changes);
        let records = [("9-0".to_owned(), third.list.tail.clone())].into();
        let plan = draft.plan(&records, |_| "10-0".to_owned()).expect("good").expect("a change");
        let manifest = plan.hashing.finish().expect("nothing to read").manifest(place);
        let record = Record { name: "7-0".to_owned(), bytes: first.list.tail.clone() };
        let fourth = listed(&layout, &manifest, vec![None, None], vec![record], Some(&third.list));
        assert_eq!((fourth.list.records, fourth.records), (vec![], vec![]));
        assert_eq!(fourth.list.tail, first.list.tail);
    }
}
