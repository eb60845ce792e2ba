//! What a change comes to.

use bytes::Bytes;

use crate::{Hashing, Id, Piece};

/// What has to be read, written and dropped for a change.
pub struct Plan {
    /// What the new object of each output is put together of.
    pub outputs: Vec<Vec<Piece>>,
    /// Records to write.
    pub records: Vec<Record>,
    /// Records that the new manifest does not name any more.
    pub dropped: Vec<String>,
    /// What was to be removed and is not there.
    pub missing: Vec<Id>,
    /// The checksums of the new objects.
    pub hashing: Hashing,
}

/// The record of a segment: all its packages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The name it was given.
    pub name: String,
    /// Its content.
    pub bytes: Bytes,
}

#[cfg(test)]
mod tests {
    use crate::{Builder, Draft};

    #[test]
    fn what_waits_for_an_object_store_can_go_to_another_thread() {
        fn is_send<T: Send>() {}
        is_send::<Draft<'_>>();
        is_send::<super::Plan>();
        is_send::<Builder<'_>>();
    }
}
