//! What an uploader is given: where to put the bytes, and how.

use colca_model::{Multipart, URL_LIFETIME, Upload, UploadState};
use colca_store::{Objects, SignedUrl, UploadedPart, Validity};
use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::incoming;

/// How many parts one answer gives URLs for, over all its tickets. Every URL is some 1.5 KB long with the credentials
/// of a Lambda function, and an answer holds 6 MB.
pub(crate) const URLS_IN_ONE_ANSWER: usize = 3300;

/// How many URLs are signed at once.
const SIGNED_AT_ONCE: usize = 32;

/// The URLs of an upload: one PUT, or one for each part that is still missing, up to `most`. None when its time is over.
pub(crate) async fn targets(
    objects: &Objects,
    upload: &Upload,
    uploaded: &[UploadedPart],
    most: usize,
    now: Timestamp,
) -> colca_store::Result<Value> {
    let key = incoming(upload);
    let request = &upload.request;
    let expires_at = upload.open_until().min(now + URL_LIFETIME);
    let valid = Validity { from: now, until: expires_at };
    if expires_at <= now {
        return Ok(json!({"expires_at": expires_at}));
    }
    let Some(multipart) = &upload.multipart else {
        let SignedUrl { url, headers } = objects.presign_put(&key, request.size, request.sha256, valid).await?;
        return Ok(json!({"method": "PUT", "url": url, "headers": headers, "expires_at": expires_at}));
    };
    let there = |number, size| uploaded.iter().any(|part| part.number == number && part.size == size);
    let missing = Multipart::parts(multipart.part_size, request.size).filter(|(number, size)| !there(*number, *size));
    let parts: Vec<Value> = stream::iter(missing.take(most))
        .map(async |(number, size)| {
            let SignedUrl { url, .. } = objects.presign_part(&key, multipart, number, size, valid).await?;
            Ok::<_, colca_store::Error>(json!({"number": number, "size": size, "url": url}))
        })
        .buffered(SIGNED_AT_ONCE)
        .try_collect()
        .await?;
    Ok(json!({"method": "PUT", "part_size": multipart.part_size, "parts": parts, "expires_at": expires_at}))
}

/// How far an upload has come, in the words of the API.
pub(crate) fn state(upload: &Upload) -> Value {
    let mut answer = json!({"upload_id": upload.id, "trace_id": upload.id.trace_id()});
    let details = match &upload.state {
        UploadState::Pending => json!({"state": "pending"}),
        UploadState::Registered { notes } => json!({"state": "registered", "notes": notes}),
        UploadState::Rejected { reason } => json!({"state": "rejected", "reason": reason}),
    };
    add(&mut answer, details);
    answer
}

/// Adds the fields of one object to another.
pub(crate) fn add(object: &mut Value, more: Value) {
    if let (Value::Object(object), Value::Object(more)) = (object, more) {
        object.extend(more);
    }
}
