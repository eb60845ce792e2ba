//! URLs that let somebody without credentials do one thing, for a while.

use std::collections::BTreeMap;
use std::fmt;
use std::time::{Duration, SystemTime};

use aws_sdk_s3::presigning::{PresignedRequest, PresigningConfig};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use colca_model::{Multipart, Sha256};
use jiff::Timestamp;

use crate::{Error, ErrorKind, ObjectKey, Objects, Result};

/// A request that is signed already: send it as it is.
///
/// `Debug` shows what it is for, and not the signature.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedUrl {
    /// The URL, with its signature.
    pub url: String,
    /// The headers that are part of the signature and must be sent along.
    pub headers: BTreeMap<String, String>,
}

impl fmt::Debug for SignedUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unsigned = self.url.split('?').next().unwrap_or_default();
        f.debug_struct("SignedUrl").field("url", &format_args!("{unsigned}?…")).finish_non_exhaustive()
    }
}

/// From when to when a signed URL works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validity {
    /// The present moment.
    pub from: Timestamp,
    /// When S3 begins to refuse it.
    pub until: Timestamp,
}

impl Objects {
    /// A PUT of exactly `size` bytes with exactly this checksum: S3 refuses any other.
    ///
    /// # Errors
    /// Only if the request cannot be signed, for want of credentials.
    pub async fn presign_put(&self, key: &ObjectKey, size: u64, sha256: Sha256, valid: Validity) -> Result<SignedUrl> {
        let request = self.s3.put_object().bucket(self.bucket(key)).key(key.path());
        let request = request.content_length(i64::try_from(size).unwrap_or(i64::MAX));
        let request = request.checksum_sha256(BASE64_STANDARD.encode(sha256.as_bytes()));
        let signed = request.presigned(config(valid)?).await;
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
        valid: Validity,
    ) -> Result<SignedUrl> {
        let request = self.s3.upload_part().bucket(self.bucket(key)).key(key.path());
        let request = request.upload_id(&multipart.id).part_number(number);
        let request = request.content_length(i64::try_from(size).unwrap_or(i64::MAX));
        let signed = request.presigned(config(valid)?).await;
        signed.map(signed_url).map_err(|error| Error::sdk(format!("sign part {number} of {}", key.path()), error))
    }
}

fn config(valid: Validity) -> Result<PresigningConfig> {
    let lifetime = Duration::try_from(valid.until.duration_since(valid.from)).unwrap_or_default();
    let config = PresigningConfig::builder().start_time(SystemTime::from(valid.from)).expires_in(lifetime).build();
    config.map_err(|_| Error::new(ErrorKind::Invalid, "sign a URL for that long"))
}

fn signed_url(request: PresignedRequest) -> SignedUrl {
    let url = request.uri().to_owned();
    let headers = request.headers().filter(|(name, _)| must_be_sent(&url, name));
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    SignedUrl { url, headers }
}

/// Whether a header is part of the signature, and not one that every client sends by itself. (The SDK names others
/// too, such as the trace of the function that signs.)
fn must_be_sent(url: &str, name: &str) -> bool {
    let signed = url.split(['?', '&']).find_map(|parameter| parameter.strip_prefix("X-Amz-SignedHeaders="));
    let signed = signed.unwrap_or_default().split("%3B").any(|signed| signed.eq_ignore_ascii_case(name));
    signed && !["host", "content-length"].iter().any(|own| name.eq_ignore_ascii_case(own))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_signed_must_be_sent() {
        let url = "https://b/k?x-id=PutObject&X-Amz-SignedHeaders=content-length%3Bhost%3Bx-amz-checksum-sha256&X-Amz-Signature=1";
        assert!(must_be_sent(url, "x-amz-checksum-sha256"));
        for name in ["host", "Content-Length", "x-amzn-trace-id"] {
            assert!(!must_be_sent(url, name), "{name}");
        }
    }

    #[test]
    fn debug_shows_no_signature() {
        let url = "https://b/incoming/k?X-Amz-Signature=5ec7e7".to_owned();
        let shown = format!("{:?}", SignedUrl { url, headers: BTreeMap::new() });
        assert_eq!(shown, "SignedUrl { url: https://b/incoming/k?…, .. }");
    }
}
