//! A run of packages, and what is known of it without looking into it.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::{Damaged, Grade, Id, Layout, Output, Package, record, text_sum::TextSum};

/// A run of packages that follow each other, in every output a run of bytes compressed by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    pub(crate) record: String,
    pub(crate) packages: usize,
    /// How many of them are marked.
    pub(crate) marked: usize,
    pub(crate) lowest: Id,
    pub(crate) highest: Id,
    /// What is known of the content of its record.
    pub(crate) content: TextSum,
    /// What is known of its text in each stream.
    pub(crate) texts: Vec<TextSum>,
    /// How long it is in each output.
    pub(crate) packed: Vec<u64>,
}

impl Segment {
    /// The name of its record.
    #[must_use]
    pub fn record(&self) -> &str {
        &self.record
    }

    /// How many packages it has.
    #[must_use]
    pub fn packages(&self) -> usize {
        self.packages
    }

    /// Its packages, from its record.
    ///
    /// # Errors
    /// If this is not its record, or not as it was written.
    pub fn unpack(&self, record: &Bytes) -> Result<Vec<Package>, Damaged> {
        record::unpack(self, record).map_err(|reason| Damaged::Record { record: self.record.clone(), reason })
    }

    /// How long its texts are together.
    pub(crate) fn length(&self) -> u64 {
        self.texts.iter().fold(0, |sum: u64, text| sum.saturating_add(text.length))
    }

    /// Whether it takes no further package.
    pub(crate) fn is_sealed(&self, grade: &Grade) -> bool {
        grade.is_full(self.packages, self.length())
    }
}

/// A segment that was just made, with its bytes.
pub(crate) struct Written {
    pub(crate) segment: Segment,
    pub(crate) record: Vec<u8>,
    /// Its text in each stream.
    pub(crate) texts: Vec<Vec<u8>>,
    /// Its bytes in each output.
    pub(crate) packed: Vec<Bytes>,
}

impl Written {
    /// Packs some packages, one at least.
    ///
    /// # Panics
    /// If one of them does not have a text for each stream.
    pub(crate) fn new(layout: &Layout, grade: &Grade, packages: &[Package], record: String) -> Self {
        let streams = layout.streams.len();
        assert!(packages.iter().all(|package| package.texts.len() == streams), "a package has a text for each stream");
        let mut texts = vec![Vec::new(); streams];
        for package in packages {
            texts.iter_mut().zip(&package.texts).for_each(|(all, text)| all.extend_from_slice(text));
        }
        let pack = |output: Output| output.codec.run(&texts[output.stream], grade).into();
        let packed: Vec<Bytes> = layout.outputs().into_iter().map(pack).collect();
        let content = record::content(packages, &texts);
        let ids = || packages.iter().map(|package| package.id);
        let segment = Segment {
            record,
            packages: packages.len(),
            marked: packages.iter().filter(|package| package.mark).count(),
            lowest: ids().min().expect("a segment has packages"),
            highest: ids().max().expect("a segment has packages"),
            content: TextSum::of(&content),
            texts: texts.iter().map(TextSum::of).collect(),
            packed: packed.iter().map(|bytes| bytes.len() as u64).collect(),
        };
        Self { segment, record: record::wrap(&content), texts, packed }
    }
}
