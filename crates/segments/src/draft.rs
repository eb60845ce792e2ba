//! A change of a list, from what is wanted to what has to be done.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use bytes::Bytes;

use crate::{
    Changes, Damaged, Layout, Manifest, Plan, Segment, edits::Edits, merge::runs_worth_merging, rewrite::Rewrite,
};

/// A change of a list. It tells which records it needs, and makes a plan of them.
pub struct Draft<'a> {
    layout: &'a Layout,
    manifest: Option<&'a Manifest>,
    /// The segments that have to be looked into.
    needed: BTreeSet<usize>,
    work: Work,
}

enum Work {
    Change(Edits),
    /// These runs of segments become one segment each.
    Merge(Vec<Range<usize>>),
}

impl<'a> Draft<'a> {
    /// Changes a list. Without a manifest it is a new one.
    ///
    /// The manifest has to be of this layout, which [`Manifest::parse`] sees to.
    #[must_use]
    pub fn new(layout: &'a Layout, manifest: Option<&'a Manifest>, changes: Changes) -> Self {
        let edits = Edits::new(changes);
        let needed = edits.needed(&layout.fresh, segments(manifest));
        Self { layout, manifest, needed, work: Work::Change(edits) }
    }

    /// Makes fewer and longer segments of a list, if that is worth it. The packages and their order stay.
    ///
    /// One draft does not do everything at once: ask again until there is none.
    #[must_use]
    pub fn merge(layout: &'a Layout, manifest: &'a Manifest) -> Option<Self> {
        let runs = runs_worth_merging(layout, &manifest.segments);
        let needed = runs.iter().cloned().flatten().collect();
        (!runs.is_empty()).then_some(Self { layout, manifest: Some(manifest), needed, work: Work::Merge(runs) })
    }

    /// The names of the records it needs.
    #[must_use]
    pub fn records(&self) -> Vec<&'a str> {
        let segments = segments(self.manifest);
        self.needed.iter().map(|index| segments[*index].record()).collect()
    }

    /// Works out what has to be done, or `None` if nothing would change: all that is to be added is there, and nothing of
    /// what is to be removed.
    ///
    /// `records` has the content of those it needs, by their names. `name` gives new names to the new ones, which are
    /// numbered from 0.
    ///
    /// # Errors
    /// If one of the records is missing or damaged.
    pub fn plan(
        self,
        records: &BTreeMap<String, Bytes>,
        name: impl FnMut(usize) -> String + Send,
    ) -> Result<Option<Plan>, Damaged> {
        let rewrite = Rewrite::new(self.layout, self.manifest, records, name);
        match self.work {
            Work::Change(edits) => rewrite.change(&self.needed, edits),
            Work::Merge(runs) => rewrite.merge(runs),
        }
    }
}

fn segments(manifest: Option<&Manifest>) -> &[Segment] {
    manifest.map_or(&[], Manifest::segments)
}
