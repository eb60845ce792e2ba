//! What a publish writes in one directory. Only computing: nothing is read or written here.

use std::collections::BTreeMap;

use colca_model::RepoPath;
use colca_rpmmd::{Codec, Fragments, MetadataFile, MetadataKind, Repomd, repomd};
use colca_store::{Expected, ObjectKey};

use crate::directory::{self, Entry};
use crate::packages::Listed;

/// The new metadata of one directory.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) directory: String,
    /// The files to write, by key. No other publish ever writes under these keys.
    pub(crate) files: Vec<(ObjectKey, Vec<u8>)>,
    /// The entry file, to be written last.
    pub(crate) entry: Vec<u8>,
    /// What it must still be when it is written.
    pub(crate) expected: Expected,
    /// The files that no client starts to read any more once it is written.
    pub(crate) superseded: Vec<ObjectKey>,
}

/// Which revision is published, and when.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Revision {
    pub(crate) number: u64,
    /// In seconds since 1970.
    pub(crate) timestamp: i64,
    /// Whether directories whose content is the same are written as well.
    pub(crate) anew: bool,
}

/// Plans each directory whose content is not what its entry file says already.
pub(crate) fn plan(
    path: &RepoPath,
    revision: Revision,
    codec: Codec,
    mut entries: BTreeMap<String, Entry>,
    packages: Vec<Listed>,
) -> Vec<Plan> {
    let mut by_directory: BTreeMap<String, Vec<Fragments>> = BTreeMap::new();
    for Listed { directory, fragments } in packages {
        let directory = path.metadata_directory(&directory).to_owned();
        by_directory.entry(directory).or_default().push(fragments);
    }
    for (directory, entry) in &entries {
        if directory::is_standard(path, directory) || entry.repomd.is_some() {
            by_directory.entry(directory.clone()).or_default();
        }
    }
    let planned = by_directory.into_iter().filter_map(|(directory, fragments)| {
        let entry = entries.remove(&directory).unwrap_or(Entry::NONE);
        plan_directory(path, revision, codec, directory, entry, &fragments)
    });
    planned.collect()
}

fn plan_directory(
    path: &RepoPath,
    revision: Revision,
    codec: Codec,
    directory: String,
    entry: Entry,
    fragments: &[Fragments],
) -> Option<Plan> {
    let built = MetadataKind::ALL.map(|kind| {
        let parts = fragments.iter().map(|fragments| fragments.of(kind));
        MetadataFile::build(kind, codec, fragments.len(), parts).expect("as many parts as fragments")
    });
    if !revision.anew && entry.repomd.as_ref().is_some_and(|repomd| says(repomd, &built)) {
        return None;
    }
    let names = built.each_ref().map(|file| format!("{}-{}", revision.number, file.file_name()));
    let hrefs = names.each_ref().map(|name| format!("repodata/{name}"));
    let listed: Vec<(&str, &MetadataFile)> = hrefs.iter().map(String::as_str).zip(&built).collect();
    let xml = repomd(revision.number, revision.timestamp, &listed);

    let key = |name: String| ObjectKey::RpmMetadata { repository: path.clone(), directory: directory.clone(), name };
    let old = entry.repomd.iter().flat_map(|repomd| &repomd.entries);
    let superseded = old.filter_map(|old| Some(key(old.href.strip_prefix("repodata/")?.to_owned()))).collect();
    let files = names.into_iter().map(key).zip(built.into_iter().map(|file| file.bytes)).collect();
    Some(Plan { directory, files, entry: xml, expected: entry.expected, superseded })
}

/// Whether an entry file names exactly this content.
fn says(repomd: &Repomd, built: &[MetadataFile]) -> bool {
    repomd.entries.len() == built.len()
        && built.iter().all(|file| {
            repomd.entries.iter().any(|entry| entry.kind == file.kind.name() && entry.sha256 == Some(file.sha256))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: Revision = Revision { number: 7, timestamp: 1_700_000_000, anew: false };

    fn path(distro: &str) -> RepoPath {
        format!("ceph/main/HEAD/{distro}/9/flavors/default").parse().expect("a good path")
    }

    fn listed(directory: &str) -> Listed {
        let part = b"<package/>\n".to_vec();
        let fragments = Fragments { primary: part.clone(), filelists: part.clone(), other: part };
        Listed { directory: directory.to_owned(), fragments }
    }

    fn empty_entries(path: &RepoPath) -> BTreeMap<String, Entry> {
        let standard = ["", "SRPMS", "aarch64", "noarch", "x86_64"].into_iter();
        let standard = standard.filter(|directory| directory::is_standard(path, directory));
        standard.map(|directory| (directory.to_owned(), Entry::NONE)).collect()
    }

    fn directories(plans: &[Plan]) -> Vec<&str> {
        plans.iter().map(|plan| plan.directory.as_str()).collect()
    }

    #[test]
    fn the_first_publish_gives_every_section_of_the_repository_file_its_metadata() {
        let path = path("centos");
        let plans = plan(&path, FIRST, Codec::Zstd, empty_entries(&path), vec![listed("x86_64"), listed("ppc64le")]);
        assert_eq!(directories(&plans), ["SRPMS", "aarch64", "noarch", "ppc64le", "x86_64"]);
        assert!(plans.iter().all(|plan| plan.expected == Expected::Absent && plan.files.len() == 3));
        assert!(plans[4].files[0].0.path().contains("/x86_64/repodata/7-"), "{}", plans[4].files[0].0.path());
    }

    #[test]
    fn suse_has_one_repodata_at_the_top() {
        let path = path("opensuse");
        let plans = plan(&path, FIRST, Codec::Zstd, empty_entries(&path), vec![listed("x86_64"), listed("noarch")]);
        assert_eq!(directories(&plans), [""]);
    }

    #[test]
    fn what_did_not_change_is_not_written_again_and_what_did_supersedes_the_old() {
        let path = path("centos");
        let first = plan(&path, FIRST, Codec::Zstd, empty_entries(&path), vec![listed("x86_64")]);
        let entries = || {
            let entry = |plan: &Plan| Entry {
                expected: Expected::Etag("\"etag\"".to_owned()),
                repomd: Some(Repomd::parse(&plan.entry).expect("our own file")),
            };
            first.iter().map(|plan| (plan.directory.clone(), entry(plan))).collect()
        };
        let second = Revision { number: 8, ..FIRST };
        assert!(plan(&path, second, Codec::Zstd, entries(), vec![listed("x86_64")]).is_empty());

        let plans = plan(&path, second, Codec::Zstd, entries(), vec![listed("x86_64"), listed("x86_64")]);
        assert_eq!(directories(&plans), ["x86_64"]);
        let before: Vec<_> = first[3].files.iter().map(|(key, _)| key.clone()).collect();
        assert_eq!(plans[0].superseded, before);
        assert_eq!(plans[0].expected, Expected::Etag("\"etag\"".to_owned()));
    }

    #[test]
    fn a_directory_whose_last_package_went_is_emptied() {
        let path = path("centos");
        let mut entries = empty_entries(&path);
        let repomd = Repomd { revision: "1".to_owned(), entries: vec![] };
        entries.insert("ppc64le".to_owned(), Entry { expected: Expected::Absent, repomd: Some(repomd) });
        entries.insert("win64".to_owned(), Entry::NONE);
        let plans = plan(&path, FIRST, Codec::Zstd, entries, vec![]);
        assert!(directories(&plans).contains(&"ppc64le") && !directories(&plans).contains(&"win64"));
    }
}
