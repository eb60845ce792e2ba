//! What one package contributes to each metadata file, and how that is kept until it is published.

use crate::MetadataKind;

/// One `<package …>…</package>` element for each of the three files: complete, ended by a newline, and
/// independent of whatever else the repository holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fragments {
    /// For `primary.xml`.
    pub primary: Vec<u8>,
    /// For `filelists.xml`.
    pub filelists: Vec<u8>,
    /// For `other.xml`.
    pub other: Vec<u8>,
}

/// Stored bytes that are not fragments as [`Fragments::to_bytes`] writes them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Written by a later version of this program, or not by it at all.
    #[error("fragments of format {0:?}, only format {FORMAT} is known")]
    Format(Option<u8>),
    /// The lengths and the content do not fit each other.
    #[error("fragments are damaged: {0}")]
    Damaged(String),
}

/// The first byte of the encoding. Raise it with any change to what follows.
const FORMAT: u8 = 1;
/// The format's byte and the three lengths, little-endian.
const PREAMBLE: usize = 1 + 3 * 4;
/// Fragments are stored once and read at each rebuild, so reading counts; above this level size hardly falls.
const ZSTD_LEVEL: i32 = 3;
/// The longest content that is believed when reading: more than the largest package that is accepted leads to.
const MOST: usize = 2 * 1024 * 1024 * 1024;

impl Fragments {
    /// The fragment that goes into a file of this kind.
    #[must_use]
    pub fn of(&self, kind: MetadataKind) -> &[u8] {
        match kind {
            MetadataKind::Primary => &self.primary,
            MetadataKind::Filelists => &self.filelists,
            MetadataKind::Other => &self.other,
        }
    }

    /// A compact form to store: format byte, three lengths as little-endian `u32`, and the fragments one after
    /// the other in one zstd frame. Readable by every later version.
    ///
    /// # Panics
    /// If a fragment is longer than 4 GiB, which no package's header can lead to.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let parts = MetadataKind::ALL.map(|kind| self.of(kind));
        let mut bytes = vec![FORMAT];
        for part in parts {
            let length = u32::try_from(part.len()).expect("what is accepted cannot make 4 GiB of XML");
            bytes.extend(length.to_le_bytes());
        }
        let content = parts.concat();
        let frame = zstd::bulk::compress(&content, ZSTD_LEVEL).expect("compressing in memory has nothing to fail at");
        bytes.extend(frame);
        bytes
    }

    /// Reads what [`Fragments::to_bytes`] wrote.
    ///
    /// # Errors
    /// [`Unreadable`] for any other bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Unreadable> {
        let format = bytes.first().copied();
        if format != Some(FORMAT) {
            return Err(Unreadable::Format(format));
        }
        let damaged = |reason: &str| Unreadable::Damaged(reason.to_owned());
        let (preamble, frame) =
            bytes.split_first_chunk::<PREAMBLE>().ok_or_else(|| damaged("the lengths are cut short"))?;
        let [primary, filelists, other] = [1, 5, 9].map(|at| {
            u32::from_le_bytes([preamble[at], preamble[at + 1], preamble[at + 2], preamble[at + 3]]) as usize
        });
        let total = primary + filelists + other;
        // The frame names its own length too; both must agree before memory is set aside for it.
        let announced = zstd::zstd_safe::get_frame_content_size(frame).ok().flatten();
        if total > MOST || announced != Some(total as u64) {
            return Err(damaged("the lengths do not fit the content"));
        }
        let mut content =
            zstd::bulk::decompress(frame, total).map_err(|error| Unreadable::Damaged(error.to_string()))?;
        if content.len() != total {
            return Err(damaged("the lengths do not fit the content"));
        }
        let other = content.split_off(primary + filelists);
        let filelists = content.split_off(primary);
        Ok(Self { primary: content, filelists, other })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn come_back_as_they_were(primary: Vec<u8>, filelists: Vec<u8>, other: Vec<u8>) {
            let fragments = Fragments { primary, filelists, other };
            prop_assert_eq!(Fragments::from_bytes(&fragments.to_bytes()), Ok(fragments));
        }

        #[test]
        fn damage_is_an_error_and_never_a_panic(
            content: Vec<u8>, at: prop::sample::Index, value: u8, length: prop::sample::Index,
        ) {
            let mut bytes = Fragments { primary: content.clone(), filelists: content, other: vec![] }.to_bytes();
            let at = at.index(bytes.len());
            bytes[at] = value;
            bytes.truncate(length.index(bytes.len()) + 1);
            drop(Fragments::from_bytes(&bytes));
        }

        #[test]
        fn arbitrary_bytes_never_panic(mut bytes: Vec<u8>, known: bool) {
            if let Some(first) = bytes.first_mut().filter(|_| known) {
                *first = FORMAT;
            }
            drop(Fragments::from_bytes(&bytes));
        }
    }

    #[test]
    fn a_later_format_is_named() {
        assert_eq!(Fragments::from_bytes(&[9, 0, 0]), Err(Unreadable::Format(Some(9))));
        assert_eq!(Fragments::from_bytes(&[]), Err(Unreadable::Format(None)));
    }
}
