//! What an object is to hold: bytes that are at hand, and ranges of another one.

use bytes::Bytes;
use colca_runtime::Services;
use colca_segments::Piece;
use colca_store::ObjectKey;

/// The bytes of an object.
#[derive(Debug, Clone)]
pub(crate) struct Content {
    /// The object that ranges are of.
    from: Option<ObjectKey>,
    pieces: Vec<Piece>,
}

impl Content {
    pub(crate) fn new(from: Option<ObjectKey>, pieces: Vec<Piece>) -> Self {
        Self { from, pieces }
    }

    /// Bytes that are at hand, one after the other.
    pub(crate) fn of_parts(parts: Vec<Bytes>) -> Self {
        Self { from: None, pieces: parts.into_iter().map(Piece::Write).collect() }
    }

    /// Writes the object; see [`colca_store::Objects::put_together`].
    pub(crate) async fn write(&self, services: &Services, key: &ObjectKey) -> colca_store::Result<()> {
        services.objects.put_together(key, self.from.as_ref().unwrap_or(key), &self.pieces).await
    }
}

impl From<Bytes> for Content {
    fn from(bytes: Bytes) -> Self {
        Self::of_parts(vec![bytes])
    }
}
