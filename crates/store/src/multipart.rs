//! Uploads in parts, for files too large for a single PUT. S3 itself remembers the parts that are there,
//! which is what makes them resumable.

use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart, MultipartUpload};
use jiff::Timestamp;

use crate::{Error, ErrorKind, ObjectKey, Objects, Result};

/// A part that S3 holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadedPart {
    /// Its number, from 1.
    pub number: i32,
    /// Its length in bytes.
    pub size: u64,
    pub(crate) etag: Option<String>,
}

impl Objects {
    /// Starts an upload in parts and gives S3's id of it.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn start_multipart(&self, key: &ObjectKey) -> Result<String> {
        let request = self.s3.create_multipart_upload().bucket(self.bucket(key)).key(key.path());
        let created = request.content_type(key.content_type()).send().await;
        let created = created.map_err(|error| Error::sdk(format!("start uploading {}", key.path()), error))?;
        created.upload_id.ok_or_else(|| Error::new(ErrorKind::Unavailable, "learn the id of a multipart upload"))
    }

    /// The parts S3 holds, by number; `None` if the upload was completed or aborted.
    ///
    /// # Errors
    /// Whatever the service answers but "no such upload".
    pub async fn uploaded_parts(&self, key: &ObjectKey, id: &str) -> Result<Option<Vec<UploadedPart>>> {
        let request = self.s3.list_parts().bucket(self.bucket(key)).key(key.path()).upload_id(id);
        let mut pages = request.into_paginator().send();
        let mut parts = Vec::new();
        while let Some(page) = pages.next().await {
            match page.map_err(|error| Error::sdk(format!("list the parts of {}", key.path()), error)) {
                Ok(page) => parts.extend(page.parts.unwrap_or_default().into_iter().map(|part| UploadedPart {
                    number: part.part_number.unwrap_or(0),
                    size: part.size.and_then(|size| size.try_into().ok()).unwrap_or(0),
                    etag: part.e_tag,
                })),
                Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
                Err(error) => return Err(error),
            }
        }
        Ok(Some(parts))
    }

    /// Makes one object of the parts.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] if the upload was completed or aborted, or whatever else the service answers.
    pub async fn complete_multipart(&self, key: &ObjectKey, id: &str, parts: Vec<UploadedPart>) -> Result<()> {
        let parts = parts
            .into_iter()
            .map(|part| CompletedPart::builder().part_number(part.number).set_e_tag(part.etag).build());
        let parts = CompletedMultipartUpload::builder().set_parts(Some(parts.collect())).build();
        let request = self.s3.complete_multipart_upload().bucket(self.bucket(key)).key(key.path());
        let completed = request.upload_id(id).multipart_upload(parts).send().await;
        completed.map(drop).map_err(|error| Error::sdk(format!("complete {}", key.path()), error))
    }

    /// The uploads in parts to the store that began before a moment, and that nobody has completed or given up, with
    /// S3's ids of them.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn abandoned(&self, before: Timestamp) -> Result<Vec<(ObjectKey, String)>> {
        let (mut abandoned, mut after) = (Vec::new(), None);
        loop {
            let (key, id): (Option<String>, Option<String>) = after.unzip();
            let request = self.s3.list_multipart_uploads().bucket(&self.store);
            let page = request.set_key_marker(key).set_upload_id_marker(id).send().await;
            let page = page.map_err(|error| Error::sdk("list the uploads in parts", error))?;
            let is_over =
                |upload: &MultipartUpload| upload.initiated().is_some_and(|begun| begun.secs() < before.as_second());
            let over = page.uploads.unwrap_or_default().into_iter().filter(is_over);
            abandoned.extend(over.filter_map(|upload| Some((ObjectKey::Stored(upload.key?), upload.upload_id?))));
            after = page.next_key_marker.zip(page.next_upload_id_marker).filter(|_| page.is_truncated == Some(true));
            if after.is_none() {
                break;
            }
        }
        Ok(abandoned)
    }

    /// Throws the parts away; an upload that is gone already is no error.
    ///
    /// # Errors
    /// Whatever the service answers but "no such upload".
    pub async fn abort_multipart(&self, key: &ObjectKey, id: &str) -> Result<()> {
        let request = self.s3.abort_multipart_upload().bucket(self.bucket(key)).key(key.path()).upload_id(id);
        match request.send().await.map_err(|error| Error::sdk(format!("abort {}", key.path()), error)) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}
