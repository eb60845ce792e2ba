//! Objects that are put together of pieces of another one and of bytes that are new. Long pieces are copied by S3 itself,
//! so what is moved and how long it takes depend on what is new, not on how much there is.

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use bytes::{Bytes, BytesMut};
use colca_segments::{Limits, Part, Piece, Source, Upload, parts};
use futures::future::try_join_all;
use futures::{StreamExt, TryStreamExt, stream};

use crate::{Error, Expected, ObjectKey, Objects, Result};

/// How many parts of one object are under way at once; of those that are sent, each is in memory.
const PARTS_AT_ONCE: usize = 4;

/// An object that is written in parts, and not there before the last step. One that nobody completes falls to `reap`, or to
/// the bucket's lifecycle rule.
#[derive(Debug)]
pub struct Unseen {
    key: ObjectKey,
    id: String,
    parts: Vec<CompletedPart>,
}

impl Objects {
    /// Makes an object of `pieces`, whose ranges are those of `from`; if what is under its key is as `expected`, where
    /// something is. Nothing of it is seen before all of it is there. Gives its entity tag.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Conflict`] if it is not as expected, [`crate::ErrorKind::NotFound`] if `from` is not there, or whatever
    /// else the service answers.
    pub async fn put_together(
        &self,
        key: &ObjectKey,
        from: &ObjectKey,
        pieces: &[Piece],
        expected: Option<&Expected>,
    ) -> Result<String> {
        let parts = match parts(pieces, &Limits::S3) {
            Upload::Put(sources) => {
                let bytes = self.gather(from, sources).await?;
                return self.overwrite(key, bytes, expected).await;
            }
            Upload::Multipart(parts) => parts,
        };
        let mut unseen = self.begin(key).await?;
        match self.fill(&mut unseen, from, parts).await {
            Ok(()) => self.complete(&unseen, expected).await,
            Err(error) => {
                self.give_up(&unseen).await;
                Err(error)
            }
        }
    }

    /// Begins an object.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn begin(&self, key: &ObjectKey) -> Result<Unseen> {
        let create = self.s3.create_multipart_upload().bucket(self.bucket(key)).key(key.path());
        let create = create.content_type(key.content_type()).cache_control(key.cache_control()).send().await;
        let create = create.map_err(|error| Error::sdk(format!("begin to write {}", key.path()), error))?;
        Ok(Unseen { key: key.clone(), id: create.upload_id.unwrap_or_default(), parts: vec![] })
    }

    /// Has it be the same as another object of so many bytes, which are some.
    ///
    /// # Errors
    /// [`crate::ErrorKind::NotFound`] if that is not there, or whatever else the service answers.
    pub async fn reflect(&self, unseen: &mut Unseen, from: &ObjectKey, size: u64) -> Result<()> {
        let ends = (0..size.div_ceil(Limits::S3.most_copied)).map(|number| (number + 1) * Limits::S3.most_copied);
        let parts = ends.map(|end| Part::Copy(end - Limits::S3.most_copied..end.min(size)));
        self.fill(unseen, from, parts.collect()).await
    }

    async fn fill(&self, unseen: &mut Unseen, from: &ObjectKey, parts: Vec<Part>) -> Result<()> {
        let Unseen { key, id, .. } = &*unseen;
        let parts = (1..).zip(parts).map(async |(number, part)| match part {
            Part::Copy(range) => self.copy_part(from, key, id, number, range.start, range.end).await,
            Part::Send(sources) => self.send_part(key, from, id, number, sources).await,
        });
        let parts = stream::iter(parts.collect::<Vec<_>>()).buffered(PARTS_AT_ONCE).try_collect().await?;
        unseen.parts = parts;
        Ok(())
    }

    /// Has it be there, if what is under its key is as `expected`, where something is. Gives its entity tag.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Conflict`] if it is not as expected, or whatever else the service answers; the object is given up then.
    pub async fn complete(&self, unseen: &Unseen, expected: Option<&Expected>) -> Result<String> {
        let Unseen { key, id, parts } = unseen;
        let parts = CompletedMultipartUpload::builder().set_parts(Some(parts.clone())).build();
        let request = self.s3.complete_multipart_upload().bucket(self.bucket(key)).key(key.path());
        let request = request.upload_id(id).multipart_upload(parts);
        let request = match expected {
            None => request,
            Some(Expected::Absent) => request.if_none_match("*"),
            Some(Expected::Etag(etag)) => request.if_match(etag),
        };
        match request.send().await {
            Ok(completed) => Ok(completed.e_tag.unwrap_or_default()),
            Err(error) => {
                self.give_up(unseen).await;
                Err(Error::sdk(format!("write {}", key.path()), error).of_condition(expected))
            }
        }
    }

    async fn give_up(&self, Unseen { key, id, .. }: &Unseen) {
        let _ = self.s3.abort_multipart_upload().bucket(self.bucket(key)).key(key.path()).upload_id(id).send().await;
    }

    async fn send_part(
        &self,
        key: &ObjectKey,
        from: &ObjectKey,
        id: &str,
        number: i32,
        sources: Vec<Source>,
    ) -> Result<CompletedPart> {
        let bytes = self.gather(from, sources).await?;
        let request = self.s3.upload_part().bucket(self.bucket(key)).key(key.path()).upload_id(id).part_number(number);
        let sent = request.body(ByteStream::from(bytes)).send().await;
        let sent = sent.map_err(|error| Error::sdk(format!("write a part of {}", key.path()), error))?;
        Ok(CompletedPart::builder().part_number(number).set_e_tag(sent.e_tag).build())
    }

    /// Bytes that are here or in another object, one after the other.
    ///
    /// # Errors
    /// [`crate::ErrorKind::NotFound`] if `from` is not there, or whatever else the service answers.
    pub async fn gather(&self, from: &ObjectKey, sources: Vec<Source>) -> Result<Bytes> {
        let pieces = sources.into_iter().map(async |source| match source {
            Source::Fetch(range) => self.read_range(from, range.start, range.end).await,
            Source::Bytes(bytes) => Ok(bytes),
        });
        let mut pieces = try_join_all(pieces).await?;
        if pieces.len() == 1 {
            return Ok(pieces.swap_remove(0));
        }
        let mut bytes = BytesMut::with_capacity(pieces.iter().map(Bytes::len).sum());
        pieces.iter().for_each(|piece| bytes.extend_from_slice(piece));
        Ok(bytes.freeze())
    }
}
