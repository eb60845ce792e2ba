//! Carrying out a plan: what lies under names of its own first, then, if nobody was faster, the entry files.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use colca_model::RepoPath;
use colca_revisions::{garbage, superseded};
use colca_runtime::{Phase, Services, phases};
use colca_store::{Cause, EntryFile, ErrorKind, Expected, Garbage, Held, ObjectKey, Place, Revision};
use futures::future::try_join_all;
use futures::{StreamExt, TryFutureExt, TryStreamExt, stream};
use jiff::Timestamp;

use crate::commit::commit;
use crate::content::Content;
use crate::failure::Failure;
use crate::live::Live;
use crate::revision::NewRevision;
use crate::wanted::{Holds, Wanted, WantedEntry, WantedPlace};

/// How many files are written at once.
const AT_ONCE: usize = 16;

/// What is to be done for a revision.
#[derive(Default)]
struct Work {
    /// Files under names of their own, which have the same content wherever they are.
    files: BTreeMap<String, Content>,
    /// Entry files for the snapshot.
    snapshot: Vec<(String, Bytes)>,
    /// Entry files of the snapshot before, for this one.
    copies: Vec<(String, String)>,
    /// Entry files.
    entries: Vec<WantedEntry>,
}

/// Publishes a revision after `previous`. `tried` gets the paths of all that it may overwrite.
pub(crate) async fn publish(
    services: &Services,
    path: &RepoPath,
    new: &NewRevision,
    (cause, promoted): (Cause, Option<Held>),
    (previous, live): (Option<&Revision>, &Live),
    wanted: Wanted,
    tried: &mut BTreeSet<String>,
) -> Result<Revision, Failure> {
    let mut revision = Revision {
        number: new.number,
        published: new.at,
        cause,
        kind: wanted.kind,
        packages: wanted.packages,
        signers: new.signers.clone(),
        packages_signed: wanted.packages_signed,
        promoted,
        places: BTreeMap::new(),
        mirrorlists: wanted.mirrorlists.keys().map(|path| (path.clone(), String::new())).collect(),
    };
    phases::begin(Phase::Write);
    let mut work = Work::default();
    for (name, place) in wanted.places {
        let before = previous.and_then(|previous| previous.places.get(&name));
        let noted = match before.filter(|_| !place.is_new) {
            Some(before) => work.keep(new.number, place.content, before),
            None => work.renew(new.number, live, before, place),
        };
        revision.places.insert(name, noted);
    }
    tried.extend(work.entries.iter().map(|entry| entry.path.clone()));
    tried.extend(revision.mirrorlists.keys().cloned());

    check_length(&revision)?;
    let garbage = garbage_of(services, path, previous, &revision);
    services.jobs.discard_each(garbage.into_iter().chain(wanted.garbage)).await?;
    let beside = wanted.beside.into_iter().map(async |(key, bytes)| services.objects.write(&key, bytes).await);
    let beside = try_join_all(beside).map_err(Failure::from);
    let entries = std::mem::take(&mut work.entries);
    futures::try_join!(work.write(services, path), beside)?;
    commit(services, path, live, &mut revision, entries, &wanted.mirrorlists).await?;
    Ok(revision)
}

impl Work {
    /// A place as it was before: what it needs is there, and the snapshot gets copies.
    fn keep(&mut self, revision: u64, content: String, before: &Place) -> Place {
        let mut noted = Place { content, ..before.clone() };
        for file in noted.entries.iter_mut().filter(|file| file.source.starts_with('@')) {
            let snapshot = Revision::snapshot(revision, &file.path);
            self.copies.push((std::mem::replace(&mut file.source, snapshot.clone()), snapshot));
        }
        noted
    }

    /// A place that is new, or some of it is.
    fn renew(&mut self, revision: u64, live: &Live, before: Option<&Place>, place: WantedPlace) -> Place {
        let mut noted = Place { content: place.content, entries: vec![], files: place.kept };
        for (path, content) in place.files {
            noted.files.push(path.clone());
            self.files.insert(path, content);
        }
        for entry in place.entries {
            let (source, etag) = match &entry.holds {
                Holds::Bytes(bytes) => {
                    let snapshot = Revision::snapshot(revision, &entry.path);
                    self.snapshot.push((snapshot.clone(), bytes.clone()));
                    (snapshot, None)
                }
                Holds::File(source) => {
                    let is_it = |file: &&EntryFile| file.path == entry.path && file.source == *source;
                    let there = before.and_then(|before| before.entries.iter().find(is_it));
                    let there = there.filter(|file| live.expected(&file.path) == Expected::Etag(file.etag.clone()));
                    (source.clone(), there.map(|file| file.etag.clone()))
                }
            };
            let is_there = etag.is_some();
            noted.entries.push(EntryFile { path: entry.path.clone(), source, etag: etag.unwrap_or_default() });
            if !is_there {
                self.entries.push(entry);
            }
        }
        noted
    }

    /// Writes all but entry files.
    async fn write(self, services: &Services, path: &RepoPath) -> Result<(), Failure> {
        let files = self.files.into_iter().map(async |(below, content)| {
            // Also over the same bytes: a sweep that found them to be garbage deletes those that it saw, and not these.
            let written = content.write(services, &metadata(path, &below)).await;
            written.map_err(|error| missing(error, path))
        });
        let snapshot = self.snapshot.into_iter().map(async |(below, bytes)| {
            Ok::<_, Failure>(services.objects.write(&metadata(path, &below), bytes).await?)
        });
        let copies = self.copies.into_iter().map(async |(from, to)| {
            let copied = services.objects.copy(&metadata(path, &from), &metadata(path, &to)).await;
            copied.map_err(|error| missing(error, path))
        });
        let files = stream::iter(files).buffer_unordered(AT_ONCE).try_collect::<()>();
        let snapshot = stream::iter(snapshot).buffer_unordered(AT_ONCE).try_collect::<()>();
        let copies = stream::iter(copies).buffer_unordered(AT_ONCE).try_collect::<()>();
        futures::try_join!(files, snapshot, copies).map(drop)
    }
}

/// What an earlier revision has and is not there: all is made anew then.
pub(crate) fn missing(error: colca_store::Error, path: &RepoPath) -> Failure {
    match error.kind() {
        ErrorKind::NotFound => Failure::Incomplete(format!("something that {path} published: {error}")),
        _ => error.into(),
    }
}

/// What is noted of a revision must fit into an item of the table, which holds 400 KB; said before anything is written.
fn check_length(revision: &Revision) -> Result<(), Failure> {
    const MOST: usize = 350_000;
    let length = serde_json::to_vec(revision).map_or(0, |json| json.len());
    if length <= MOST {
        return Ok(());
    }
    let places = revision.places.len();
    Err(Failure::Unpublishable(format!(
        "it has too many directories, architectures and components: {places} places take {length} bytes to note, {MOST} fit"
    )))
}

/// Everything that may turn out to be garbage: what is about to be written, in case this build dies, and what that
/// supersedes. It is noted before it can be; whether it is, is asked when the time has come.
fn garbage_of(
    services: &Services,
    path: &RepoPath,
    previous: Option<&Revision>,
    revision: &Revision,
) -> Vec<(Garbage, Timestamp)> {
    let old: BTreeSet<&str> = previous.into_iter().flat_map(Revision::paths).collect();
    let new = revision.paths();
    let due = services.unfinished_ends();
    let written = garbage(path, revision.number, new.difference(&old).copied()).map(|object| (object, due));
    let over = previous
        .into_iter()
        .flat_map(|previous| superseded(services, path, previous, revision.number, old.difference(&new).copied()));
    written.chain(over).collect()
}

/// The key of what lies under a name of its own.
pub(crate) fn metadata(path: &RepoPath, below: &str) -> ObjectKey {
    ObjectKey::Metadata { repository: path.clone(), path: below.to_owned() }
}
