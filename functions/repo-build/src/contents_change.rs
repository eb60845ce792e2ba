//! The lists of the files in packages, made of those before and of what has changed since: it takes no more than that.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use colca_apt::Label;
use colca_model::{Codename, UploadId};
use colca_revisions::{JournalPackage, Notes};
use colca_store::{ObjectKey, Owner};
use tracing::warn;

use crate::contents::{Job, Outcome};
use crate::contents_file::{self, KeptContents, Listed, Made};
use crate::contents_lists::{Architectures, Change, names};
use crate::contents_paths::{Source, kept, paths_of};
use crate::failure::Failure;

/// Changes the lists that are kept into those of a build that left these notes. `None` if they have to be made anew.
pub(crate) async fn change(job: &Job<'_>, now: &Made, notes: &Notes) -> Result<Option<Outcome>, Failure> {
    let Some(journal) = &notes.journal else { return Ok(None) };
    let Some(head) = contents_file::look(job.services, job.path).await? else { return Ok(None) };
    let Some(made) = head.made.filter(|made| made.by == now.by && made.build <= now.build) else { return Ok(None) };
    let Some(changes) = journal.after(made.build) else { return Ok(None) };
    let Some(architectures) = architectures_of(job, notes, &head.lists) else { return Ok(None) };
    if changes.is_empty() {
        return Ok(Some(Outcome::AsBefore(head.lists)));
    }
    let Some((bytes, _)) = job.services.objects.read(&contents_file::key(job.path)).await? else { return Ok(None) };
    let before = KeptContents::from_bytes(job.path, &bytes).filter(|before| before.made.as_ref() == Some(&made));
    let Some(before) = before else {
        warn!(repository = %job.path, "What is kept of the files of {} cannot be read", job.path);
        return Ok(None);
    };
    let after = after(&before.packages, &changes);
    let change = Change::between(&before.packages, &after);

    let added: BTreeSet<_> = change.added.keys().cloned().collect();
    let old = change.removed.keys().chain(change.others.keys());
    let old: BTreeSet<_> = old.filter(|upload| !added.contains(*upload)).cloned().collect();
    let keys: Vec<_> = old.iter().map(|upload| ObjectKey::Paths { upload: upload.clone() }).collect();
    let known = kept(job.services, &keys).await?;
    let mut paths = HashMap::new();
    for (upload, known) in old.into_iter().zip(known) {
        // What was deleted long ago is swept by now.
        let Some(known) = known else { return Ok(None) };
        paths.insert(upload, known);
    }
    let sources: Option<Vec<_>> =
        added.iter().map(|upload| Some(source(job, upload, (*changes.get(upload)?)?))).collect();
    let Some(sources) = sources else { return Ok(None) };
    let Some(read) = paths_of(job.services, &sources).await? else { return Ok(Some(Outcome::Unread)) };
    paths.extend(added.into_iter().zip(read));

    let layout = job.layout.clone();
    let made = tokio::task::spawn_blocking(move || {
        let lists = change.make(&layout, &architectures, &before.lists, &paths);
        lists.map(|lists| (after, lists))
    });
    match made.await.map_err(Failure::panicked)? {
        Ok((packages, lists)) => Ok(Some(Outcome::New(KeptContents { made: Some(now.clone()), packages, lists }))),
        Err(error) => {
            warn!(repository = %job.path, %error, "The lists of files of {} are not of its packages", job.path);
            Ok(None)
        }
    }
}

/// The packages after changes.
fn after(
    before: &BTreeMap<UploadId, Label>,
    changes: &BTreeMap<UploadId, Option<&JournalPackage>>,
) -> BTreeMap<UploadId, Label> {
    let mut after = before.clone();
    for (upload, package) in changes {
        match package {
            Some(package) => after.insert(upload.clone(), package.label.clone()),
            None => after.remove(upload),
        };
    }
    after
}

fn source(job: &Job<'_>, upload: &UploadId, package: &JournalPackage) -> Source {
    let JournalPackage { path, arch, filename, .. } = package.clone();
    Source {
        key: ObjectKey::Stored(ObjectKey::repository(job.path) + &path),
        paths: ObjectKey::Paths { upload: upload.clone() },
        owner: Owner::File { repository: job.path.clone(), arch, filename },
    }
}

/// The architectures of each distribution, if these are the lists that they have.
fn architectures_of(job: &Job<'_>, notes: &Notes, lists: &BTreeMap<Codename, Vec<Listed>>) -> Option<Architectures> {
    let of = notes.indexes.iter();
    let of = of.map(|(codename, indexes)| Some((codename.parse().ok()?, indexes.architectures().to_vec())));
    let architectures: Architectures = of.collect::<Option<_>>()?;
    let are_they = {
        let expected = names(job.layout, &architectures);
        let is_it = |(listed, expected): (&Vec<Listed>, &Vec<(_, _, String)>)| {
            listed.iter().map(|list| &list.plain.name).eq(expected.iter().map(|(_, _, name)| name))
        };
        lists.keys().eq(expected.keys()) && lists.values().zip(expected.values()).all(is_it)
    };
    are_they.then_some(architectures)
}
