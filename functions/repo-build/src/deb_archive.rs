//! A Debian archive: its packages in the lists of the indexes of each distribution.

use std::collections::{BTreeMap, BTreeSet};

use colca_apt::{ArchivePath, Fragment, Indexes, Kind, Label, Layout, Listing as Place, without_conflicts};
use colca_model::{Codename, RepositoryKind, UploadId};
use colca_revisions::{Journal, JournalPackage, LeftOut, Lists, Notes};
use colca_segments::{Id, Package};
use colca_settings::Distribution;
use colca_store::{Format, Revision};
use futures::future::try_join_all;
use futures::{StreamExt, stream};

use crate::assemble::{Assembly, Listing};
use crate::contents_file::{self, Stored};
use crate::deb::{self, Distributed, ListedDeb};
use crate::failure::Failure;
use crate::gather::gather;
use crate::lists::{Listed, Lister, id};
use crate::packages::{self, Read};
use crate::wanted::Wanted;

/// Plans the archive. `None` if a package needs an index that is not there, or nothing would be listed and there may be
/// packages of another kind.
pub(crate) async fn plan(assembly: &Assembly<'_>, listing: Listing<'_>) -> Result<Option<Wanted>, Failure> {
    let Listing { lister, mut notes, pending, shared, all } = listing;
    let settings = &assembly.settings;
    let distribution = settings.distribution(&assembly.path.project);
    let architectures: Vec<_> = distribution.architectures.iter().flatten().cloned().collect();
    let layout = Layout::new(&distribution.components, &architectures);
    let own_codenames = assembly.own_codenames()?;
    let mut codenames = own_codenames.clone();
    codenames.extend(shared.iter().flat_map(|(_, codenames)| codenames.clone()));

    let removed: BTreeSet<Id> = pending.gone.iter().map(id).collect();
    notes.left_out.retain(|upload, _| !pending.gone.contains(upload));
    let own = pending.listed.into_iter().filter_map(packages::Package::into_read).collect();
    let debs = debs(assembly, &mut notes, &own_codenames, own, shared).await?;
    let count = debs.len() + notes.left_out.len();

    let mut wanted = Wanted::nothing(RepositoryKind::Deb);
    wanted.mirrorlists.insert("mirrorlist".to_owned(), String::new());
    let mut kept = Lists::default();
    let mut contents = contents(assembly, &distribution).await?;
    let made = contents.made.take();
    let before = std::mem::take(&mut notes.indexes);
    for codename in &codenames {
        let of_it: Vec<_> = debs.iter().filter(|deb| deb.codenames.contains(codename)).collect();
        let known = before.get(codename.as_str());
        let (of_it, indexes) = if all {
            let count = of_it.len();
            let (of_it, conflicts) = without_conflicts(of_it, |deb| &deb.fragment);
            notes.takes_all |= of_it.len() < count;
            wanted.problems.extend(conflicts.iter().map(|left_out| format!("{codename}: {left_out}")));
            let fragments = of_it.iter().map(|deb| &deb.fragment);
            (of_it.clone(), Indexes::covering(&layout, fragments, known))
        } else {
            let Some(known) = known else { return Ok(None) };
            (of_it, known.clone())
        };
        let Some(by_index) = by_index(&mut notes, codename, &layout, &indexes, of_it) else { return Ok(None) };
        let mut lists = list(&lister, codename, &removed, by_index).await?;
        for (index, listed) in &mut lists {
            wanted.packages += listed.marked;
            wanted.records.append(&mut listed.records);
            wanted.can_be_merged |= listed.can_be_merged;
            kept.lists.insert(deb::list_name(codename, index), listed.list.clone());
        }
        let contents = contents.lists.remove(codename).unwrap_or_default();
        let distributed =
            Distributed { codename, distribution: &distribution, layout: &layout, indexes: &indexes, lists, contents };
        let place = distributed.plan(assembly.new).map_err(|invalid| {
            Failure::Unpublishable(format!("the configuration of {}: {invalid}", assembly.path.project))
        })?;
        wanted.places.insert(format!("dists/{codename}"), place);
        notes.indexes.insert(codename.to_string(), indexes);
    }
    wanted.problems.extend(notes.left_out.values().flat_map(|file| file.problems.clone()));
    if wanted.packages == 0 && !all {
        return Ok(None);
    }
    if wanted.packages == 0 && count > 0 {
        return Err(Failure::NothingListed { packages: count as u64, problems: wanted.problems });
    }
    let changes = (!all).then_some((&pending.gone, &debs[..]));
    notes.journal = distribution.contents.then(|| journal(assembly, &layout, &mut notes, changes, made));
    wanted.lists = Some(Lists { notes, ..kept });
    Ok(Some(wanted))
}

/// Goes on with what is noted for those who make the lists of files: the changes, if these are not all packages, and what
/// they were `made` of already.
fn journal(
    assembly: &Assembly<'_>,
    layout: &Layout,
    notes: &mut Notes,
    changes: Option<(&BTreeSet<UploadId>, &[ListedDeb])>,
    made: Option<u64>,
) -> Journal {
    let number = assembly.new.number;
    let Some((gone, debs)) = changes else { return Journal::new(number) };
    let before = notes.journal.take();
    // Nobody wanted them so far.
    let mut journal = before.unwrap_or_else(|| Journal::new(assembly.repository.lists.unwrap_or(number)));
    made.into_iter().for_each(|made| journal.forget(made));
    let listed = debs.iter().filter(|deb| !notes.left_out.contains_key(&deb.read.row.upload));
    let listed = listed.filter_map(|ListedDeb { read, fragment, path, .. }| {
        let (label, path) = (Label::of(layout, fragment)?, path.as_str().to_owned());
        let (arch, filename) = (read.row.arch.clone(), read.row.filename.clone());
        Some((read.row.upload.clone(), JournalPackage { label, path, arch, filename }))
    });
    journal.note(number, gone, listed);
    journal
}

/// The packages, with where they lie. A source package that is not complete is noted as left out.
async fn debs(
    assembly: &Assembly<'_>,
    notes: &mut Notes,
    own_codenames: &BTreeSet<Codename>,
    own: Vec<Read>,
    shared: Vec<(Read, BTreeSet<Codename>)>,
) -> Result<Vec<ListedDeb>, Failure> {
    let (gathered, mut missing) = gather(assembly, &own).await?;
    let own = own.into_iter().map(|read| (read, own_codenames.clone()));
    let mut debs = Vec::new();
    for (read, codenames) in own.chain(shared) {
        if read.row.format != Format::Deb {
            continue;
        }
        notes.left_out.remove(&read.row.upload);
        let fragment = Fragment::from_bytes(&read.fragments).map_err(|error| read.damaged(error))?;
        let path = match (fragment.kind, gathered.get(&read.row.upload)) {
            (Kind::Source, None) => {
                // Not all of it is there yet; or it is not ours, and nothing is missing.
                if let Some(problems) = missing.remove(&read.row.upload) {
                    leave_out(notes, &read, problems);
                }
                continue;
            }
            (Kind::Source, Some(directory)) => directory.clone(),
            _ => read.row.path.clone(),
        };
        let path = ArchivePath::new(path).map_err(|invalid| read.damaged(invalid))?;
        let codenames = if codenames.is_empty() { own_codenames.clone() } else { codenames };
        debs.push(ListedDeb { read, codenames, fragment, path });
    }
    Ok(debs)
}

fn leave_out(notes: &mut Notes, read: &Read, problems: Vec<String>) {
    let (arch, filename) = (read.row.arch.clone(), read.row.filename.clone());
    let left_out = LeftOut { arch, filename, problems: vec![] };
    notes.left_out.entry(read.row.upload.clone()).or_insert(left_out).problems.extend(problems);
}

/// The packages of each index of a distribution. `None` if one needs an index that is not there.
fn by_index(
    notes: &mut Notes,
    codename: &Codename,
    layout: &Layout,
    indexes: &Indexes,
    debs: Vec<&ListedDeb>,
) -> Option<BTreeMap<String, Vec<Package>>> {
    let mut by_index: BTreeMap<_, Vec<_>> = indexes.paths().into_iter().map(|path| (path, vec![])).collect();
    for deb in debs {
        match indexes.listing(layout, &deb.fragment) {
            Place::In(paths) => {
                for (number, path) in paths.into_iter().enumerate() {
                    by_index.entry(path).or_default().push(deb.package(number == 0));
                }
            }
            Place::Nowhere(left_out) => leave_out(notes, &deb.read, vec![format!("{codename}: {left_out}")]),
            Place::NotCovered => return None,
        }
    }
    Some(by_index)
}

async fn list(
    lister: &Lister<'_>,
    codename: &Codename,
    removed: &BTreeSet<Id>,
    by_index: BTreeMap<String, Vec<Package>>,
) -> Result<BTreeMap<String, Listed>, Failure> {
    let layout = deb::list_layout();
    let lists = by_index.into_iter().map(|(index, packages)| {
        let layout = &layout;
        async move {
            let name = deb::list_name(codename, &index);
            let place = |output, facts: &_| deb::place_of(codename, &index, output, facts);
            let listed = lister.list(&name, layout, removed, stream::iter(packages).map(Ok), place).await?;
            Ok::<_, Failure>((index, listed))
        }
    });
    Ok(try_join_all(lists).await?.into_iter().collect())
}

/// The lists of the files in packages, if they are configured.
async fn contents(assembly: &Assembly<'_>, distribution: &Distribution) -> Result<Stored, Failure> {
    if !distribution.contents {
        return Ok(Stored::default());
    }
    let is_there = |codename: &Codename, file: &colca_apt::NamedFile| {
        let is_in = |previous: &Revision| contents_file::is_in(previous, codename, file);
        !assembly.all && assembly.previous.is_some_and(is_in)
    };
    Ok(contents_file::stored(&assembly.builder.services, assembly.path, is_there).await?)
}
