//! What lies in a bucket below a prefix, page by page.

use crate::{Error, ObjectKey, Objects, Result};

/// An object as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedObject {
    /// Where it is.
    pub key: ObjectKey,
    /// Its length in bytes.
    pub size: u64,
}

/// How many objects are listed at once.
const PAGE: usize = 1000;

impl Objects {
    /// All objects of a bucket below a prefix, by their keys.
    ///
    /// # Errors
    /// As [`Objects::list`].
    pub async fn list_all(&self, bucket: &str, prefix: &str) -> Result<Vec<ListedObject>> {
        let mut all: Vec<ListedObject> = Vec::new();
        loop {
            let after = all.last().map(|object| object.key.path());
            let (page, more) = self.list(bucket, prefix, after.as_deref(), PAGE).await?;
            let is_last = !more || page.is_empty();
            all.extend(page);
            if is_last {
                return Ok(all);
            }
        }
    }

    /// Up to `most` objects of a bucket below a prefix, a thousand at most, that come after the key `after`; and whether
    /// there are more.
    ///
    /// # Errors
    /// [`crate::ErrorKind::NotFound`] if there is no such bucket, [`crate::ErrorKind::Invalid`] if it is not ours to read, or whatever else the
    /// service answers.
    pub async fn list(
        &self,
        bucket: &str,
        prefix: &str,
        after: Option<&str>,
        most: usize,
    ) -> Result<(Vec<ListedObject>, bool)> {
        let most = i32::try_from(most).unwrap_or(i32::MAX);
        let request = self.s3.list_objects_v2().bucket(bucket).prefix(prefix).max_keys(most);
        let answer = request.set_start_after(after.map(str::to_owned)).send().await;
        let answer = answer.map_err(|error| Error::sdk(format!("list s3://{bucket}/{prefix}"), error))?;
        let more = answer.is_truncated().unwrap_or(false);
        let listed = answer.contents.unwrap_or_default().into_iter().map(|object| ListedObject {
            size: object.size().and_then(|size| size.try_into().ok()).unwrap_or(0),
            key: ObjectKey::Found {
                bucket: bucket.to_owned(),
                key: object.key.unwrap_or_default(),
                etag: object.e_tag.unwrap_or_default(),
            },
        });
        Ok((listed.collect(), more))
    }
}
