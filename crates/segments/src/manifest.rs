//! What is stored of a list: enough to change it without reading it.

use std::ops::Range;

use colca_model::Sha256;
use serde::{Deserialize, Serialize};

use crate::{
    Damaged, Layout, Output, Segment,
    envelope::{self, Unopened},
    state::State,
};

const FORMAT: u8 = 1;
const LEVEL: i32 = 3;
/// No file is as long as this: sums of lengths do not overflow.
const NO_FILE: u64 = 1 << 50;
/// 1 KiB for each of 1,000,000 segments. Only what is damaged is longer.
const LONGEST: u64 = 1 << 30;

/// What is stored of a list, besides a record for each segment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    pub(crate) segments: Vec<Segment>,
    pub(crate) streams: Vec<TextState>,
    pub(crate) outputs: Vec<Published>,
}

/// A stream: its text, without any compression.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct TextState {
    /// What stands before the first package.
    pub(crate) opening: String,
    /// The states after the opening and after each segment.
    pub(crate) states: Vec<State>,
}

/// A published file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Published {
    /// Which one it is.
    pub output: Output,
    /// The name of the object its bytes lie in.
    pub object: String,
    /// What entry files say of it.
    pub facts: Facts,
    /// How long the opening is.
    pub(crate) opening: u64,
    /// The states after the opening and after each segment.
    pub(crate) states: Vec<State>,
}

/// What an entry file says of a published file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Length of the file in bytes.
    pub size: u64,
    /// Digest of the file.
    pub sha256: Sha256,
    /// Length of its text in bytes.
    pub open_size: u64,
    /// Digest of its text.
    pub open_sha256: Sha256,
}

impl Manifest {
    /// Reads what [`Manifest::to_bytes`] wrote.
    ///
    /// # Errors
    /// If it is damaged, of another version of this crate, or of other outputs than those of the layout.
    pub fn parse(bytes: &[u8], layout: &Layout) -> Result<Self, Damaged> {
        let json = envelope::open(FORMAT, bytes, LONGEST).map_err(|error| match error {
            Unopened::OtherFormat => Damaged::OtherManifest("has another format"),
            Unopened::Damaged => Damaged::Manifest("its bytes are not as they were written".to_owned()),
        })?;
        let manifest: Self = serde_json::from_slice(&json).map_err(|error| Damaged::Manifest(error.to_string()))?;
        if !manifest.outputs.iter().map(|published| published.output).eq(layout.outputs())
            || manifest.streams.len() != layout.streams.len()
        {
            return Err(Damaged::OtherManifest("is of other outputs"));
        }
        if !manifest.agrees_with_itself() {
            return Err(Damaged::Manifest("its parts do not fit together".to_owned()));
        }
        Ok(manifest)
    }

    /// How it is stored.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let json = serde_json::to_vec(self).expect("numbers and texts can be written as JSON");
        envelope::wrap(FORMAT, &json, LEVEL)
    }

    /// Its segments, in their order.
    #[must_use]
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// The published files, in the order of [`Layout::outputs`].
    #[must_use]
    pub fn outputs(&self) -> &[Published] {
        &self.outputs
    }

    /// The number of packages.
    #[must_use]
    pub fn packages(&self) -> usize {
        self.segments.iter().map(Segment::packages).sum()
    }

    /// What stands before the first package in each stream.
    pub(crate) fn openings(&self) -> impl Iterator<Item = &String> {
        self.streams.iter().map(|stream| &stream.opening)
    }

    /// The number of packages that are marked.
    #[must_use]
    pub fn marked(&self) -> usize {
        self.segments.iter().map(|segment| segment.marked).sum()
    }

    /// Where the segments lie in the object of an output.
    pub(crate) fn ranges(&self, output: usize) -> Vec<Range<u64>> {
        let mut end = self.outputs[output].opening;
        let range = |segment: &Segment| {
            let start = end;
            end += segment.packed[output];
            start..end
        };
        self.segments.iter().map(range).collect()
    }

    /// What the rest of the crate takes for granted.
    fn agrees_with_itself(&self) -> bool {
        let (streams, outputs, states) = (self.streams.len(), self.outputs.len(), self.segments.len() + 1);
        let is_sound = |segment: &Segment| {
            segment.packages > 0
                && segment.lowest <= segment.highest
                && segment.texts.len() == streams
                && segment.packed.len() == outputs
        };
        let is_whole = |(number, published): (usize, &Published)| {
            let packed = self.segments.iter().map(|segment| segment.packed[number]).chain([published.opening]);
            let text = self.segments.iter().map(|segment| segment.texts[published.output.stream].length);
            published.states.len() == states
                && published.facts.size.max(published.facts.open_size) < NO_FILE
                && sum(packed).is_some_and(|size| size <= published.facts.size)
                && sum(text).is_some_and(|size| size <= published.facts.open_size)
        };
        self.segments.iter().all(is_sound)
            && sum(self.segments.iter().map(|segment| segment.packages as u64)).is_some()
            && self.streams.iter().all(|stream| stream.states.len() == states)
            && self.outputs.iter().enumerate().all(is_whole)
    }
}

fn sum(mut numbers: impl Iterator<Item = u64>) -> Option<u64> {
    numbers.try_fold(0, u64::checked_add)
}
