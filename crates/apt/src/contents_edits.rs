//! What changes in a list of files.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Paths, contents_line::listed};

/// What changes in a list of files.
#[derive(Debug, Clone, Default)]
pub struct ContentsEdits<'a>(pub(crate) BTreeMap<&'a [u8], Edit<'a>>);

/// What changes in the line of a path.
#[derive(Debug, Clone, Default)]
pub(crate) struct Edit<'a> {
    removed: BTreeSet<&'a str>,
    added: BTreeSet<&'a str>,
}

impl<'a> ContentsEdits<'a> {
    /// The files of a package that is listed from now on.
    pub fn add(&mut self, label: &'a str, paths: &'a Paths) {
        for path in listed(paths) {
            self.0.entry(path).or_default().added.insert(label);
        }
    }

    /// The files of packages of one label that are listed no more, but those that others of that label have as well.
    pub fn remove(&mut self, label: &'a str, removed: &[&'a Paths], others: &[&'a Paths]) {
        let kept: BTreeSet<_> = others.iter().flat_map(|paths| listed(paths)).collect();
        for path in removed.iter().flat_map(|paths| listed(paths)).filter(|path| !kept.contains(path)) {
            self.0.entry(path).or_default().removed.insert(label);
        }
    }
}

impl Edit<'_> {
    /// The packages of a path after it, `None` if one that is to go is not among those there are.
    pub(crate) fn apply<'b>(&'b self, owners: &'b str) -> Option<BTreeSet<&'b str>> {
        let mut all: BTreeSet<_> = owners.split(',').filter(|owner| !owner.is_empty()).collect();
        let are_there = self.removed.iter().all(|owner| all.remove(owner));
        all.extend(&self.added);
        are_there.then_some(all)
    }
}
