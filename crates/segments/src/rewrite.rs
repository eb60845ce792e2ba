//! Carrying out a draft: which segments stay, and what the others are made of.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use bytes::Bytes;

use crate::{
    Damaged, Id, Layout, Manifest, Package, Plan, Segment,
    assembly::{Assembled, Assembly},
    edits::Edits,
    filling::Filling,
};

/// A list that is gone through from its first segment to its last.
pub(crate) struct Rewrite<'a> {
    layout: &'a Layout,
    segments: &'a [Segment],
    records: &'a BTreeMap<String, Bytes>,
    assembly: Assembly<'a>,
}

impl<'a> Rewrite<'a> {
    pub(crate) fn new(
        layout: &'a Layout,
        manifest: Option<&'a Manifest>,
        records: &'a BTreeMap<String, Bytes>,
        name: impl FnMut(usize) -> String + Send + 'a,
    ) -> Self {
        let segments = manifest.map_or(&[][..], Manifest::segments);
        Self { layout, segments, records, assembly: Assembly::new(layout, manifest, name) }
    }

    /// Makes changes to the packages of the segments that need a look, and adds those that are new.
    pub(crate) fn change(mut self, needed: &BTreeSet<usize>, mut edits: Edits) -> Result<Option<Plan>, Damaged> {
        let fresh = self.layout.fresh;
        let mut filling = Filling::new(fresh, Vec::new());
        for index in 0..self.segments.len() {
            if !needed.contains(&index) {
                self.assembly.keep(index);
                continue;
            }
            let mut packages = self.read(index)?;
            let is_changed = edits.apply(&mut packages);
            let segment = Filling::new(fresh, packages);
            let is_last = index + 1 == self.segments.len();
            if is_last && edits.has_more() && !segment.is_full() {
                filling = segment;
            } else if is_changed {
                self.assembly.write(&segment.into_packages(), &fresh);
            } else {
                self.assembly.keep(index);
            }
        }
        let (more, missing) = edits.rest();
        for package in more {
            if let Some(packages) = filling.push(package) {
                self.assembly.write(&packages, &fresh);
            }
        }
        self.assembly.write(&filling.into_packages(), &fresh);
        Ok(self.plan(missing))
    }

    /// Makes one segment of each run.
    pub(crate) fn merge(mut self, runs: Vec<Range<usize>>) -> Result<Option<Plan>, Damaged> {
        let mut next = 0;
        for run in runs {
            (next..run.start).for_each(|index| self.assembly.keep(index));
            next = run.end;
            let packages = run.map(|index| self.read(index)).collect::<Result<Vec<_>, _>>()?;
            self.assembly.write(&packages.concat(), &self.layout.merged);
        }
        (next..self.segments.len()).for_each(|index| self.assembly.keep(index));
        Ok(self.plan(Vec::new()))
    }

    fn read(&self, index: usize) -> Result<Vec<Package>, Damaged> {
        let segment = &self.segments[index];
        let missing = || Damaged::Record { record: segment.record.clone(), reason: "is missing" };
        segment.unpack(self.records.get(&segment.record).ok_or_else(missing)?)
    }

    fn plan(self, missing: Vec<Id>) -> Option<Plan> {
        let Assembled { ready, hashing, is_unchanged } = self.assembly.finish();
        if is_unchanged {
            return None;
        }
        let named: BTreeSet<_> = hashing.segments.iter().map(Segment::record).collect();
        let before = self.segments.iter().map(Segment::record);
        let dropped = before.filter(|record| !named.contains(record)).map(str::to_owned).collect();
        Some(Plan { outputs: ready.outputs, records: ready.records, dropped, missing, hashing })
    }
}
