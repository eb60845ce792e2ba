//! What a list is made of.

use bytes::Bytes;

use crate::Id;

/// One package of a list, as the text that stands for it in each stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// What it is known by. No two packages of a list have the same.
    pub id: Id,
    /// Its text in each stream of the layout, in their order. It is a mistake of the program, and a panic, if there are more
    /// or fewer.
    pub texts: Vec<Bytes>,
    /// Whether it counts in [`crate::Manifest::marked`]: what that means is for the caller to say.
    pub mark: bool,
}

impl Package {
    /// How long its texts are together.
    pub(crate) fn length(&self) -> u64 {
        self.texts.iter().map(|text| text.len() as u64).sum()
    }
}
