//! The objects in S3: read, write, copy, delete.

use std::sync::Arc;

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ChecksumMode, CompletedMultipartUpload, CompletedPart, MetadataDirective};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use colca_model::{Sha256, UploadId};
use futures::{StreamExt, TryStreamExt, stream};
use tokio::sync::Semaphore;

use crate::receiver::ALL_UNDER_WAY;
use crate::{Bucket, Error, ErrorKind, ObjectKey, Result};

/// The largest piece S3 copies in one call is 5 GiB; smaller ones run side by side.
const COPY_PART: u64 = 512 * 1024 * 1024;

/// How many pieces of a large object are copied at once. S3 does the work; the largest object it can hold has to be
/// copied while a function runs.
const COPIES_AT_ONCE: usize = 128;

/// The user metadata that says which upload an object is of.
const UPLOAD: &str = "upload";

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
    /// Its entity tag.
    pub etag: String,
}

/// How a copy to a new key went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Copied {
    /// The object is there now.
    Created,
    /// It was there already, from an earlier attempt for the same upload.
    There,
    /// Another upload's bytes lie under that key; they were not touched.
    Taken,
}

impl Objects {
    /// `incoming` and `store` are names of buckets.
    #[must_use]
    pub fn new(s3: aws_sdk_s3::Client, incoming: String, store: String) -> Self {
        Self { s3, incoming, store, parts: Arc::new(Semaphore::new(ALL_UNDER_WAY)) }
    }

    pub(crate) fn bucket(&self, key: &ObjectKey) -> &str {
        match key.bucket() {
            Bucket::Incoming => &self.incoming,
            Bucket::Store => &self.store,
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
        let object = request.send().await.map_err(|error| Error::sdk(format!("read {}", key.path()), error))?;
        collect(key, object.body).await
    }

    /// A small object as a whole, with its entity tag; `None` if there is no such object.
    ///
    /// # Errors
    /// Whatever the service answers but "not found".
    pub async fn read(&self, key: &ObjectKey) -> Result<Option<(Bytes, String)>> {
        match self.s3.get_object().bucket(self.bucket(key)).key(key.path()).send().await {
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

    /// Copies the `size` bytes of an upload inside S3 to a key that no other upload's bytes may lie under. Two uploads
    /// never share an object, even of the same bytes: one may go while the other stays.
    ///
    /// Always in parts, even if that is one: completing a multipart upload is the copy that S3 makes
    /// conditional at every size.
    ///
    /// # Errors
    /// Whatever the service answers; then nothing is left under `to`.
    pub async fn copy_new(&self, from: &ObjectKey, to: &ObjectKey, size: u64, upload: &UploadId) -> Result<Copied> {
        if let Some(taken) = self.taken_by(to, upload).await? {
            return Ok(taken);
        }
        let what = || format!("copy {} to {}", from.path(), to.path());
        let create = self.s3.create_multipart_upload().bucket(self.bucket(to)).key(to.path());
        let create = create.content_type(to.content_type()).cache_control(to.cache_control());
        let created = create.metadata(UPLOAD, upload.as_str()).send().await;
        let id = created.map_err(|error| Error::sdk(what(), error))?.upload_id.unwrap_or_default();

        let parts = self.copy_parts(from, to, &id, size).await;
        let completed = match parts {
            Ok(parts) => {
                let parts = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
                let request = self.s3.complete_multipart_upload().bucket(self.bucket(to)).key(to.path());
                let request = request.upload_id(&id).multipart_upload(parts).if_none_match("*");
                request.send().await.map(drop).map_err(|error| Error::sdk(what(), error))
            }
            Err(error) => Err(error),
        };
        let Err(error) = completed else { return Ok(Copied::Created) };

        // What cannot be aborted now falls to the bucket's lifecycle rule.
        let _ = self.s3.abort_multipart_upload().bucket(self.bucket(to)).key(to.path()).upload_id(&id).send().await;
        if matches!(error.kind(), ErrorKind::AlreadyExists | ErrorKind::Conflict)
            && let Some(taken) = self.taken_by(to, upload).await?
        {
            return Ok(taken);
        }
        Err(error)
    }

    async fn taken_by(&self, key: &ObjectKey, upload: &UploadId) -> Result<Option<Copied>> {
        let head = self.head(key).await?;
        Ok(head.map(|head| if head.upload.as_ref() == Some(upload) { Copied::There } else { Copied::Taken }))
    }

    async fn copy_parts(&self, from: &ObjectKey, to: &ObjectKey, id: &str, size: u64) -> Result<Vec<CompletedPart>> {
        if size == 0 {
            // There is no range of nothing; an upload of one empty part is what S3 takes instead.
            let request = self.s3.upload_part().bucket(self.bucket(to)).key(to.path()).upload_id(id).part_number(1);
            let part = request.body(ByteStream::from_static(b"")).send().await;
            let part = part.map_err(|error| Error::sdk(format!("write {}", to.path()), error))?;
            return Ok(vec![CompletedPart::builder().part_number(1).set_e_tag(part.e_tag).build()]);
        }
        stream::iter(ranges(size))
            .map(|(number, start, end)| self.copy_part(from, to, id, number, start, end))
            .buffered(COPIES_AT_ONCE)
            .try_collect()
            .await
    }

    pub(crate) async fn copy_part(
        &self,
        from: &ObjectKey,
        to: &ObjectKey,
        id: &str,
        number: i32,
        start: u64,
        end: u64,
    ) -> Result<CompletedPart> {
        let request =
            self.s3.upload_part_copy().bucket(self.bucket(to)).key(to.path()).upload_id(id).part_number(number);
        let request = request.copy_source(format!("{}/{}", self.bucket(from), from.url_path()));
        let request = request.copy_source_range(format!("bytes={start}-{}", end - 1));
        let copied = request.send().await.map_err(|error| Error::sdk(format!("copy {}", from.path()), error))?;
        let etag = copied.copy_part_result.and_then(|result| result.e_tag);
        Ok(CompletedPart::builder().part_number(number).set_e_tag(etag).build())
    }

    /// Whether the store answers.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn ping(&self) -> Result<()> {
        let request = self.s3.head_bucket().bucket(&self.store);
        request.send().await.map(drop).map_err(|error| Error::sdk("reach the store", error))
    }

    /// Copies a small object of the store to a key that no other bytes ever lie under.
    ///
    /// # Errors
    /// Whatever the service answers; [`ErrorKind::NotFound`] if there is nothing to copy.
    pub async fn copy(&self, from: &ObjectKey, to: &ObjectKey) -> Result<()> {
        let request = self.s3.copy_object().bucket(self.bucket(to)).key(to.path());
        let request = request.copy_source(format!("{}/{}", self.bucket(from), from.url_path()));
        let request = request.metadata_directive(MetadataDirective::Replace);
        let request = request.content_type(to.content_type()).cache_control(to.cache_control());
        let copied = request.send().await;
        copied.map(drop).map_err(|error| Error::sdk(format!("copy {} to {}", from.path(), to.path()), error))
    }
}

/// The pieces in which `size` bytes are copied: number (from 1), start, end.
fn ranges(size: u64) -> impl Iterator<Item = (i32, u64, u64)> {
    // S3 takes 10,000 parts; 512 MiB each is 5 TiB at just above that, so the largest objects get larger ones.
    let part = COPY_PART.max(size.div_ceil(9_000));
    (1..).zip(0..size.div_ceil(part)).map(move |(number, index)| (number, index * part, size.min((index + 1) * part)))
}

/// S3's base64 of a checksum over the whole object; the checksum of a multipart upload is one of checksums (`…-3`).
fn full_sha256(base64: &str) -> Option<Sha256> {
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
    fn ranges_cover_every_byte_once() {
        for size in [1, COPY_PART, COPY_PART + 1, 5 * 1024 * 1024 * 1024 * 1024] {
            let ranges: Vec<_> = ranges(size).collect();
            assert!(ranges.len() <= 10_000);
            assert_eq!((ranges[0].1, ranges[ranges.len() - 1].2), (0, size));
            assert!(ranges.windows(2).all(|pair| pair[0].2 == pair[1].1));
        }
    }

    #[test]
    fn a_checksum_of_checksums_is_no_checksum() {
        assert_eq!(full_sha256("5ca8mDs0Zf+x4D1Jrf+b8w==-3"), None);
        let one = full_sha256("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=").expect("a full checksum");
        assert!(one.to_string().starts_with("e3b0c44298fc1c14"));
    }
}
