//! What an rpm repository is to look like: lists of the packages of each directory, and what `repomd.xml` says of them.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use colca_model::{RPM_DIRECTORIES, RepoPath};
use colca_revisions::CarriedFile;
use colca_rpmmd::{Carried, CarriedKind, Codec, Fragments, MetadataFile, MetadataKind, repomd};
use colca_segments::{Facts, Layout, Output, Package, Stream};
use colca_store::Revision;

use crate::failure::Failure;
use crate::lists::{Listed, id};
use crate::packages::Read;
use crate::revision::NewRevision;
use crate::wanted::{Main, WantedPlace, content};

/// The directories that have metadata, however few packages are in them: each section of the repository file finds one.
pub(crate) fn standard(path: &RepoPath) -> Vec<String> {
    if path.has_single_repodata() {
        return vec![String::new()];
    }
    RPM_DIRECTORIES.iter().map(|&directory| directory.to_owned()).collect()
}

/// How the packages of a directory are listed.
pub(crate) fn layout(codec: Codec) -> Layout {
    let codecs = match codec {
        Codec::Gzip => vec![colca_segments::Codec::Gzip],
        Codec::Zstd => vec![colca_segments::Codec::Zstd],
    };
    let stream = |kind: MetadataKind, opening: fn(Option<usize>) -> String| {
        let (closing, codecs) = (kind.closing().to_owned(), codecs.clone());
        Stream { opening, closing, codecs }
    };
    Layout::new(vec![
        stream(MetadataKind::Primary, |packages| MetadataKind::Primary.opening(packages)),
        stream(MetadataKind::Filelists, |packages| MetadataKind::Filelists.opening(packages)),
        stream(MetadataKind::Other, |packages| MetadataKind::Other.opening(packages)),
    ])
}

/// A package as it is listed. Marked are those that were not signed when they came in.
pub(crate) fn package(read: &Read) -> Result<Package, Failure> {
    let fragments = Fragments::from_bytes(&read.fragments).map_err(|error| read.damaged(error))?;
    let Fragments { primary, filelists, other } = fragments;
    let texts = [primary, filelists, other].map(Bytes::from).to_vec();
    Ok(Package { id: id(&read.row.upload), texts, mark: !read.row.signed })
}

/// What is said of a file of a list.
fn described(output: Output, facts: &Facts, codec: Codec) -> MetadataFile {
    let Facts { size, sha256, open_size, open_sha256 } = *facts;
    MetadataFile { kind: MetadataKind::ALL[output.stream].into(), codec, size, sha256, open_size, open_sha256 }
}

/// Where a file of a list lies: where the same file lay in the revision before, if it is there; else under a name with the
/// number of this revision, so that no other publish ever writes under it.
pub(crate) fn place_of(
    directory: &str,
    previous: Option<&Revision>,
    revision: u64,
    codec: Codec,
    (output, facts): (Output, &Facts),
) -> String {
    let name = described(output, facts, codec).file_name();
    let before = previous.and_then(|previous| previous.places.get(&place_name(directory)));
    let is_it = |path: &&String| {
        path.rsplit('/').next().and_then(|file| file.split_once('-')).is_some_and(|(_, of)| of == name)
    };
    let there = before.and_then(|before| before.files.iter().find(is_it));
    there.cloned().unwrap_or_else(|| below(directory, &format!("repodata/{revision}-{name}")))
}

/// What the place of a directory is called.
pub(crate) fn place_name(directory: &str) -> String {
    below(directory, "repodata")
}

/// The directory of a place.
pub(crate) fn directory_of(place: &str) -> Option<&str> {
    if place == "repodata" { Some("") } else { place.strip_suffix("/repodata") }
}

pub(crate) fn below(directory: &str, name: &str) -> String {
    if directory.is_empty() { name.to_owned() } else { format!("{directory}/{name}") }
}

/// The files that are carried into a directory: of several of one kind the last one by name.
pub(crate) fn carried_into<'a>(
    directory: &str,
    all: impl Iterator<Item = &'a CarriedFile>,
) -> BTreeMap<CarriedKind, &'a CarriedFile> {
    let mut of_it: Vec<_> = all.filter(|file| file.directory == directory).collect();
    of_it.sort_by(|left, right| left.filename.cmp(&right.filename));
    of_it.into_iter().filter_map(|file| Some((Carried::kind_of(file.filename.as_str())?, file))).collect()
}

/// What tells whether a directory is as it was.
pub(crate) fn content_of<'a>(
    revision: &NewRevision,
    listed: &Listed,
    carried: impl Iterator<Item = &'a CarriedFile>,
) -> String {
    let digests = listed.files.iter().map(|file| file.facts.sha256.to_string());
    let carried = carried.map(|file| file.key.clone());
    content(digests.chain(carried).chain(revision.signers.iter().cloned()))
}

/// Plans a directory.
pub(crate) fn plan(
    revision: &NewRevision,
    codec: Codec,
    directory: &str,
    content: String,
    listed: &Listed,
    carried: &[Carried],
) -> WantedPlace {
    let mut place = WantedPlace { content, ..WantedPlace::default() };
    let mut named = Vec::new();
    for file in &listed.files {
        let name = file.path.rsplit('/').next().unwrap_or_default();
        named.push((format!("repodata/{name}"), described(file.output, &file.facts, codec)));
        match &file.content {
            Some(content) => place.files.push((file.path.clone(), content.clone())),
            None => place.kept.push(file.path.clone()),
        }
    }
    for (file, bytes) in carried.iter().map(|carried| carried.file(codec)) {
        let name = format!("repodata/{}-{}", revision.number, file.file_name());
        place.files.push((below(directory, &name), Bytes::from(bytes).into()));
        named.push((name, file));
    }
    let named: Vec<(&str, &MetadataFile)> = named.iter().map(|(name, file)| (name.as_str(), file)).collect();
    let xml = repomd(revision.number, revision.at.as_second(), &named);
    place.main = Some(Main::Repomd(below(directory, "repodata/repomd.xml"), xml));
    place
}

/// Every directory that is to have metadata: the standard ones, those that had some before, and those of what is there.
pub(crate) fn directories<'a>(
    path: &RepoPath,
    before: impl Iterator<Item = &'a str>,
    there: impl Iterator<Item = &'a str>,
) -> BTreeSet<String> {
    standard(path).into_iter().chain(before.chain(there).map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use colca_segments::Id;
    use jiff::Timestamp;

    use super::*;
    use crate::lists::tests::made;

    const CODEC: Codec = Codec::Zstd;

    fn revision(number: u64, signers: &[&str]) -> NewRevision {
        let signers = signers.iter().map(|&signer| signer.to_owned()).collect();
        NewRevision { number, at: Timestamp::UNIX_EPOCH, signers }
    }

    fn path(distro: &str) -> RepoPath {
        format!("ceph/main/HEAD/{distro}/9/flavors/default").parse().expect("a good path")
    }

    fn listed(packages: u8) -> Listed {
        let package = |number| Package { id: Id::new([number; 16]), texts: vec!["<package/>\n".into(); 3], mark: true };
        let place = |output, facts: &_| place_of("x86_64", None, 7, CODEC, (output, facts));
        made(&layout(CODEC), (0..packages).map(package).collect(), place).1
    }

    #[test]
    fn every_section_of_the_repository_file_gets_its_metadata() {
        let all = directories(&path("centos"), ["s390x"].into_iter(), ["ppc64le", "x86_64"].into_iter());
        assert_eq!(all.into_iter().collect::<Vec<_>>(), ["SRPMS", "aarch64", "noarch", "ppc64le", "s390x", "x86_64"]);
        assert_eq!(directories(&path("opensuse"), [].into_iter(), [].into_iter()), [String::new()].into());
        assert_eq!((directory_of("repodata"), directory_of("x86_64/repodata")), (Some(""), Some("x86_64")));
        assert_eq!((place_name(""), place_name("x86_64")), ("repodata".to_owned(), "x86_64/repodata".to_owned()));
    }

    #[test]
    fn the_content_is_the_same_in_whatever_revision() {
        let file = |key: &str| CarriedFile {
            directory: "x86_64".to_owned(),
            filename: "comps.xml".parse().expect("a good name"),
            key: key.to_owned(),
        };
        let content = |number, signers: &[&str], listed: &Listed, carried: &[CarriedFile]| {
            content_of(&revision(number, signers), listed, carried.iter())
        };
        let one = content(7, &[], &listed(1), &[]);
        assert_eq!(one, content(8, &[], &listed(1), &[]));
        assert_ne!(one, content(7, &[], &listed(2), &[]));
        assert_ne!(one, content(7, &["ABCD"], &listed(1), &[]));
        let carrying = content(7, &[], &listed(1), &[file("a")]);
        assert!(carrying != one && carrying != content(7, &[], &listed(1), &[file("b")]));
    }

    #[test]
    fn files_that_are_there_are_kept_and_the_others_written() {
        let modules = b"---\ndocument: modulemd\nversion: 2\ndata: {name: a}\n...\n";
        let carried = [Carried::parse(CarriedKind::Modules, modules).expect("good modules")];
        let mut listed = listed(1);
        listed.files[0].content = None;
        let place = plan(&revision(8, &[]), CODEC, "x86_64", "c".to_owned(), &listed, &carried);
        assert_eq!(place.kept.len(), 1);
        assert!(place.kept[0].starts_with("x86_64/repodata/7-") && place.kept[0].ends_with("-primary.xml.zst"));
        let names: Vec<_> = place.files.iter().map(|(path, _)| path.as_str()).collect();
        assert!(names.len() == 3 && names[2].starts_with("x86_64/repodata/8-"), "{names:?}");
        assert!(names[2].ends_with("-modules.yaml.zst"), "{names:?}");
        let Some(Main::Repomd(path, xml)) = place.main else { panic!("an entry file") };
        let repomd = colca_rpmmd::Repomd::parse(&xml).expect("our own file");
        let hrefs: Vec<_> = repomd.entries.iter().map(|entry| below("x86_64", &entry.href)).collect();
        assert_eq!(path, "x86_64/repodata/repomd.xml");
        assert_eq!(hrefs, [&place.kept[0], names[0], names[1], names[2]]);
    }

    #[test]
    fn of_several_files_of_a_kind_the_last_one_is_carried() {
        let file = |directory: &str, filename: &str| CarriedFile {
            directory: directory.to_owned(),
            filename: filename.parse().expect("a good name"),
            key: filename.to_owned(),
        };
        let all = [file("x86_64", "comps.xml.gz"), file("x86_64", "comps.xml"), file("noarch", "comps.xml.xz")];
        let carried = carried_into("x86_64", all.iter());
        assert_eq!(carried.values().map(|file| file.key.as_str()).collect::<Vec<_>>(), ["comps.xml.gz"]);
    }
}
