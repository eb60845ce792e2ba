//! Copies that S3 makes by itself: no byte of them comes to us.

use std::time::Duration;

use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::operation::copy_object::CopyObjectError;
use aws_sdk_s3::operation::copy_object::builders::CopyObjectFluentBuilder;
use aws_sdk_s3::types::{
    ChecksumAlgorithm, CompletedMultipartUpload, CompletedPart, MetadataDirective, TaggingDirective,
};
use colca_model::{Sha256, UploadId};
use futures::{StreamExt, TryStreamExt, stream};

use crate::objects::{UPLOAD, full_sha256};
use crate::{Error, ErrorKind, ObjectKey, Objects, Result};

/// Up to here a copy is one call. It is answered when it is done, so a long one would leave a connection silent.
const ONE_CALL: u64 = 16 * 1024 * 1024;

/// Above that, pieces of this many bytes run side by side.
const COPY_PART: u64 = 512 * 1024 * 1024;

/// How many pieces of a large object are copied at once. S3 does the work; the largest object it can hold has to be
/// copied while a function runs.
const COPIES_AT_ONCE: usize = 128;

/// How often a copy is tried that meets another write of its key, and how long the first pause is.
const TRIES: u32 = 4;
const PAUSE: Duration = Duration::from_millis(100);

/// How a copy to a new key went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Copied {
    /// The object is there now.
    Created {
        /// The SHA-256 of its bytes, if it was copied in one call: S3 reckons it meanwhile.
        sha256: Option<Sha256>,
    },
    /// It was there already, from an earlier attempt for the same upload.
    There {
        /// The same.
        sha256: Option<Sha256>,
    },
    /// Another upload's bytes lie under that key; they were not touched.
    Taken,
}

impl Objects {
    /// The largest object that S3 copies in one call, in bytes.
    pub const LARGEST_COPY: u64 = 5 * 1024 * 1024 * 1024;

    /// Copies the `size` bytes of an upload inside S3 to a key that no other upload's bytes may lie under. Two uploads
    /// never share an object, even of the same bytes: one may go while the other stays.
    ///
    /// What somebody else's bucket has is copied in one call, as far as that goes: only so does S3 reckon its checksum.
    ///
    /// # Errors
    /// Whatever the service answers; then nothing is left under `to`. [`ErrorKind::AlreadyExists`] if `from` is not what it was
    /// seen as any more.
    pub async fn copy_new(&self, from: &ObjectKey, to: &ObjectKey, size: u64, upload: &UploadId) -> Result<Copied> {
        let is_one = size <= ONE_CALL || from.seen_as().is_some() && size <= Self::LARGEST_COPY;
        let mut tries = 1;
        loop {
            let copied = if is_one {
                self.copy_in_one(from, to, upload).await
            } else {
                self.copy_in_parts(from, to, size, upload).await
            };
            let error = match copied {
                Ok(sha256) => return Ok(Copied::Created { sha256 }),
                Err(error) => error,
            };
            let is_met = error.kind() == ErrorKind::Conflict;
            if !is_met && error.kind() != ErrorKind::AlreadyExists {
                return Err(error);
            }
            match self.taken_by(to, upload).await? {
                Some(copied) => return Ok(copied),
                // Two wrote at once, or one wrote and the other deleted, and neither has it.
                None if is_met && tries < TRIES => {
                    tokio::time::sleep(PAUSE * tries).await;
                    tries += 1;
                }
                None if is_met => return Err(error.into_unavailable()),
                None => return Err(error),
            }
        }
    }

    async fn copy_in_one(&self, from: &ObjectKey, to: &ObjectKey, upload: &UploadId) -> Result<Option<Sha256>> {
        let request = self.copy_request(from, to).if_none_match("*").set_copy_source_if_match(from.seen_as());
        // What somebody has tagged need not be tagged here; ours has no tags.
        let request = request.set_tagging_directive(from.seen_as().map(|_| TaggingDirective::Replace));
        let request = request.metadata(UPLOAD, upload.as_str()).checksum_algorithm(ChecksumAlgorithm::Sha256);
        let copied = request.send().await.map_err(|error| copy_failed(from, to, error))?;
        Ok(copied.copy_object_result.and_then(|result| full_sha256(result.checksum_sha256()?)))
    }

    /// Copies a large object in parts: completing them is conditional, too.
    async fn copy_in_parts(
        &self,
        from: &ObjectKey,
        to: &ObjectKey,
        size: u64,
        upload: &UploadId,
    ) -> Result<Option<Sha256>> {
        // All of it would be copied before anybody said that something is there.
        if self.head(to).await?.is_some() {
            return Err(Error::new(ErrorKind::AlreadyExists, format!("copy {} to {}", from.path(), to.path())));
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
                request.send().await.map(|_| None).map_err(|error| Error::sdk(what(), error))
            }
            Err(error) => Err(error),
        };
        if completed.is_err() {
            // What cannot be aborted now falls to the bucket's lifecycle rule.
            let _ = self.s3.abort_multipart_upload().bucket(self.bucket(to)).key(to.path()).upload_id(&id).send().await;
        }
        completed
    }

    async fn taken_by(&self, key: &ObjectKey, upload: &UploadId) -> Result<Option<Copied>> {
        let head = self.head(key).await?;
        Ok(head.map(|head| match head {
            head if head.upload.as_ref() == Some(upload) => Copied::There { sha256: head.sha256 },
            _ => Copied::Taken,
        }))
    }

    async fn copy_parts(&self, from: &ObjectKey, to: &ObjectKey, id: &str, size: u64) -> Result<Vec<CompletedPart>> {
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
        let request = request.set_copy_source_if_match(from.seen_as());
        let request = request.copy_source_range(format!("bytes={start}-{}", end - 1));
        let copied = request.send().await.map_err(|error| Error::sdk(format!("copy {}", from.path()), error))?;
        let etag = copied.copy_part_result.and_then(|result| result.e_tag);
        Ok(CompletedPart::builder().part_number(number).set_e_tag(etag).build())
    }

    /// Copies a small object of the store to a key that no other bytes ever lie under.
    ///
    /// # Errors
    /// Whatever the service answers; [`ErrorKind::NotFound`] if there is nothing to copy.
    pub async fn copy(&self, from: &ObjectKey, to: &ObjectKey) -> Result<()> {
        let copied = self.copy_request(from, to).send().await;
        copied.map(drop).map_err(|error| copy_failed(from, to, error))
    }

    pub(crate) fn copy_request(&self, from: &ObjectKey, to: &ObjectKey) -> CopyObjectFluentBuilder {
        let request = self.s3.copy_object().bucket(self.bucket(to)).key(to.path());
        let request = request.copy_source(format!("{}/{}", self.bucket(from), from.url_path()));
        let request = request.metadata_directive(MetadataDirective::Replace);
        request.content_type(to.content_type()).cache_control(to.cache_control())
    }
}

pub(crate) fn copy_failed(from: &ObjectKey, to: &ObjectKey, error: SdkError<CopyObjectError>) -> Error {
    Error::sdk(format!("copy {} to {}", from.path(), to.path()), error)
}

/// The pieces in which `size` bytes are copied: number (from 1), start, end.
fn ranges(size: u64) -> impl Iterator<Item = (i32, u64, u64)> {
    // S3 takes 10,000 parts; 512 MiB each is 5 TiB at just above that, so the largest objects get larger ones.
    let part = COPY_PART.max(size.div_ceil(9_000));
    (1..).zip(0..size.div_ceil(part)).map(move |(number, index)| (number, index * part, size.min((index + 1) * part)))
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
}
