//! The form in which what was read of a file is kept: a byte that says the format, and a zstd frame.

/// Stored bytes that are not as this program wrote them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Written by a later version of this program, or not by it at all.
    #[error("stored in format {0:?}, only format {FORMAT} is known")]
    Format(Option<u8>),
    /// The content is not what was stored.
    #[error("what was stored is damaged: {0}")]
    Damaged(String),
}

/// The first byte. Raise it with any change to what follows.
const FORMAT: u8 = 1;
/// Stored once and read at each rebuild, so reading counts; above this level size hardly falls.
const ZSTD_LEVEL: i32 = 3;
/// The longest content that is believed when reading: more than anything that is accepted leads to.
const MOST: u64 = 256 * 1024 * 1024;

pub(crate) fn pack(content: &[u8]) -> Vec<u8> {
    let mut bytes = vec![FORMAT];
    bytes.extend(zstd::bulk::compress(content, ZSTD_LEVEL).expect("compressing in memory has nothing to fail at"));
    bytes
}

pub(crate) fn unpack(bytes: &[u8]) -> Result<Vec<u8>, Unreadable> {
    let Some((&FORMAT, frame)) = bytes.split_first() else {
        return Err(Unreadable::Format(bytes.first().copied()));
    };
    let announced = zstd::zstd_safe::get_frame_content_size(frame).ok().flatten().filter(|size| *size <= MOST);
    let size = announced.and_then(|size| usize::try_from(size).ok());
    let size = size.ok_or_else(|| Unreadable::Damaged("its length is missing or too great".to_owned()))?;
    zstd::bulk::decompress(frame, size).map_err(|error| Unreadable::Damaged(error.to_string()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn comes_back_as_it_was(content: Vec<u8>) {
            prop_assert_eq!(unpack(&pack(&content)), Ok(content));
        }

        #[test]
        fn arbitrary_bytes_never_panic(mut bytes: Vec<u8>, known: bool) {
            if let Some(first) = bytes.first_mut().filter(|_| known) {
                *first = FORMAT;
            }
            drop(unpack(&bytes));
        }
    }

    #[test]
    fn a_later_format_is_named() {
        assert_eq!(unpack(&[9, 0]), Err(Unreadable::Format(Some(9))));
        assert_eq!(unpack(&[]), Err(Unreadable::Format(None)));
    }
}
