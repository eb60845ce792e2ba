//! What a Debian archive is to look like: lists of the packages of each index, and what `Release` says of them.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use colca_apt::{ArchivePath, Fragment, Indexes, Layout, NamedFile, Release, by_hash};
use colca_model::{Codename, Invalid, Sha256};
use colca_segments::{Codec, Facts, Output, Package, Stream};
use colca_settings::Distribution;
use jiff::{SignedDuration, Timestamp};

use crate::contents_file::ContentsFile;
use crate::lists::{Listed, id};
use crate::packages::Read;
use crate::revision::NewRevision;
use crate::wanted::{Main, WantedEntry, WantedPlace, content};

/// A package to list.
#[derive(Debug)]
pub(crate) struct ListedDeb {
    pub(crate) read: Read,
    /// The distributions it is listed in.
    pub(crate) codenames: BTreeSet<Codename>,
    pub(crate) fragment: Fragment,
    /// Of the file; of a source package the directory.
    pub(crate) path: ArchivePath,
}

impl ListedDeb {
    /// As it is listed. Marked is one list of several that it is in, so that it is counted once.
    pub(crate) fn package(&self, mark: bool) -> Package {
        let text = Bytes::from(self.fragment.paragraph(&self.path) + "\n");
        Package { id: id(&self.read.row.upload), texts: vec![text], mark }
    }
}

/// How the packages of an index are listed: with gzip, which everything reads, and with zstd, which apt knows since 1.6.
pub(crate) fn list_layout() -> colca_segments::Layout {
    let codecs = vec![Codec::Gzip, Codec::Zstd];
    colca_segments::Layout::new(vec![Stream { opening: |_| String::new(), closing: String::new(), codecs }])
}

/// What is published below the directory of a `Release` file as an index in one compression.
fn named(index: &str, output: Output, facts: &Facts) -> NamedFile {
    let ending = match output.codec {
        Codec::Gzip => "gz",
        Codec::Zstd => "zst",
    };
    NamedFile { name: format!("{index}.{ending}"), size: facts.size, sha256: facts.sha256 }
}

/// What the list of an index of a distribution is called.
pub(crate) fn list_name(codename: &Codename, index: &str) -> String {
    format!("{codename}/{index}")
}

/// Where a file of an index lies.
pub(crate) fn place_of(codename: &Codename, index: &str, output: Output, facts: &Facts) -> String {
    format!("dists/{codename}/{}", by_hash(&named(index, output, facts)))
}

/// What a distribution consists of.
pub(crate) struct Distributed<'a> {
    pub(crate) codename: &'a Codename,
    pub(crate) distribution: &'a Distribution,
    pub(crate) layout: &'a Layout,
    pub(crate) indexes: &'a Indexes,
    /// The lists by the path of their index.
    pub(crate) lists: BTreeMap<String, Listed>,
    /// The lists of the files in packages.
    pub(crate) contents: Vec<ContentsFile>,
}

impl Distributed<'_> {
    /// Plans `dists/` of the distribution.
    ///
    /// # Errors
    /// If the configuration says something of it that cannot stand in a `Release`.
    pub(crate) fn plan(self, revision: &NewRevision) -> Result<WantedPlace, Invalid> {
        let timeless = self.release(Timestamp::UNIX_EPOCH, None).to_text()?;
        let valid = self.distribution.valid.map_or(0, |valid| valid.as_secs()).to_string();
        let content = content([timeless, valid].into_iter().chain(revision.signers.iter().cloned()));
        let valid = self.distribution.valid.and_then(|valid| SignedDuration::try_from(valid).ok());
        let text = self.release(revision.at, valid.map(|valid| revision.at + valid)).to_text()?;

        let directory = format!("dists/{}", self.codename);
        let main = Some(Main::Release(directory.clone(), text));
        let mut place = WantedPlace { content, main, ..WantedPlace::default() };
        let mut enter = |file: &NamedFile, content| {
            let source = format!("{directory}/{}", by_hash(file));
            place.entries.push(WantedEntry::of_file(format!("{directory}/{}", file.name), source.clone()));
            match content {
                Some(content) => place.files.push((source, content)),
                None => place.kept.push(source),
            }
        };
        for (index, listed) in self.lists {
            for file in listed.files {
                enter(&named(&index, file.output, &file.facts), file.content);
            }
        }
        for list in self.contents {
            enter(&list.packed, list.content);
        }
        Ok(place)
    }

    fn release(&self, date: Timestamp, valid_until: Option<Timestamp>) -> Release {
        let distribution = self.distribution;
        let mut files: Vec<_> = self.lists.iter().flat_map(|(index, listed)| listed_files(index, listed)).collect();
        files.extend(self.contents.iter().flat_map(|list| [list.plain.clone(), list.packed.clone()]));
        Release {
            codename: self.codename.clone(),
            origin: distribution.origin.clone(),
            label: distribution.label.clone(),
            suite: distribution.suite.clone(),
            version: distribution.version.clone(),
            description: distribution.description.clone(),
            date,
            valid_until,
            architectures: self.indexes.architectures().to_vec(),
            components: self.layout.components().to_vec(),
            not_automatic: distribution.not_automatic,
            but_automatic_upgrades: distribution.but_automatic_upgrades,
            files,
        }
    }
}

/// All that a `Release` file says of an index. It need not be there uncompressed, but must be named: apt passes over one
/// that is not.
fn listed_files(index: &str, listed: &Listed) -> Vec<NamedFile> {
    let plain = listed.files.first().map(|file| (file.facts.open_size, file.facts.open_sha256));
    let (size, sha256): (u64, Sha256) = plain.expect("an index has a file");
    let plain = NamedFile { name: index.to_owned(), size, sha256 };
    let packed = listed.files.iter().map(|file| named(index, file.output, &file.facts));
    std::iter::once(plain).chain(packed).collect()
}
