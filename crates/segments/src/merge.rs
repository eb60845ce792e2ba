//! Which segments are worth merging.

use std::ops::Range;

use crate::{Layout, Segment};

/// A run of as many segments is worth it whatever they are.
const WORTH: usize = 4;
/// The most runs at once: what they are packed to is in memory until it is written.
const MOST: usize = 4;

/// Runs of segments that become one each, from the oldest on.
pub(crate) fn runs_worth_merging(layout: &Layout, segments: &[Segment]) -> Vec<Range<usize>> {
    // The last one may still grow.
    let sealed = match segments.split_last() {
        Some((last, others)) if !last.is_sealed(&layout.fresh) => others,
        _ => segments,
    };
    let mut runs = Vec::new();
    let mut start = 0;
    while start < sealed.len() && runs.len() < MOST {
        let run = start..start + how_many_fit(layout, &sealed[start..]);
        let is_small = |segment: &Segment| {
            segment.packages < layout.fresh.packages / 4 && segment.length() < layout.fresh.bytes / 4
        };
        let is_worth_it = run.len() >= WORTH || (run.len() > 1 && sealed[run.clone()].iter().any(is_small));
        start = if is_worth_it { run.end } else { start + 1 };
        runs.extend(is_worth_it.then_some(run));
    }
    runs
}

/// How many from the first on fit into one segment.
fn how_many_fit(layout: &Layout, segments: &[Segment]) -> usize {
    let (mut packages, mut bytes) = (0_usize, 0_u64);
    let fits = |segment: &&Segment| {
        packages += segment.packages;
        bytes = bytes.saturating_add(segment.length());
        packages <= layout.merged.packages && bytes <= layout.merged.bytes
    };
    segments.iter().take_while(fits).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Grade, Id, text_sum::TextSum};

    /// Packages of a fresh segment.
    const FULL: usize = Grade::FRESH.packages;

    /// Beginning and end of the runs among segments of so many packages, all of which have texts of so many KiB.
    fn runs(kib: u64, packages: &[usize]) -> Vec<(usize, usize)> {
        let segment = |packages: &usize| Segment {
            record: String::new(),
            packages: *packages,
            marked: 0,
            lowest: Id::new([0; 16]),
            highest: Id::new([0; 16]),
            content: TextSum::default(),
            texts: vec![TextSum { length: *packages as u64 * kib * 1024, crc: 0 }],
            packed: Vec::new(),
        };
        let segments: Vec<_> = packages.iter().map(segment).collect();
        let runs = runs_worth_merging(&Layout::new(Vec::new()), &segments);
        runs.into_iter().map(|run| (run.start, run.end)).collect()
    }

    #[test]
    fn four_full_ones_make_one() {
        assert_eq!(runs(1, &[FULL; 3]), []);
        assert_eq!(runs(1, &[FULL; 4]), [(0, 4)]);
        assert_eq!(runs(1, &[FULL; 11]), [(0, 4), (4, 8)]);
        assert_eq!(runs(1, &[4 * FULL, FULL, FULL, FULL, FULL]), [(1, 5)], "what was merged stays");
    }

    #[test]
    fn the_last_one_is_left_alone_while_it_may_grow() {
        assert_eq!(runs(1, &[FULL, FULL, FULL, FULL - 1]), []);
        assert_eq!(runs(1, &[FULL, FULL, FULL, FULL, 1]), [(0, 4)]);
    }

    #[test]
    fn those_that_are_full_of_few_packages_are_not_small() {
        assert_eq!(runs(1024, &[4; 3]), []);
        assert_eq!(runs(1024, &[4; 4]), [(0, 4)]);
    }

    #[test]
    fn small_ones_go_whatever_their_number() {
        assert_eq!(runs(1, &[FULL, FULL / 4 - 1, FULL]), [(0, 3)]);
        assert_eq!(runs(1, &[FULL, FULL / 4, FULL]), []);
        assert_eq!(runs(1, &[4 * FULL, 1, 4 * FULL, FULL]), [], "there is no room for it");
    }

    #[test]
    fn long_texts_make_runs_of_few_packages() {
        assert_eq!(runs(64, &[64, 64, 64, 64, 64]), [(0, 5)]);
        assert_eq!(runs(64, &[80, 80, 80, 80]), [(0, 4)], "each a quarter longer than its bound");
        assert_eq!(runs(64, &[96, 96, 96, 96]), []);
    }

    #[test]
    fn not_all_is_merged_at_once() {
        assert_eq!(runs(1, &[FULL; 1000]).len(), MOST);
    }
}
