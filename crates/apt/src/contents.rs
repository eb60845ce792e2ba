//! The index of contents: which package a file is in.
//!
//! Format: <https://wiki.debian.org/DebianRepository/Format#A.22Contents.22_indices>.

use std::{
    cmp::Reverse,
    collections::{BTreeSet, BinaryHeap},
};

use colca_model::{Component, DebArchitecture};

use crate::{Fragment, Index, Kind, Layout, Paths, index::IndexWriter};

/// The column at which names of packages begin, if the path leaves room.
const COLUMN: usize = 56;

/// `Contents-<architecture>` of each component and architecture, be there packages or not. Packages for the installer are
/// in none, those for all architectures in each. A package with several versions is named once for a path.
#[must_use]
pub fn contents(layout: &Layout, architectures: &[DebArchitecture], packages: &[(&Fragment, &Paths)]) -> Vec<Index> {
    let mut indexes = Vec::new();
    for component in layout.components() {
        for architecture in architectures {
            let here = packages.iter().filter(|(fragment, _)| belongs(layout, component, architecture, fragment));
            indexes.push(build(format!("{component}/Contents-{architecture}"), here));
        }
    }
    indexes
}

fn belongs(layout: &Layout, component: &Component, architecture: &DebArchitecture, fragment: &Fragment) -> bool {
    fragment.kind == Kind::Deb
        && [architecture.as_str(), "all"].contains(&fragment.architecture.as_str())
        && layout.component(fragment.section.as_deref()) == component
}

/// Merges the paths of all packages, each of which are sorted.
fn build<'a>(path: String, packages: impl Iterator<Item = &'a (&'a Fragment, &'a Paths)>) -> Index {
    let mut index = IndexWriter::new(path);
    let (names, mut paths): (Vec<_>, Vec<_>) = packages.map(|(package, paths)| (name(package), paths.iter())).unzip();
    // The next path of one of them, the least on top of the heap.
    let mut next = |at: usize| paths[at].next().map(|path| Reverse((path, at)));
    let mut heap: BinaryHeap<_> = (0..names.len()).filter_map(&mut next).collect();
    while let Some(Reverse((path, first))) = heap.pop() {
        let mut owners = BTreeSet::from([names[first].as_str()]);
        heap.extend(next(first));
        while let Some(Reverse((_, at))) = heap.peek().copied().filter(|Reverse((other, _))| *other == path) {
            heap.pop();
            owners.insert(names[at].as_str());
            heap.extend(next(at));
        }
        let owners: Vec<_> = owners.into_iter().collect();
        let gap = " ".repeat(COLUMN.saturating_sub(path.len()).max(4));
        index.write(&[path, gap.as_bytes(), owners.join(",").as_bytes(), b"\n"].concat());
    }
    index.finish()
}

/// `net/hello`; without a section, its name alone.
fn name(package: &Fragment) -> String {
    // A comma or space would look like the end of the name.
    let section = package
        .section
        .as_deref()
        .filter(|section| section.bytes().all(|byte| byte.is_ascii_graphic() && byte != b','));
    section.map_or_else(|| package.name.clone(), |section| format!("{section}/{}", package.name))
}
