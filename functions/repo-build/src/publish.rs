//! Carrying out a plan: what lies under names of its own first, then, if nobody was faster, the entry files.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use colca_model::RepoPath;
use colca_revisions::{garbage, supersede};
use colca_runtime::Services;
use colca_store::{Cause, EntryFile, ErrorKind, Held, ObjectKey, Place, Revision};
use futures::future::try_join_all;
use futures::{StreamExt, TryStreamExt, stream};

use crate::failure::Failure;
use crate::live::{Live, entry};
use crate::revision::NewRevision;
use crate::wanted::{Step, Wanted};

/// How many files are written at once.
const AT_ONCE: usize = 16;

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
    let mut writes: Vec<(String, Bytes)> = Vec::new();
    let mut copies: Vec<(String, String)> = Vec::new();
    let mut overwrites: Vec<(Step, String, Bytes)> = Vec::new();
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
        mirrorlists: BTreeMap::new(),
    };
    for (name, place) in wanted.places {
        let mut noted = Place { content: place.content, entries: vec![], files: vec![] };
        // A place as it was before: what it needs is there, and the snapshot gets copies.
        if !place.is_new
            && let Some(before) = previous.and_then(|previous| previous.places.get(&name))
        {
            noted.files.clone_from(&before.files);
            for file in &before.entries {
                let mut file = file.clone();
                if file.source.starts_with('@') {
                    let snapshot = Revision::snapshot(new.number, &file.path);
                    copies.push((std::mem::replace(&mut file.source, snapshot.clone()), snapshot));
                }
                noted.entries.push(file);
            }
        }
        noted.files.extend(place.kept);
        for (path, bytes) in place.files {
            noted.files.push(path.clone());
            writes.push((path, bytes));
        }
        for file in place.entries {
            let source = file.source.unwrap_or_else(|| {
                let snapshot = Revision::snapshot(new.number, &file.path);
                writes.push((snapshot.clone(), file.bytes.clone()));
                snapshot
            });
            noted.entries.push(EntryFile {
                path: file.path.clone(),
                source,
                etag: String::new(),
                step: file.step as u8,
            });
            overwrites.push((file.step, file.path, file.bytes));
        }
        revision.places.insert(name, noted);
    }
    revision.mirrorlists = wanted.mirrorlists.keys().map(|path| (path.clone(), String::new())).collect();
    tried.extend(overwrites.iter().map(|(_, path, _)| path.clone()).chain(revision.mirrorlists.keys().cloned()));

    check_length(&revision)?;
    note_garbage(services, path, previous, &revision).await?;
    let key = |below: &str| ObjectKey::Metadata { repository: path.clone(), path: below.to_owned() };
    let writes = writes.into_iter().map(async |(below, bytes)| services.objects.write(&key(&below), bytes).await);
    let copies = copies.into_iter().map(async |(from, to)| {
        let copied = services.objects.copy(&key(&from), &key(&to)).await;
        copied.map_err(|error| match error.kind() {
            ErrorKind::NotFound => Failure::Incomplete(from),
            _ => error.into(),
        })
    });
    let writes = writes.map(|write| async { write.await.map_err(Failure::from) });
    let writes = stream::iter(writes).buffer_unordered(AT_ONCE).try_collect::<()>();
    let copies = stream::iter(copies).buffer_unordered(AT_ONCE).try_collect::<()>();
    futures::try_join!(writes, copies)?;

    let mut etags = BTreeMap::new();
    for step in [Step::Beside, Step::Entry] {
        let (now, later): (Vec<_>, _) = overwrites.into_iter().partition(|(of, ..)| *of == step);
        overwrites = later;
        let now = now.into_iter().map(|(_, path, bytes)| (path, bytes));
        etags.extend(overwrite(services, path, live, now).await?);
    }
    for file in revision.places.values_mut().flat_map(|place| &mut place.entries) {
        if let Some(etag) = etags.remove(&file.path) {
            file.etag = etag;
        }
    }
    point(services, path, live, &mut revision, &wanted.mirrorlists).await?;
    retract_others(services, path, live, &revision).await?;
    Ok(revision)
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

/// Writes entry files, each if it still is what it was. Gives their entity tags.
pub(crate) async fn overwrite(
    services: &Services,
    path: &RepoPath,
    live: &Live,
    files: impl IntoIterator<Item = (String, Bytes)>,
) -> Result<Vec<(String, String)>, Failure> {
    let commits = files.into_iter().map(async |(below, bytes)| {
        let expected = live.expected(&below);
        let etag = services.objects.overwrite(&entry(path, &below), bytes, Some(&expected)).await?;
        Ok::<_, Failure>((below, etag))
    });
    try_join_all(commits).await
}

/// Has the mirror lists name a revision: clients that begin there read it from start to end, whatever is published meanwhile.
pub(crate) async fn point(
    services: &Services,
    path: &RepoPath,
    live: &Live,
    revision: &mut Revision,
    mirrorlists: &BTreeMap<String, String>,
) -> Result<(), Failure> {
    let base = services.base_url(path);
    let lines = mirrorlists.iter().map(|(list, directory)| {
        let directory = if directory.is_empty() { String::new() } else { format!("{directory}/") };
        (list.clone(), Bytes::from(format!("{base}@{}/{directory}\n", revision.number)))
    });
    revision.mirrorlists = overwrite(services, path, live, lines).await?.into_iter().collect();
    Ok(())
}

/// Deletes the entry files that a revision does not have.
pub(crate) async fn retract_others(
    services: &Services,
    path: &RepoPath,
    live: &Live,
    revision: &Revision,
) -> Result<(), Failure> {
    let named = revision.etags();
    for (file, etag) in live.files().filter(|(file, _)| !named.contains_key(*file)) {
        services.objects.retract(&entry(path, file), etag).await?;
    }
    Ok(())
}

/// Notes everything that may turn out to be garbage, before it can be: what is about to be written, in case this build
/// dies, and what that supersedes. Whether it is garbage is asked when the time has come.
async fn note_garbage(
    services: &Services,
    path: &RepoPath,
    previous: Option<&Revision>,
    revision: &Revision,
) -> Result<(), Failure> {
    let old: BTreeSet<&str> = previous.into_iter().flat_map(Revision::paths).collect();
    let new = revision.paths();
    let due = services.unfinished_ends();
    let written = garbage(path, revision.number, new.difference(&old).copied());
    services.jobs.discard(written, due).await?;
    if let Some(previous) = previous {
        supersede(services, path, previous, revision.number, old.difference(&new).copied()).await?;
    }
    Ok(())
}
