//! Publishing what was published before: an earlier revision of the repository, or one of another.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use colca_model::{Arch, Codename, RepoPath, RepositoryKind};
use colca_revisions::{Listed, contents, superseded};
use colca_rpmmd::Carried;
use colca_runtime::Services;
use colca_store::{EntryFile, ObjectKey, Revision};
use futures::{StreamExt, TryStreamExt, stream};

use crate::assemble::Assembly;
use crate::commit::{AT_ONCE, commit};
use crate::failure::Failure;
use crate::live::Live;
use crate::publish::metadata;
use crate::rpm::directory_of;
use crate::shared::{Origin, Original};
use crate::wanted::{Main, Wanted, WantedEntry, WantedPlace, content};

/// Makes an earlier revision of a repository the current one again: its entry files are those of its snapshot.
pub(crate) async fn promote(
    services: &Services,
    path: &RepoPath,
    mut revision: Revision,
    by: u64,
    (previous, live): (Option<&Revision>, &Live),
    tried: &mut BTreeSet<String>,
) -> Result<Revision, Failure> {
    let number = revision.number;
    tried.extend(revision.etags().into_keys());
    if let Some(previous) = previous.filter(|previous| previous.number != number) {
        let needed = revision.paths();
        let old = previous.paths();
        let garbage = superseded(services, path, previous, by, old.difference(&needed).copied());
        services.jobs.discard_each(garbage).await?;
    }
    let files = revision.places.values().flat_map(|place| &place.entries);
    let entries = files.map(async |file| {
        check_there(services, path, number, file).await?;
        Ok::<_, Failure>(WantedEntry::of_file(file.path.clone(), file.source.clone()))
    });
    let entries = stream::iter(entries.collect::<Vec<_>>()).buffer_unordered(AT_ONCE).try_collect().await?;
    let mirrorlists = mirrorlists(&revision);
    commit(services, path, live, &mut revision, entries, &mirrorlists).await?;
    Ok(revision)
}

/// An earlier revision as it is to be published by other keys than those that signed it, or by none: all that it has but
/// its signatures.
pub(crate) async fn signed_anew(
    services: &Services,
    path: &RepoPath,
    revision: &Revision,
    signers: &[String],
) -> Result<Wanted, Failure> {
    let mut places = BTreeMap::new();
    for (name, place) in &revision.places {
        let parts = ["signed anew", &place.content].into_iter().chain(signers.iter().map(String::as_str));
        let mut wanted = WantedPlace { content: content(parts), kept: place.files.clone(), ..WantedPlace::default() };
        for file in place.entries.iter().filter(|file| !is_signature(&file.path)) {
            if !file.source.starts_with('@') {
                check_there(services, path, revision.number, file).await?;
                wanted.entries.push(WantedEntry::of_file(file.path.clone(), file.source.clone()));
                continue;
            }
            let bytes = read(services, path, revision.number, file).await?;
            match Main::of(&file.path, &bytes) {
                Some(main) => wanted.main = Some(main),
                None => wanted.entries.push(WantedEntry::new(file.path.clone(), bytes)),
            }
        }
        if wanted.main.is_some() {
            places.insert(name.clone(), wanted);
        }
    }
    Ok(Wanted {
        packages: revision.packages,
        places,
        mirrorlists: mirrorlists(revision),
        packages_signed: revision.packages_signed,
        ..Wanted::nothing(revision.kind)
    })
}

/// Whether an entry file is made of others by signing, or says who did.
fn is_signature(path: &str) -> bool {
    [".asc", ".key", "/Release.gpg", "/InRelease"].iter().any(|end| path.ends_with(end))
}

/// The directory that each mirror list names.
fn mirrorlists(revision: &Revision) -> BTreeMap<String, String> {
    let directory = |list: &str| list.strip_suffix("mirrorlist").unwrap_or_default().trim_end_matches('/').to_owned();
    revision.mirrorlists.keys().map(|list| (list.clone(), directory(list))).collect()
}

/// An entry file as a revision had it.
async fn read(services: &Services, path: &RepoPath, number: u64, file: &EntryFile) -> Result<Bytes, Failure> {
    let found = services.objects.read(&metadata(path, &file.source)).await?;
    found.map(|(bytes, _)| bytes).ok_or(Failure::NoRevision(number))
}

async fn check_there(services: &Services, path: &RepoPath, number: u64, file: &EntryFile) -> Result<(), Failure> {
    let head = services.objects.head(&metadata(path, &file.source)).await?;
    head.map(drop).ok_or(Failure::NoRevision(number))
}

/// What a revision of another repository lists, but source packages of Debian.
pub(crate) async fn originals(
    assembly: &Assembly<'_>,
    other: &RepoPath,
    number: u64,
) -> Result<Vec<Original>, Failure> {
    let services = &assembly.builder.services;
    let revision = services.catalog.revision(other, number).await?.ok_or(Failure::NoRevision(number))?;
    let top = ObjectKey::repository(other);
    let own = assembly.settings.codename(&other.distro, &other.distro_version);
    let mut originals = Vec::new();
    // Of source packages the files lie in a directory of their own, and binary packages are what a client installs.
    let is_source = |listed: &Listed| revision.kind == RepositoryKind::Deb && listed.arch == "source";
    let all = contents(services, other, &revision).await?;
    for listed in all.into_iter().filter(|listed| !is_source(listed)) {
        let unusable = |rule: colca_model::Invalid| Failure::Unpublishable(format!("{}: {rule}", listed.path));
        let filename = listed.path.rsplit('/').next().unwrap_or_default().parse().map_err(unusable)?;
        let mut codenames: BTreeSet<Codename> =
            listed.codenames.iter().filter_map(|codename| codename.parse().ok()).collect();
        // What the other lists for its own version is for this one's here.
        if own.as_ref().is_some_and(|own| codenames.contains(own)) {
            codenames.clear();
        }
        originals.push(Original {
            origin: Origin::Object(format!("{top}{}", listed.path)),
            arch: Arch::new(listed.arch.clone()).map_err(unusable)?,
            filename,
            size: listed.size,
            sha256: listed.sha256.parse().map_err(unusable)?,
            codenames,
        });
    }
    originals.extend(carried(services, other, &revision).await?);
    Ok(originals)
}

/// The files that are carried in the metadata of a revision: modules, groups, advisories.
async fn carried(services: &Services, other: &RepoPath, revision: &Revision) -> Result<Vec<Original>, Failure> {
    let mut originals = Vec::new();
    for (name, place) in &revision.places {
        for path in &place.files {
            // `<revision>-<sha256>-modules.yaml.zst`
            let parts: Vec<_> = path.rsplit('/').next().unwrap_or_default().splitn(3, '-').collect();
            let [_, sha256, file] = parts[..] else { continue };
            let (true, Ok(filename), Ok(sha256)) = (Carried::kind_of(file).is_some(), file.parse(), sha256.parse())
            else {
                continue;
            };
            let directory = directory_of(name).filter(|directory| !directory.is_empty()).unwrap_or("noarch");
            let arch = Arch::new(directory).map_err(|invalid| Failure::Unpublishable(format!("{path}: {invalid}")))?;
            let key = ObjectKey::Metadata { repository: other.clone(), path: path.clone() };
            let head = services.objects.head(&key).await?.ok_or(Failure::NoRevision(revision.number))?;
            let (origin, codenames) = (Origin::Object(key.path()), BTreeSet::new());
            originals.push(Original { origin, arch, filename, size: head.size, sha256, codenames });
        }
    }
    Ok(originals)
}
