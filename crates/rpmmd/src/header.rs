//! One header of a package: an index of tags over a store of values.
//!
//! Why not the `rpm` crate, whose `PackageMetadata` reads the same: it slices the store by offsets as the file
//! claims them, so a crafted header ends in a panic; and it replaces or refuses text that is not UTF-8, whereas
//! the reference tool converts it, for which the bytes as they are must be at hand.
//!
//! Format: <https://rpm-software-management.github.io/rpm/manual/format_header.html>. The index has an entry of
//! 16 bytes for each tag: tag, type, offset into the store, count, all big-endian 32-bit numbers.

use std::ops::Range;

use crate::{
    Invalid,
    header_extent::{ENTRY, INTRO, u32_at},
    region::{self, Region},
    tag::Tag,
    value_type::{self, I18N_STRING, INT16, INT32, INT64, STRING_ARRAY, is_text, width},
};

/// Tags below this are the format's own and appear at the start of a header only.
const FIRST_TAG: u32 = 100;
/// The highest tag there can be: rpm reads them as signed numbers.
const LAST_TAG: u32 = i32::MAX as u32;

/// A checked header: every value that its index names lies inside its bytes, one after the other.
#[derive(Debug, Clone)]
pub(crate) struct Header {
    /// Intro, index and store, as in the file.
    bytes: Box<[u8]>,
    /// Sorted by tag; of equal ones the last counts.
    entries: Vec<Entry>,
    /// The part that digests and signatures cover; packages from before rpm 4.0 have none.
    region: Option<Region>,
    /// How many bytes of values it has.
    data: usize,
}

#[derive(Debug, Clone)]
struct Entry {
    tag: u32,
    kind: u32,
    count: usize,
    /// Where its value is, from the start of the header.
    place: Range<usize>,
}

impl Header {
    /// Reads `bytes`, exactly one header as [`crate::HeaderExtent`] delimits it.
    pub(crate) fn parse(bytes: &[u8], part: &'static str) -> Result<Self, Invalid> {
        let corrupt = |reason: String| Invalid::Corrupt { part, reason };
        let short = || corrupt("is cut short".to_owned());
        let (intro, rest) = bytes.split_first_chunk::<INTRO>().ok_or_else(short)?;
        let count = u32_at(intro, 8) as usize;
        let index = rest.as_chunks::<ENTRY>().0.get(..count).ok_or_else(short)?;
        let store = &rest[count * ENTRY..];
        // The signature header is followed by padding.
        let store = store.get(..u32_at(intro, 12) as usize).ok_or_else(short)?;
        let store_start = INTRO + count * ENTRY;

        if index.is_empty() {
            return Err(corrupt("has no entries".to_owned()));
        }
        let (region, index) = region::split(index, store, part)?;
        let mut entries = Vec::with_capacity(count);
        let (mut end, mut data) = (0_usize, 0_usize);
        for raw in index {
            let [tag, kind, offset, count] = [0, 4, 8, 12].map(|at| u32_at(raw, at));
            if !(FIRST_TAG..=LAST_TAG).contains(&tag) {
                return Err(corrupt(format!("has a tag {tag}, which does not exist")));
            }
            value_type::check(part, tag, kind)?;
            let start = offset as usize;
            let value = store.get(start..).filter(|_| start >= end && start.is_multiple_of(alignment(kind)));
            let Some(length) = value.and_then(|value| length(kind, count, value)) else {
                return Err(corrupt(format!("has a value where it cannot be, for tag {tag}")));
            };
            end = start + length;
            data = data.next_multiple_of(alignment(kind)) + length;
            entries.push(Entry { tag, kind, count: count as usize, place: store_start + start..store_start + end });
        }
        if data + region.map_or(0, |_| ENTRY) != store.len() {
            return Err(corrupt("has other bytes than those of its values".to_owned()));
        }
        entries.sort_by_key(|entry| entry.tag);
        Ok(Self { bytes: bytes.into(), entries, region, data: store.len() })
    }

    /// Intro, index and store, as in the file.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether it has a part that digests and signatures cover: it has since rpm 4.0.
    pub(crate) fn has_region(&self) -> bool {
        self.region.is_some()
    }

    /// Whether they cover all of it: no tag was added later.
    pub(crate) fn is_one_region(&self) -> bool {
        self.region.is_some_and(|region| region.entries == self.entries.len() + 1 && region.data == self.data)
    }

    fn find(&self, tag: Tag) -> Option<&Entry> {
        let after = self.entries.partition_point(|entry| entry.tag <= tag as u32);
        self.entries[..after].last().filter(|entry| entry.tag == tag as u32)
    }

    /// Whether the tag is there, of whatever type.
    pub(crate) fn has(&self, tag: Tag) -> bool {
        self.find(tag).is_some()
    }

    /// How many values a tag has.
    pub(crate) fn count(&self, tag: Tag) -> usize {
        self.find(tag).map_or(0, |entry| entry.count)
    }

    /// All bytes of a tag's value; of strings with their terminators.
    pub(crate) fn value(&self, tag: Tag) -> &[u8] {
        self.find(tag).and_then(|entry| self.bytes.get(entry.place.clone())).unwrap_or_default()
    }

    /// The string of a tag, of translated text the untranslated one. A list of several is no string.
    pub(crate) fn string(&self, tag: Tag) -> Option<&[u8]> {
        self.find(tag).filter(|entry| entry.kind != STRING_ARRAY || entry.count == 1)?;
        self.strings(tag).next()
    }

    /// All strings of a tag; none if it is absent or holds no strings. Translations are of one string.
    pub(crate) fn strings(&self, tag: Tag) -> impl Iterator<Item = &[u8]> {
        let kind = self.find(tag).map_or(0, |entry| entry.kind);
        let most = if kind == I18N_STRING { 1 } else { usize::MAX };
        Strings { rest: if is_text(kind) { self.value(tag) } else { &[] } }.take(most)
    }

    /// All numbers of a tag; none if it is absent or holds no numbers.
    pub(crate) fn numbers(&self, tag: Tag) -> Numbers<'_> {
        let kind = self.find(tag).map(|entry| entry.kind);
        match kind.filter(|kind| matches!(*kind, INT16 | INT32 | INT64)).and_then(width) {
            Some(width) => Numbers { width, rest: self.value(tag) },
            None => Numbers { width: 1, rest: &[] },
        }
    }

    /// The only or the first number of a tag.
    pub(crate) fn number(&self, tag: Tag) -> Option<u64> {
        self.numbers(tag).next()
    }
}

/// Numbers lie at multiples of their width.
fn alignment(kind: u32) -> usize {
    let width = if matches!(kind, INT16 | INT32 | INT64) { width(kind) } else { None };
    width.unwrap_or(1)
}

/// How many bytes `count` values of a type take at the start of `rest`; `None` if they are not wholly in it.
fn length(kind: u32, count: u32, rest: &[u8]) -> Option<usize> {
    let last = (count as usize).checked_sub(1)?;
    if is_text(kind) {
        if kind == value_type::STRING && last > 0 {
            return None;
        }
        return memchr::memchr_iter(0, rest).nth(last).map(|end| end + 1);
    }
    let length = width(kind)? as u64 * u64::from(count);
    usize::try_from(length).ok().filter(|length| *length <= rest.len())
}

/// Zero-terminated strings one after the other.
struct Strings<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Strings<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let end = memchr::memchr(0, self.rest)?;
        let (string, rest) = self.rest.split_at(end);
        self.rest = &rest[1..];
        Some(string)
    }
}

/// Big-endian numbers one after the other.
#[derive(Debug, Clone)]
pub(crate) struct Numbers<'a> {
    width: usize,
    rest: &'a [u8],
}

impl Iterator for Numbers<'_> {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        let (number, rest) = self.rest.split_at_checked(self.width)?;
        self.rest = rest;
        Some(number.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
    }
}
