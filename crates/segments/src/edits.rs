//! What is to change in a list, and how it meets what is there.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Grade, Id, Package, Segment};

/// What is to change in a list.
#[derive(Debug, Clone, Default)]
pub struct Changes {
    /// What is to go.
    pub remove: BTreeSet<Id>,
    /// What is to come. A package whose id is there takes the other's place, and counts for nothing if it is the same. All
    /// others come last, in this order; so do those whose id is removed as well.
    pub add: Vec<Package>,
}

/// Changes while they are being made.
#[derive(Debug)]
pub(crate) struct Edits {
    remove: BTreeSet<Id>,
    found: BTreeSet<Id>,
    /// What was not placed yet.
    add: Vec<Option<Package>>,
    /// Where they stand there.
    numbers: BTreeMap<Id, usize>,
}

impl Edits {
    /// Of several packages with the same id the last one counts.
    pub(crate) fn new(changes: Changes) -> Self {
        let Changes { remove, add: packages } = changes;
        let mut add: Vec<Option<Package>> = Vec::new();
        let mut numbers = BTreeMap::new();
        for package in packages {
            let number = *numbers.entry(package.id).or_insert(add.len());
            match add.get_mut(number) {
                Some(earlier) => *earlier = Some(package),
                None => add.push(Some(package)),
            }
        }
        Self { remove, found: BTreeSet::new(), add, numbers }
    }

    /// The segments that may have a package that changes, and the last one if packages may be added to it.
    pub(crate) fn needed(&self, grade: &Grade, segments: &[Segment]) -> BTreeSet<usize> {
        let is_touched = |segment: &Segment| {
            let range = || segment.lowest..=segment.highest;
            self.remove.range(range()).next().is_some() || self.numbers.range(range()).next().is_some()
        };
        let touched = segments.iter().enumerate().filter(|(_, segment)| is_touched(segment)).map(|(index, _)| index);
        let open = segments.last().filter(|last| self.has_more() && !last.is_sealed(grade)).map(|_| segments.len() - 1);
        touched.chain(open).collect()
    }

    /// Whether packages are left that have no place yet.
    pub(crate) fn has_more(&self) -> bool {
        self.add.iter().any(Option::is_some)
    }

    /// Makes the changes to some packages. Tells whether there were any.
    pub(crate) fn apply(&mut self, packages: &mut Vec<Package>) -> bool {
        let before = packages.len();
        let removed = packages.extract_if(.., |package| self.remove.contains(&package.id));
        self.found.extend(removed.map(|package| package.id));
        let mut is_changed = packages.len() < before;
        for package in packages {
            let added = self.numbers.get(&package.id).and_then(|number| self.add[*number].take());
            if let Some(added) = added.filter(|added| added != package) {
                *package = added;
                is_changed = true;
            }
        }
        is_changed
    }

    /// What comes last, and what was to be removed and was not there.
    pub(crate) fn rest(self) -> (impl Iterator<Item = Package>, Vec<Id>) {
        let missing = self.remove.difference(&self.found).copied().collect();
        (self.add.into_iter().flatten(), missing)
    }
}
