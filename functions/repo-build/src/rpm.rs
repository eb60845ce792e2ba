//! What an rpm repository is to look like. Only computing: nothing is read or written here.

use std::collections::{BTreeMap, BTreeSet};

use colca_model::{RPM_DIRECTORIES, RepoPath, RepositoryKind};
use colca_rpmmd::{Carried, CarriedKind, Codec, Fragments, MetadataFile, MetadataKind, repomd};

use crate::revision::NewRevision;
use crate::wanted::{Main, Wanted, WantedPlace, content};

/// A package to list: the directory it lies in, and its metadata.
#[derive(Debug)]
pub(crate) struct ListedRpm {
    pub(crate) directory: String,
    pub(crate) fragments: Fragments,
}

/// A file that is carried into the metadata of a directory.
#[derive(Debug)]
pub(crate) struct CarriedFile {
    pub(crate) directory: String,
    pub(crate) carried: Carried,
}

/// The directories that have metadata, however few packages are in them: each section of the repository file finds one.
fn standard(path: &RepoPath) -> Vec<String> {
    if path.has_single_repodata() {
        return vec![String::new()];
    }
    RPM_DIRECTORIES.iter().map(|&directory| directory.to_owned()).collect()
}

/// Plans each directory. `before` are those that had metadata in the revision before: they keep it, be it empty.
pub(crate) fn plan(
    path: &RepoPath,
    revision: &NewRevision,
    codec: Codec,
    before: &BTreeSet<String>,
    packages: Vec<ListedRpm>,
    carried: Vec<CarriedFile>,
) -> Wanted {
    let count = packages.len() as u64;
    let mut by_directory: BTreeMap<String, Vec<Fragments>> = BTreeMap::new();
    for ListedRpm { directory, fragments } in packages {
        by_directory.entry(path.metadata_directory(&directory).to_owned()).or_default().push(fragments);
    }
    // Of several files of one kind in a directory the last in the order of the listing counts.
    let mut beside: BTreeMap<String, BTreeMap<CarriedKind, Carried>> = BTreeMap::new();
    for CarriedFile { directory, carried } in carried {
        let directory = path.metadata_directory(&directory).to_owned();
        beside.entry(directory).or_default().insert(carried.kind(), carried);
    }
    let also = standard(path).into_iter().chain(before.iter().cloned()).chain(beside.keys().cloned());
    for directory in also {
        by_directory.entry(directory).or_default();
    }
    let mut wanted = Wanted {
        kind: RepositoryKind::Rpm,
        packages: count,
        places: BTreeMap::new(),
        mirrorlists: BTreeMap::new(),
        packages_signed: false,
        problems: vec![],
    };
    for (directory, fragments) in by_directory {
        let carried = beside.remove(&directory).unwrap_or_default().into_values().collect::<Vec<_>>();
        let place = plan_directory(revision, codec, &directory, &fragments, &carried);
        wanted.mirrorlists.insert(below(&directory, "mirrorlist"), directory.clone());
        wanted.places.insert(place_name(&directory), place);
    }
    wanted
}

/// What the place of a directory is called.
fn place_name(directory: &str) -> String {
    below(directory, "repodata")
}

/// The directory of a place.
pub(crate) fn directory_of(place: &str) -> Option<&str> {
    if place == "repodata" { Some("") } else { place.strip_suffix("/repodata") }
}

fn below(directory: &str, name: &str) -> String {
    if directory.is_empty() { name.to_owned() } else { format!("{directory}/{name}") }
}

fn plan_directory(
    revision: &NewRevision,
    codec: Codec,
    directory: &str,
    fragments: &[Fragments],
    carried: &[Carried],
) -> WantedPlace {
    let built = MetadataKind::ALL.map(|kind| {
        let parts = fragments.iter().map(|fragments| fragments.of(kind));
        MetadataFile::build(kind, codec, fragments.len(), parts).expect("as many parts as fragments")
    });
    let built: Vec<_> = built.into_iter().chain(carried.iter().map(|carried| carried.file(codec))).collect();
    let kinds = built.iter().map(|file| file.kind.name().to_owned());
    let digests = built.iter().map(|file| file.sha256.to_string());
    let content = content(kinds.chain(digests).chain(revision.signers.iter().cloned()));

    // With the number of the revision, so that no other publish ever writes under these names.
    let names: Vec<_> = built.iter().map(|file| format!("repodata/{}-{}", revision.number, file.file_name())).collect();
    let listed: Vec<(&str, &MetadataFile)> = names.iter().map(String::as_str).zip(&built).collect();
    let xml = repomd(revision.number, revision.at.as_second(), &listed);
    let main = Some(Main::Repomd(below(directory, "repodata/repomd.xml"), xml));
    let paths: Vec<_> = names.iter().map(|name| below(directory, name)).collect();
    let files = paths.into_iter().zip(built.into_iter().map(|file| file.bytes.into())).collect();
    WantedPlace { content, files, main, ..WantedPlace::default() }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn first() -> NewRevision {
        NewRevision { number: 7, at: Timestamp::UNIX_EPOCH, signers: vec![] }
    }

    fn path(distro: &str) -> RepoPath {
        format!("ceph/main/HEAD/{distro}/9/flavors/default").parse().expect("a good path")
    }

    fn listed(directory: &str) -> ListedRpm {
        let part = b"<package/>\n".to_vec();
        let fragments = Fragments { primary: part.clone(), filelists: part.clone(), other: part };
        ListedRpm { directory: directory.to_owned(), fragments }
    }

    fn planned(distro: &str, revision: &NewRevision, before: &[&str], packages: Vec<ListedRpm>) -> Wanted {
        let before = before.iter().map(|&directory| directory.to_owned()).collect();
        plan(&path(distro), revision, Codec::Zstd, &before, packages, vec![])
    }

    fn places(wanted: &Wanted) -> Vec<&str> {
        wanted.places.keys().map(String::as_str).collect()
    }

    #[test]
    fn every_section_of_the_repository_file_gets_its_metadata() {
        let wanted = planned("centos", &first(), &[], vec![listed("x86_64"), listed("ppc64le")]);
        let expected = ["SRPMS", "aarch64", "noarch", "ppc64le", "x86_64"].map(|name| format!("{name}/repodata"));
        assert_eq!(places(&wanted), expected);
        let x86_64 = &wanted.places["x86_64/repodata"];
        assert!(x86_64.files.len() == 3 && x86_64.files[0].0.starts_with("x86_64/repodata/7-"), "{:?}", x86_64.files);
        assert_eq!(wanted.mirrorlists["x86_64/mirrorlist"], "x86_64");
    }

    #[test]
    fn suse_has_one_repodata_at_the_top() {
        let wanted = planned("opensuse", &first(), &[], vec![listed("x86_64"), listed("noarch")]);
        assert_eq!(places(&wanted), ["repodata"]);
        assert_eq!(directory_of("repodata"), Some(""));
        assert_eq!(directory_of("x86_64/repodata"), Some("x86_64"));
    }

    #[test]
    fn the_content_is_the_same_in_whatever_revision() {
        let content = |number: u64, signers: &[&str], packages: Vec<ListedRpm>| {
            let signers = signers.iter().map(|&signer| signer.to_owned()).collect();
            let revision = NewRevision { number, signers, ..first() };
            planned("centos", &revision, &[], packages).places["x86_64/repodata"].content.clone()
        };
        let one = || vec![listed("x86_64")];
        assert_eq!(content(7, &[], one()), content(8, &[], one()));
        assert_ne!(content(7, &[], one()), content(7, &[], vec![listed("x86_64"), listed("x86_64")]));
        assert_ne!(content(7, &[], one()), content(7, &["ABCD"], one()));
    }

    #[test]
    fn a_directory_whose_last_package_went_is_emptied() {
        let wanted = planned("centos", &first(), &["ppc64le"], vec![]);
        assert!(places(&wanted).contains(&"ppc64le/repodata"));
    }

    #[test]
    fn what_is_carried_stands_beside_the_packages_and_gives_its_directory_metadata() {
        let modules = b"---\ndocument: modulemd\nversion: 2\ndata: {name: a}\n...\n";
        let carried = Carried::parse(CarriedKind::Modules, modules).expect("good modules");
        let carried = CarriedFile { directory: "s390x".to_owned(), carried };
        let wanted = plan(&path("centos"), &first(), Codec::Zstd, &BTreeSet::new(), vec![], vec![carried]);
        let names: Vec<_> = wanted.places["s390x/repodata"].files.iter().map(|(path, _)| path.clone()).collect();
        assert!(names.len() == 4 && names[3].ends_with("-modules.yaml.zst"), "{names:?}");
    }
}
