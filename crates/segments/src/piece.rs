//! What a new object is put together of.

use std::ops::Range;

use bytes::Bytes;

/// A piece of a new object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// These bytes of the object that was published before.
    Copy(Range<u64>),
    /// These bytes.
    Write(Bytes),
}

impl Piece {
    /// Its length in bytes.
    #[must_use]
    pub fn length(&self) -> u64 {
        match self {
            Self::Copy(range) => range.end - range.start,
            Self::Write(bytes) => bytes.len() as u64,
        }
    }
}

/// Adds a range to others, as part of the last one if it follows on it.
pub(crate) fn join(ranges: &mut Vec<Range<u64>>, next: Range<u64>) {
    match ranges.last_mut() {
        _ if next.is_empty() => {}
        Some(last) if last.end == next.start => last.end = next.end,
        _ => ranges.push(next),
    }
}

/// Adds a piece to others, as part of the last one if both are copied and the one follows on the other.
pub(crate) fn append(pieces: &mut Vec<Piece>, next: Piece) {
    match (pieces.last_mut(), next) {
        (_, next) if next.length() == 0 => {}
        (Some(Piece::Copy(last)), Piece::Copy(next)) if last.end == next.start => last.end = next.end,
        (_, next) => pieces.push(next),
    }
}
