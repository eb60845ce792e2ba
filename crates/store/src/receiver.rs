//! Writing an object whose length nobody knows before its end: in parts, a few of them under way, so that memory stays
//! flat at any size.

use aws_sdk_s3::primitives::ByteStream;
use tokio::task::JoinSet;

use crate::{Error, ErrorKind, ObjectKey, Objects, Result, UploadedPart};

/// The length of a part, in bytes. S3 takes 10,000 of them.
const PART: usize = 16 * 1024 * 1024;

/// How many parts of one object are under way at once, besides the one that fills up.
const UNDER_WAY: usize = 3;

/// How many parts of all objects are.
pub(crate) const ALL_UNDER_WAY: usize = 12;

/// An object that is being written. Nothing of it is seen before [`Receiver::finish`]; one that is not finished has to
/// be given up by [`Receiver::abort`].
#[derive(Debug)]
pub struct Receiver {
    objects: Objects,
    key: ObjectKey,
    /// S3's id of the upload in parts, once there is more than one part.
    id: Option<String>,
    part: Vec<u8>,
    sent: i32,
    under_way: JoinSet<Result<UploadedPart>>,
    done: Vec<UploadedPart>,
}

impl Receiver {
    /// The largest object it takes, in bytes.
    pub const LARGEST: u64 = PART as u64 * 10_000;
}

impl Objects {
    /// Begins to write an object.
    #[must_use]
    pub fn receive(&self, key: ObjectKey) -> Receiver {
        Receiver {
            objects: self.clone(),
            key,
            id: None,
            part: Vec::new(),
            sent: 0,
            under_way: JoinSet::new(),
            done: Vec::new(),
        }
    }
}

impl Receiver {
    /// Takes the next bytes.
    ///
    /// # Errors
    /// Whatever the service answers, also about earlier bytes.
    pub async fn push(&mut self, mut bytes: &[u8]) -> Result<()> {
        while !bytes.is_empty() {
            // At once, since a vector that grows is copied again and again.
            if self.part.capacity() == 0 && self.sent > 0 {
                self.part.reserve_exact(PART);
            }
            let (now, rest) = bytes.split_at(bytes.len().min(PART - self.part.len()));
            self.part.extend_from_slice(now);
            bytes = rest;
            if self.part.len() == PART {
                self.send_part().await?;
            }
        }
        Ok(())
    }

    /// Makes one object of all bytes.
    ///
    /// # Errors
    /// Whatever the service answers; then nothing of it is left.
    pub async fn finish(mut self) -> Result<()> {
        let finished = self.complete().await;
        if finished.is_err() {
            self.abort().await;
        }
        finished
    }

    /// Gives the object up. What cannot be thrown away now falls to the bucket's lifecycle rule.
    pub async fn abort(mut self) {
        self.under_way.shutdown().await;
        if let Some(id) = &self.id
            && let Err(error) = self.objects.abort_multipart(&self.key, id).await
        {
            let key = self.key.path();
            tracing::warn!(key, %error, "Could not give up {key}");
        }
    }

    async fn complete(&mut self) -> Result<()> {
        if self.id.is_none() {
            return self.objects.write(&self.key, std::mem::take(&mut self.part)).await;
        }
        if !self.part.is_empty() {
            self.send_part().await?;
        }
        while self.take_one().await? {}
        let mut parts = std::mem::take(&mut self.done);
        parts.sort_by_key(|part| part.number);
        self.objects.complete_multipart(&self.key, self.id.as_deref().unwrap_or_default(), parts).await
    }

    /// Sends the part that is full, when few enough are under way.
    async fn send_part(&mut self) -> Result<()> {
        let id = match &self.id {
            Some(id) => id.clone(),
            None => self.id.insert(self.objects.start_multipart(&self.key).await?).clone(),
        };
        if self.under_way.len() >= UNDER_WAY {
            self.take_one().await?;
        }
        self.sent += 1;
        let number = self.sent;
        let what = format!("write part {number} of {}", self.key.path());
        let request = self.objects.s3.upload_part().bucket(self.objects.bucket(&self.key)).key(self.key.path());
        let size = self.part.len() as u64;
        let body = ByteStream::from(std::mem::take(&mut self.part));
        let request = request.upload_id(id).part_number(number).body(body);
        let parts = self.objects.parts.clone();
        self.under_way.spawn(async move {
            let _turn = parts.acquire().await;
            let part = request.send().await.map_err(|error| Error::sdk(what, error))?;
            Ok(UploadedPart { number, size, etag: part.e_tag })
        });
        Ok(())
    }

    /// Waits for a part that is under way; `false` if none is.
    async fn take_one(&mut self) -> Result<bool> {
        let Some(part) = self.under_way.join_next().await else { return Ok(false) };
        let lost = |_| Error::new(ErrorKind::Unavailable, format!("write a part of {}", self.key.path()));
        self.done.push(part.map_err(lost)??);
        Ok(true)
    }
}
