//! What an object is to hold: bytes that are at hand, and ranges of another one.

use bytes::Bytes;
use colca_runtime::Services;
use colca_segments::{Limits, Piece, Upload, parts};
use colca_store::{Expected, ObjectKey};

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

    /// All of another object.
    pub(crate) fn copy(from: ObjectKey, size: u64) -> Self {
        Self { from: Some(from), pieces: vec![Piece::Copy(0..size)] }
    }

    /// The same, with all bytes at hand if it is too short for its ranges to be copied by S3.
    pub(crate) async fn at_hand(self, services: &Services) -> colca_store::Result<Self> {
        match (&self.from, parts(&self.pieces, &Limits::S3)) {
            (Some(from), Upload::Put(sources)) => Ok(services.objects.gather(from, sources).await?.into()),
            _ => Ok(self),
        }
    }

    /// Writes the object; see [`colca_store::Objects::put_together`].
    pub(crate) async fn write(
        &self,
        services: &Services,
        key: &ObjectKey,
        expected: Option<&Expected>,
    ) -> colca_store::Result<String> {
        services.objects.put_together(key, self.from.as_ref().unwrap_or(key), &self.pieces, expected).await
    }
}

impl From<Bytes> for Content {
    fn from(bytes: Bytes) -> Self {
        Self::of_parts(vec![bytes])
    }
}
