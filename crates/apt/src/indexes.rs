//! All indexes of one codename, made from the fragments of all packages.

use std::{cmp::Ordering, collections::HashMap, fmt};

use colca_model::{Component, DebArchitecture, Sha256};

use crate::{ArchivePath, Fragment, Index, Kind, Layout, compare_versions, index::IndexWriter};

/// A package, and where it lies.
#[derive(Debug, Clone, Copy)]
pub struct Placed<'a> {
    /// The package.
    pub fragment: &'a Fragment,
    /// Its file; the directory of a source package's files.
    pub path: &'a ArchivePath,
}

/// What a codename consists of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Indexes {
    /// The architectures that have indexes, for the Release file.
    pub architectures: Vec<DebArchitecture>,
    /// `Packages` of each component and architecture, be there packages or not; the same below `debian-installer/` for
    /// components that have udebs; `Sources` of each component.
    pub files: Vec<Index>,
    /// What is in none of them.
    pub left_out: Vec<LeftOut>,
}

/// A package that is in no index, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LeftOut {
    /// It is for an architecture that is not among those configured.
    Unlisted {
        /// The package.
        name: String,
        /// Its version.
        version: String,
        /// The architecture.
        architecture: String,
    },
    /// There is another file of that name, version and architecture. The one that was given first is listed.
    Conflict {
        /// The package.
        name: String,
        /// Its version.
        version: String,
        /// What it runs on.
        architecture: String,
        /// The digest of the file that is listed.
        kept: Sha256,
        /// The digest of the one that is not.
        other: Sha256,
    },
}

/// Makes all indexes. The same packages in any order give the same bytes, as long as none conflict: they are sorted by
/// name, then version, oldest first, then architecture. The same file given twice is listed once.
#[must_use]
pub fn indexes(layout: &Layout, packages: &[Placed<'_>]) -> Indexes {
    let architectures = layout.architectures(packages.iter().map(|placed| placed.fragment.architecture.as_str()));
    let mut left_out = Vec::new();
    let mut sorted = Vec::with_capacity(packages.len());
    let mut seen: HashMap<_, Sha256> = HashMap::new();
    for placed in packages {
        let Fragment { kind, name, version, architecture, sha256, .. } = placed.fragment;
        let told = || (name.clone(), version.clone(), architecture.clone());
        let everywhere = *kind == Kind::Source || architecture == "all";
        if !everywhere && !architectures.iter().any(|listed| listed.as_str() == architecture) {
            let (name, version, architecture) = told();
            left_out.push(LeftOut::Unlisted { name, version, architecture });
            continue;
        }
        let kept = *seen.entry((*kind, name, version, architecture)).or_insert_with(|| {
            sorted.push(*placed);
            *sha256
        });
        if kept != *sha256 {
            let (name, version, architecture) = told();
            left_out.push(LeftOut::Conflict { name, version, architecture, kept, other: *sha256 });
        }
    }
    sorted.sort_by(|left, right| order(left.fragment, right.fragment));

    let mut files = Vec::new();
    for component in layout.components() {
        let here: Vec<_> = sorted.iter().filter(|placed| belongs(layout, component, placed)).copied().collect();
        let has_udebs = here.iter().any(|placed| placed.fragment.kind == Kind::Udeb);
        for (kind, below) in [(Kind::Deb, ""), (Kind::Udeb, "debian-installer/")] {
            for architecture in architectures.iter().filter(|_| kind == Kind::Deb || has_udebs) {
                let path = format!("{component}/{below}binary-{architecture}/Packages");
                let fits = |fragment: &Fragment| {
                    fragment.kind == kind && [architecture.as_str(), "all"].contains(&fragment.architecture.as_str())
                };
                files.push(build(path, &here, fits));
            }
        }
        files.push(build(format!("{component}/source/Sources"), &here, |fragment| fragment.kind == Kind::Source));
    }
    Indexes { architectures, files, left_out }
}

fn belongs(layout: &Layout, component: &Component, placed: &Placed<'_>) -> bool {
    layout.component(placed.fragment.section.as_deref()) == component
}

fn build(path: String, packages: &[Placed<'_>], fits: impl Fn(&Fragment) -> bool) -> Index {
    let mut index = IndexWriter::new(path);
    for Placed { fragment, path } in packages.iter().filter(|placed| fits(placed.fragment)) {
        index.write(fragment.paragraph(path).as_bytes());
        index.write(b"\n");
    }
    index.finish()
}

/// Versions can be equal and written differently, so their text decides in the end.
fn order(left: &Fragment, right: &Fragment) -> Ordering {
    let Fragment { name, version, architecture, .. } = left;
    name.cmp(&right.name)
        .then_with(|| compare_versions(version, &right.version))
        .then_with(|| architecture.cmp(&right.architecture))
        .then_with(|| version.cmp(&right.version))
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unlisted { name, version, architecture } => {
                write!(f, "{name} {version} is for {architecture}, which is not among the architectures configured")
            }
            Self::Conflict { name, version, architecture, kept, other } => write!(
                f,
                "{name} {version} for {architecture} is there twice with different content: the file with SHA-256 {kept} \
                 is published, the one with {other} is not"
            ),
        }
    }
}
