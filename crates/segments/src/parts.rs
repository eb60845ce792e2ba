//! How an object of S3 is put together of pieces.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html>

use std::ops::Range;

use bytes::Bytes;

use crate::Piece;

/// What an object store allows for the parts of an object.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// All parts but the last have at least so many bytes.
    pub least: u64,
    /// The most that is copied as one part.
    pub most_copied: u64,
    /// The most that is sent at once, which is what has to be in memory.
    pub most_sent: u64,
}

impl Limits {
    /// Those of S3. It also allows 10,000 parts at most: with parts of at least 5 MiB those of 48 GiB.
    pub const S3: Self = Self { least: 5 << 20, most_copied: 5 << 30, most_sent: 16 << 20 };
}

/// How an object is uploaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Upload {
    /// At once.
    Put(Vec<Source>),
    /// In parts.
    Multipart(Vec<Part>),
}

/// One part of an upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// These bytes of the previous object, without passing through us.
    Copy(Range<u64>),
    /// These.
    Send(Vec<Source>),
}

/// Where bytes to send come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// They have to be read from the previous object.
    Fetch(Range<u64>),
    /// They are here.
    Bytes(Bytes),
}

/// Says how to upload the pieces of an object.
#[must_use]
pub fn parts(pieces: &[Piece], limits: &Limits) -> Upload {
    let mut planner = Planner { limits, parts: Vec::new(), sources: Vec::new(), length: 0 };
    pieces.iter().for_each(|piece| planner.piece(piece));
    if planner.parts.is_empty() && planner.length <= limits.most_sent {
        return Upload::Put(planner.sources);
    }
    planner.send();
    Upload::Multipart(planner.parts)
}

struct Planner<'a> {
    limits: &'a Limits,
    parts: Vec<Part>,
    /// What is to be sent before anything else.
    sources: Vec<Source>,
    /// How long that is.
    length: u64,
}

impl Planner<'_> {
    fn piece(&mut self, piece: &Piece) {
        match piece {
            Piece::Write(bytes) => self.add(Source::Bytes(bytes.clone())),
            Piece::Copy(range) => {
                // Too little to send is filled up from what could be copied.
                let wanting = if self.length == 0 { 0 } else { self.limits.least.saturating_sub(self.length) };
                let start = (range.start + wanting).min(range.end);
                // S3 copies a part of an object only if the object is longer than the least part.
                if range.end - start > self.limits.least {
                    self.add(Source::Fetch(range.start..start));
                    self.send();
                    self.copy(start..range.end);
                } else {
                    self.add(Source::Fetch(range.clone()));
                }
            }
        }
    }

    fn add(&mut self, source: Source) {
        if source.length() > 0 {
            self.length += source.length();
            self.sources.push(source);
        }
    }

    fn copy(&mut self, range: Range<u64>) {
        let slices = slices(range.end - range.start, self.limits.most_copied);
        self.parts.extend(slices.map(|slice| Part::Copy(range.start + slice.start..range.start + slice.end)));
    }

    /// Makes parts of what is to be sent.
    fn send(&mut self) {
        let mut sources = std::mem::take(&mut self.sources).into_iter();
        let mut rest = None;
        for slice in slices(std::mem::take(&mut self.length), self.limits.most_sent) {
            let mut wanting = slice.end - slice.start;
            let mut part = Vec::new();
            while wanting > 0 {
                let source: Source = rest.take().or_else(|| sources.next()).expect("the sources are as long as that");
                let (now, later) = source.split(wanting);
                wanting -= now.length();
                part.push(now);
                rest = later;
            }
            self.parts.push(Part::Send(part));
        }
    }
}

impl Source {
    /// Its length in bytes.
    #[must_use]
    pub fn length(&self) -> u64 {
        match self {
            Self::Fetch(range) => range.end - range.start,
            Self::Bytes(bytes) => bytes.len() as u64,
        }
    }

    /// The first bytes, no more than so many, and the others if there are any.
    fn split(self, length: u64) -> (Self, Option<Self>) {
        if self.length() <= length {
            return (self, None);
        }
        match self {
            Self::Fetch(range) => {
                let middle = range.start + length;
                (Self::Fetch(range.start..middle), Some(Self::Fetch(middle..range.end)))
            }
            Self::Bytes(mut bytes) => {
                let first = bytes.split_to(usize::try_from(length).expect("less than there is in memory"));
                (Self::Bytes(first), Some(Self::Bytes(bytes)))
            }
        }
    }
}

/// Cuts something into as few slices as the bound allows, of the same length but for a byte. So none of several is
/// shorter than half the bound.
fn slices(length: u64, most: u64) -> impl Iterator<Item = Range<u64>> {
    let count = length.div_ceil(most);
    // Wide enough for the product.
    let cut = move |number: u64| (u128::from(length) * u128::from(number) / u128::from(count)) as u64;
    (0..count).map(move |number| cut(number)..cut(number + 1))
}
