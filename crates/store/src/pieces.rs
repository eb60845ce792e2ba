//! Objects that are put together of pieces of another one and of bytes that are new. Long pieces are copied by S3 itself,
//! so what is moved and how long it takes depend on what is new, not on how much there is.

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use bytes::{Bytes, BytesMut};
use colca_segments::{Limits, Part, Piece, Source, Upload, parts};
use futures::future::try_join_all;
use futures::{StreamExt, TryStreamExt, stream};

use crate::{Error, ObjectKey, Objects, Result};

/// How many parts of one object are under way at once; of those that are sent, each is in memory.
const PARTS_AT_ONCE: usize = 4;

impl Objects {
    /// Makes an object of `pieces`, whose ranges are those of `from`. Nothing of it is seen before all of it is there.
    ///
    /// # Errors
    /// [`crate::ErrorKind::NotFound`] if `from` is not there, or whatever else the service answers.
    pub async fn put_together(&self, key: &ObjectKey, from: &ObjectKey, pieces: &[Piece]) -> Result<()> {
        let parts = match parts(pieces, &Limits::S3) {
            Upload::Put(sources) => {
                let bytes = self.gather(from, sources).await?;
                return self.write(key, bytes).await;
            }
            Upload::Multipart(parts) => parts,
        };
        let create = self.s3.create_multipart_upload().bucket(self.bucket(key)).key(key.path());
        let create = create.content_type(key.content_type()).cache_control(key.cache_control());
        let begun = async {
            let begun = create.send().await;
            begun.map_err(|error| Error::sdk(format!("begin to write {}", key.path()), error))
        };
        // What has to be read of the other object is read meanwhile, which saves its turn.
        let (begun, parts) = futures::try_join!(begun, self.fetch(from, parts))?;
        let id = begun.upload_id.unwrap_or_default();
        let completed = self.complete(key, from, parts, &id).await;
        if completed.is_err() {
            // What cannot be aborted now falls to the bucket's lifecycle rule.
            let _ =
                self.s3.abort_multipart_upload().bucket(self.bucket(key)).key(key.path()).upload_id(&id).send().await;
        }
        completed
    }

    /// The same parts, with what is to be sent of the other object at hand: little, for what is long is copied.
    async fn fetch(&self, from: &ObjectKey, parts: Vec<Part>) -> Result<Vec<Part>> {
        let parts = parts.into_iter().map(async |part| match part {
            Part::Send(sources) if sources.iter().any(|source| matches!(source, Source::Fetch(_))) => {
                Ok(Part::Send(vec![Source::Bytes(self.gather(from, sources).await?)]))
            }
            part => Ok(part),
        });
        try_join_all(parts).await
    }

    async fn complete(&self, key: &ObjectKey, from: &ObjectKey, parts: Vec<Part>, id: &str) -> Result<()> {
        let parts = (1..).zip(parts).map(async |(number, part)| match part {
            Part::Copy(range) => self.copy_part(from, key, id, number, range.start, range.end).await,
            Part::Send(sources) => self.send_part(key, from, id, number, sources).await,
        });
        let parts: Vec<_> = stream::iter(parts).buffered(PARTS_AT_ONCE).try_collect().await?;
        let parts = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
        let request = self.s3.complete_multipart_upload().bucket(self.bucket(key)).key(key.path());
        let request = request.upload_id(id).multipart_upload(parts);
        let completed = request.send().await;
        completed.map(drop).map_err(|error| Error::sdk(format!("write {}", key.path()), error))
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
    async fn gather(&self, from: &ObjectKey, sources: Vec<Source>) -> Result<Bytes> {
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
