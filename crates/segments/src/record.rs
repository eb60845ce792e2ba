//! The record of a segment: all that it was made of.
//!
//! In its envelope: the ids, for each package a byte that is 1 if it is marked, then for each stream the lengths of all texts (64 bits, little endian), then for each
//! stream all texts. Texts of a stream stand together because they compress better so.

use bytes::{Buf, Bytes};

use crate::{
    Id, Package,
    envelope::{self, Unopened},
    segment::Segment,
    text_sum::TextSum,
};

const FORMAT: u8 = 1;
/// Records are written again with every package that comes, and read seldom.
const LEVEL: i32 = 1;
const ID: usize = 16;
const MARK: usize = 1;
const LENGTH: usize = 8;

/// What is wrapped into a record: of packages, and of their texts put together for each stream.
pub(crate) fn content(packages: &[Package], texts: &[Vec<u8>]) -> Vec<u8> {
    let length = texts.iter().map(Vec::len).sum::<usize>();
    let mut content = Vec::with_capacity(packages.len() * (ID + MARK + LENGTH * texts.len()) + length);
    packages.iter().for_each(|package| content.extend(package.id.as_bytes()));
    content.extend(packages.iter().map(|package| u8::from(package.mark)));
    for stream in 0..texts.len() {
        packages.iter().for_each(|package| content.extend((package.texts[stream].len() as u64).to_le_bytes()));
    }
    texts.iter().for_each(|text| content.extend(text));
    content
}

pub(crate) fn wrap(content: &[u8]) -> Vec<u8> {
    envelope::wrap(FORMAT, content, LEVEL)
}

/// The packages, if they are those of the segment.
pub(crate) fn unpack(segment: &Segment, record: &[u8]) -> Result<Vec<Package>, &'static str> {
    let content = envelope::open(FORMAT, record, segment.content.length).map_err(|error| match error {
        Unopened::OtherFormat => "has another format",
        Unopened::Damaged => "is damaged",
    })?;
    if TextSum::of(&content) != segment.content {
        return Err("is not the one that the manifest means");
    }
    let mut rest = Bytes::from(content);
    let mut take = |length: Option<usize>| {
        let length = length.filter(|length| *length <= rest.len()).ok_or("is shorter than it says")?;
        Ok::<_, &'static str>(rest.split_to(length))
    };
    let (count, streams) = (segment.packages, segment.texts.len());
    let ids = take(count.checked_mul(ID))?;
    let marks = take(count.checked_mul(MARK))?;
    let mut lengths = take(count.checked_mul(LENGTH * streams))?;
    let ids = ids.chunks_exact(ID).map(|id| Id::new(id.try_into().expect("chunks of this length")));
    let package = |(id, mark)| Package { id, texts: Vec::with_capacity(streams), mark: mark == 1 };
    let mut packages: Vec<_> = ids.zip(marks.iter().copied()).map(package).collect();
    for _ in 0..streams {
        for package in &mut packages {
            package.texts.push(take(usize::try_from(lengths.get_u64_le()).ok())?);
        }
    }
    if !rest.is_empty() {
        return Err("is longer than it says");
    }
    Ok(packages)
}
