//! The region of a header: the part of it that digests and signatures cover.
//!
//! A header with a region begins with an entry for it, whose value ends the region's data. That value is an entry
//! itself and points back over all entries of the region. Tags added after signing follow outside of it.

use crate::{
    Invalid,
    header_extent::{ENTRY, SIGNATURE_HEADER, u32_at},
    value_type::BIN,
};

/// Tags of regions: of an old header, of the signature header, of the header.
const IMAGE: u32 = 61;
const SIGNATURES: u32 = 62;
const IMMUTABLE: u32 = 63;

/// How far a region reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Region {
    /// Entries of the index, its own among them.
    pub(crate) entries: usize,
    /// Bytes of the store.
    pub(crate) data: usize,
}

/// Takes the region's entry from the start of the index, if there is one: before rpm 4.0 there was not.
pub(crate) fn split<'a>(
    index: &'a [[u8; ENTRY]],
    store: &[u8],
    part: &'static str,
) -> Result<(Option<Region>, &'a [[u8; ENTRY]]), Invalid> {
    let own = if part == SIGNATURE_HEADER { SIGNATURES } else { IMMUTABLE };
    let Some((first, rest)) = index.split_first().filter(|(first, _)| u32_at(first, 0) == own) else {
        return Ok((None, index));
    };
    let [_, kind, offset, count] = fields(first);
    let trailer = store.get(offset as usize..).and_then(|value| value.first_chunk::<ENTRY>());
    let trailer = trailer.filter(|_| kind == BIN && count == ENTRY as u32).map(fields);
    // The signature headers of some old packages call it by the tag of that time.
    let is_named = |tag| tag == own || (own == SIGNATURES && tag == IMAGE);
    let region = trailer.filter(|[tag, kind, _, count]| is_named(*tag) && *kind == BIN && *count == ENTRY as u32);
    let region = region.and_then(|[_, _, back, _]| {
        let back = usize::try_from(back.wrapping_neg()).ok()?;
        let region = Region { entries: back / ENTRY, data: offset as usize + ENTRY };
        (back.is_multiple_of(ENTRY) && (1..=index.len()).contains(&region.entries)).then_some(region)
    });
    match region {
        Some(region) => Ok((Some(region), rest)),
        None => Err(Invalid::Corrupt { part, reason: "has a region that does not fit it".to_owned() }),
    }
}

fn fields(entry: &[u8; ENTRY]) -> [u32; 4] {
    [0, 4, 8, 12].map(|at| u32_at(entry, at))
}
