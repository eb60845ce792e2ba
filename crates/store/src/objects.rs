//! The objects in S3: read, write, look at.

use std::sync::Arc;

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::ChecksumMode;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use colca_model::{Sha256, UploadId};
use jiff::Timestamp;
use tokio::sync::Semaphore;

use crate::receiver::ALL_UNDER_WAY;
use crate::{Bucket, Error, ErrorKind, ObjectKey, Result};

/// The user metadata that says which upload an object is of.
pub(crate) const UPLOAD: &str = "upload";

/// S3, and the names of the two buckets.
#[derive(Debug, Clone)]
pub struct Objects {
    pub(crate) s3: aws_sdk_s3::Client,
    incoming: String,
    pub(crate) store: String,
    /// Room for parts of objects that are received.
    pub(crate) parts: Arc<Semaphore>,
}

/// What S3 says of an object without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectHead {
    /// Its length in bytes.
    pub size: u64,
    /// The SHA-256 of its bytes, where S3 verified one.
    pub sha256: Option<Sha256>,
    /// The upload it was copied from, for a published file.
    pub upload: Option<UploadId>,
    /// When it was written, to the second; of one that was sent in parts, when that began.
    pub written: Option<Timestamp>,
    /// Its entity tag.
    pub etag: String,
}

impl Objects {
    /// `incoming` and `store` are names of buckets.
    #[must_use]
    pub fn new(s3: aws_sdk_s3::Client, incoming: String, store: String) -> Self {
        Self { s3, incoming, store, parts: Arc::new(Semaphore::new(ALL_UNDER_WAY)) }
    }

    pub(crate) fn bucket<'a>(&'a self, key: &'a ObjectKey) -> &'a str {
        match (key, key.bucket()) {
            (ObjectKey::Found { bucket, .. }, _) => bucket,
            (_, Bucket::Incoming) => &self.incoming,
            (_, Bucket::Store | Bucket::Other) => &self.store,
        }
    }

    /// Length, entity tag and checksum; `None` if there is no such object.
    ///
    /// # Errors
    /// Whatever the service answers but "not found".
    pub async fn head(&self, key: &ObjectKey) -> Result<Option<ObjectHead>> {
        let request = self.s3.head_object().bucket(self.bucket(key)).key(key.path());
        match request.checksum_mode(ChecksumMode::Enabled).send().await {
            Ok(head) => Ok(Some(ObjectHead {
                size: head.content_length().and_then(|size| size.try_into().ok()).unwrap_or(0),
                sha256: head.checksum_sha256().and_then(full_sha256),
                upload: head.metadata().and_then(|metadata| metadata.get(UPLOAD)?.parse().ok()),
                written: head.last_modified.and_then(|at| Timestamp::from_second(at.secs()).ok()),
                etag: head.e_tag.unwrap_or_default(),
            })),
            Err(error) => none_if_absent(Error::sdk(format!("look at {}", key.path()), error)),
        }
    }

    /// The bytes from `start` to before `end`, or to the end of the object where that comes first.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] if there is no such object, or whatever else the service answers.
    pub async fn read_range(&self, key: &ObjectKey, start: u64, end: u64) -> Result<Bytes> {
        let range = format!("bytes={start}-{}", end.saturating_sub(1));
        let request = self.s3.get_object().bucket(self.bucket(key)).key(key.path()).range(range);
        let request = request.set_if_match(key.seen_as());
        let object = request.send().await.map_err(|error| Error::sdk(format!("read {}", key.path()), error))?;
        collect(key, object.body).await
    }

    /// A small object as a whole, with its entity tag; `None` if there is no such object.
    ///
    /// # Errors
    /// Whatever the service answers but "not found".
    pub async fn read(&self, key: &ObjectKey) -> Result<Option<(Bytes, String)>> {
        match self.s3.get_object().bucket(self.bucket(key)).key(key.path()).set_if_match(key.seen_as()).send().await {
            Ok(object) => {
                let etag = object.e_tag().unwrap_or_default().to_owned();
                Ok(Some((collect(key, object.body).await?, etag)))
            }
            Err(error) => none_if_absent(Error::sdk(format!("read {}", key.path()), error)),
        }
    }

    /// Hands the bytes of an object from `start` on to `take`, piece by piece: memory stays flat at any size.
    /// Ends early, without an error, when `take` answers `false`.
    ///
    /// # Errors
    /// Whatever the service answers, also in the middle of the bytes.
    pub async fn stream(&self, key: &ObjectKey, start: u64, mut take: impl FnMut(&[u8]) -> bool + Send) -> Result<()> {
        let request = self.s3.get_object().bucket(self.bucket(key)).key(key.path()).range(format!("bytes={start}-"));
        let request = request.set_if_match(key.seen_as());
        let object = request.send().await.map_err(|error| Error::sdk(format!("read {}", key.path()), error))?;
        let mut body = object.body;
        while let Some(piece) = body.next().await {
            let piece =
                piece.map_err(|_| Error::new(ErrorKind::Unavailable, format!("read {} to its end", key.path())))?;
            if !take(&piece) {
                break;
            }
        }
        Ok(())
    }

    /// Writes an object that no other bytes are ever written to: its name holds their checksum.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn write(&self, key: &ObjectKey, bytes: impl Into<Bytes>) -> Result<()> {
        self.put(key, bytes).send().await.map(drop).map_err(|error| Error::sdk(format!("write {}", key.path()), error))
    }

    pub(crate) fn put(
        &self,
        key: &ObjectKey,
        bytes: impl Into<Bytes>,
    ) -> aws_sdk_s3::operation::put_object::builders::PutObjectFluentBuilder {
        self.s3
            .put_object()
            .bucket(self.bucket(key))
            .key(key.path())
            .content_type(key.content_type())
            .cache_control(key.cache_control())
            .body(ByteStream::from(bytes.into()))
    }

    /// Whether the store answers.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn ping(&self) -> Result<()> {
        let request = self.s3.head_bucket().bucket(&self.store);
        request.send().await.map(drop).map_err(|error| Error::sdk("reach the store", error))
    }
}

/// S3's base64 of a checksum over the whole object; the checksum of a multipart upload is one of checksums (`…-3`).
pub(crate) fn full_sha256(base64: &str) -> Option<Sha256> {
    let bytes = BASE64_STANDARD.decode(base64).ok()?;
    hex::encode(bytes).parse().ok()
}

fn none_if_absent<T>(error: Error) -> Result<Option<T>> {
    if error.kind() == ErrorKind::NotFound { Ok(None) } else { Err(error) }
}

async fn collect(key: &ObjectKey, body: ByteStream) -> Result<Bytes> {
    let bytes = body.collect().await;
    let bytes = bytes.map_err(|_| Error::new(ErrorKind::Unavailable, format!("read {} to its end", key.path())))?;
    Ok(bytes.into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checksum_of_checksums_is_no_checksum() {
        assert_eq!(full_sha256("5ca8mDs0Zf+x4D1Jrf+b8w==-3"), None);
        let one = full_sha256("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=").expect("a full checksum");
        assert!(one.to_string().starts_with("e3b0c44298fc1c14"));
    }
}
