//! What a gzip file says of its text at its end.

use serde::{Deserialize, Serialize};

/// Length and CRC-32 of a text. Those of two texts give those of both together, without reading either again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TextSum {
    pub(crate) length: u64,
    pub(crate) crc: u32,
}

impl TextSum {
    pub(crate) fn of(text: impl AsRef<[u8]>) -> Self {
        let text = text.as_ref();
        Self { length: text.len() as u64, crc: crc32fast::hash(text) }
    }

    /// That of this text and the next one.
    pub(crate) fn then(self, next: Self) -> Self {
        let hasher = |sum: Self| crc32fast::Hasher::new_with_initial_len(sum.crc, sum.length);
        let mut both = hasher(self);
        both.combine(&hasher(next));
        Self { length: self.length.saturating_add(next.length), crc: both.finalize() }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn two_make_one(first: Vec<u8>, second: Vec<u8>) {
            let both = [first.clone(), second.clone()].concat();
            prop_assert_eq!(TextSum::of(first).then(TextSum::of(second)), TextSum::of(both));
        }
    }
}
