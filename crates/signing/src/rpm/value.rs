//! The types of values in a header.

pub(super) const STRING: u32 = 6;
pub(super) const BINARY: u32 = 7;
pub(super) const STRING_ARRAY: u32 = 8;

/// How many bytes `count` values of a type take at the start of `rest`; `None` if they are not wholly in it, or of no type
/// that there is.
pub(super) fn length(kind: u32, count: u32, rest: &[u8]) -> Option<usize> {
    let count = usize::try_from(count).ok()?;
    let length = match kind {
        // Strings end with a zero each; a translated one (9) is a list of them.
        STRING | STRING_ARRAY | 9 => {
            let ends = rest.iter().enumerate().filter(|(_, byte)| **byte == 0);
            ends.map(|(place, _)| place + 1).nth(count.checked_sub(1)?)?
        }
        _ => count.checked_mul(width(kind)?)?,
    };
    (length <= rest.len()).then_some(length)
}

/// Numbers lie at multiples of their width.
pub(super) fn alignment(kind: u32) -> usize {
    width(kind).unwrap_or(1)
}

fn width(kind: u32) -> Option<usize> {
    match kind {
        1 | 2 | BINARY => Some(1),
        3 => Some(2),
        4 => Some(4),
        5 => Some(8),
        _ => None,
    }
}
