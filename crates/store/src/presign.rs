//! URLs that let somebody without credentials do one thing, for a while.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use aws_sdk_s3::presigning::{PresignedRequest, PresigningConfig};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use colca_model::{Multipart, Sha256};
use jiff::Timestamp;

use crate::{Error, ErrorKind, ObjectKey, Objects, Result};

/// A request that is signed already: send it as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedUrl {
    /// The URL, with its signature.
    pub url: String,
    /// The headers that are part of the signature and must be sent along.
    pub headers: BTreeMap<String, String>,
}

/// How long a signed URL works. The credentials of a Lambda function, which sign it, outlive an hour.
pub const URL_LIFETIME: Duration = Duration::from_secs(3600);

impl Objects {
    /// A PUT of exactly `size` bytes with exactly this checksum: S3 refuses any other.
    ///
    /// # Errors
    /// Only if the request cannot be signed, for want of credentials.
    pub async fn presign_put(&self, key: &ObjectKey, size: u64, sha256: Sha256, now: Timestamp) -> Result<SignedUrl> {
        let request = self.s3.put_object().bucket(self.bucket(key)).key(key.path());
        let request = request.content_length(i64::try_from(size).unwrap_or(i64::MAX));
        let request = request.checksum_sha256(BASE64_STANDARD.encode(sha256.as_bytes()));
        let signed = request.presigned(config(now)?).await;
        signed.map(signed_url).map_err(|error| Error::sdk(format!("sign a PUT of {}", key.path()), error))
    }

    /// A PUT of one part, of exactly `size` bytes, of a multipart upload.
    ///
    /// # Errors
    /// Only if the request cannot be signed, for want of credentials.
    pub async fn presign_part(
        &self,
        key: &ObjectKey,
        multipart: &Multipart,
        number: i32,
        size: u64,
        now: Timestamp,
    ) -> Result<SignedUrl> {
        let request = self.s3.upload_part().bucket(self.bucket(key)).key(key.path());
        let request = request.upload_id(&multipart.id).part_number(number);
        let request = request.content_length(i64::try_from(size).unwrap_or(i64::MAX));
        let signed = request.presigned(config(now)?).await;
        signed.map(signed_url).map_err(|error| Error::sdk(format!("sign part {number} of {}", key.path()), error))
    }
}

fn config(now: Timestamp) -> Result<PresigningConfig> {
    let config = PresigningConfig::builder().start_time(SystemTime::from(now)).expires_in(URL_LIFETIME).build();
    config.map_err(|_| Error::new(ErrorKind::Invalid, "sign a URL for that long"))
}

fn signed_url(request: PresignedRequest) -> SignedUrl {
    // `content-length` is signed too, but every client sends it by itself, and some send it twice if told.
    let headers = request.headers().filter(|(name, _)| !name.eq_ignore_ascii_case("content-length"));
    SignedUrl {
        url: request.uri().to_owned(),
        headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
    }
}
