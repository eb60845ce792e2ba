//! An rpm repository: its packages in the lists of their directories, and what is carried beside them.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use colca_model::RepositoryKind;
use colca_revisions::{CarriedFile, Lists, Notes};
use colca_rpmmd::Carried;
use colca_store::{Format, ObjectKey, StoredFragments};
use futures::StreamExt;
use futures::future::try_join_all;

use crate::assemble::{Assembly, Listing};
use crate::failure::Failure;
use crate::lists::{Listed, id};
use crate::packages::{self, Package, Read};
use crate::rpm;
use crate::wanted::{Wanted, WantedPlace};

/// Plans the repository. `None` if nothing would be listed, and there may be packages of another kind.
pub(crate) async fn plan(assembly: &Assembly<'_>, listing: Listing<'_>) -> Result<Option<Wanted>, Failure> {
    let Listing { lister, mut notes, pending, shared, all } = listing;
    for upload in &pending.gone {
        notes.carried.remove(upload);
    }
    let listed = pending.listed.into_iter().chain(shared.into_iter().map(|(read, _)| Package::Read(read)));
    let mut by_directory = sort(assembly, &mut notes, listed);
    let removed: BTreeSet<_> = pending.gone.iter().map(id).collect();

    let previous = assembly.previous.filter(|previous| previous.kind == RepositoryKind::Rpm);
    let before =
        previous.iter().flat_map(|previous| previous.places.keys()).filter_map(|place| rpm::directory_of(place));
    let carried = notes.carried.values().map(|file| file.directory.as_str());
    let directories = rpm::directories(assembly.path, before, by_directory.keys().map(String::as_str).chain(carried));
    let (codec, revision) = (assembly.codec(), assembly.new.number);
    let layout = rpm::layout(codec);
    let lists = directories.into_iter().map(|directory| {
        let packages = by_directory.remove(&directory).unwrap_or_default();
        let (lister, layout, removed) = (&lister, &layout, &removed);
        async move {
            let packages = packages::read(&assembly.builder.services, assembly.path, packages);
            let packages = packages.map(|read| rpm::package(&read?));
            let place = |output, facts: &_| rpm::place_of(&directory, previous, revision, codec, (output, facts));
            let listed = lister.list(&directory, layout, removed, packages, place).await?;
            Ok::<_, Failure>((directory, listed))
        }
    });
    let lists: BTreeMap<String, Listed> = try_join_all(lists.collect::<Vec<_>>()).await?.into_iter().collect();

    let count = |of: fn(&Listed) -> u64| lists.values().map(of).sum::<u64>();
    let (packages, unsigned) = (count(|listed| listed.packages), count(|listed| listed.marked));
    if packages == 0 && !all {
        return Ok(None);
    }
    let mut wanted = Wanted { packages, packages_signed: unsigned == 0, ..Wanted::nothing(RepositoryKind::Rpm) };
    if unsigned > 0 && assembly.settings.signing(&assembly.path.project).packages {
        let why = "came in before packages were signed, so clients are not told to check (gpgcheck=0)";
        wanted.problems.push(format!("{unsigned} of {packages} packages {why}: upload them again with force"));
    }
    let mut kept = BTreeMap::new();
    for (directory, mut listed) in lists {
        let place = plan_directory(assembly, &notes, &directory, &listed).await?;
        wanted.mirrorlists.insert(rpm::below(&directory, "mirrorlist"), directory.clone());
        wanted.places.insert(rpm::place_name(&directory), place);
        wanted.records.append(&mut listed.records);
        wanted.can_be_merged |= listed.can_be_merged;
        kept.insert(directory, listed.list);
    }
    wanted.lists = Some(Lists { notes, lists: kept });
    Ok(Some(wanted))
}

/// The packages of each directory; what is carried is noted.
fn sort(
    assembly: &Assembly<'_>,
    notes: &mut Notes,
    packages: impl Iterator<Item = Package>,
) -> BTreeMap<String, Vec<Package>> {
    let mut by_directory: BTreeMap<String, Vec<Package>> = BTreeMap::new();
    let place = |directory: &str| assembly.path.metadata_directory(directory).to_owned();
    for package in packages {
        match (package.format(), package) {
            (Format::Rpm(directory), package) => by_directory.entry(place(&directory)).or_default().push(package),
            (Format::Carried(directory), Package::Read(Read { row, .. })) => {
                if let StoredFragments::Object(key) = row.fragments {
                    let file = CarriedFile { directory: place(&directory), filename: row.filename, key };
                    notes.carried.insert(row.upload, file);
                }
            }
            _ => {}
        }
    }
    by_directory
}

async fn plan_directory(
    assembly: &Assembly<'_>,
    notes: &Notes,
    directory: &str,
    listed: &Listed,
) -> Result<WantedPlace, Failure> {
    let carried = rpm::carried_into(directory, notes.carried.values());
    let content = rpm::content_of(assembly.new, listed, carried.values().copied());
    if !assembly.is_new(RepositoryKind::Rpm, &rpm::place_name(directory), &content) {
        return Ok(WantedPlace { content, ..WantedPlace::default() });
    }
    let mut files = Vec::new();
    for (kind, file) in carried {
        let damaged = |reason: String| Failure::Fragments { package: file.key.clone(), reason };
        let found = assembly.builder.services.objects.read(&ObjectKey::Stored(file.key.clone())).await?;
        let bytes: Bytes = found.ok_or_else(|| damaged("it is missing".to_owned()))?.0;
        files.push(Carried::parse(kind, &bytes).map_err(|error| damaged(error.to_string()))?);
    }
    Ok(rpm::plan(assembly.new, assembly.codec(), directory, content, listed, &files))
}
