//! S3, as far as Colca asks it: conditional writes, copies, uploads in parts, versions.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html>

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use bytes::{Bytes, BytesMut};
use jiff::Timestamp;

use super::bucket::{Bucket, Object, Parts};
use super::message::{Answer, Ask};
use super::xml::{between, escaped, numbers};
use crate::published::Published;

/// The bucket that the world reads.
pub(crate) const STORE: &str = "store";

/// The bucket that uploads come to.
pub(crate) const INCOMING: &str = "incoming";

/// All buckets.
#[derive(Debug)]
pub(crate) struct S3 {
    buckets: Mutex<BTreeMap<String, Bucket>>,
    published: Arc<Published>,
}

/// What a request is about.
struct Place<'a> {
    ask: &'a Ask,
    bucket: &'a str,
    key: &'a str,
    now: Timestamp,
}

impl S3 {
    pub(crate) fn new(published: Arc<Published>) -> Self {
        let buckets = [STORE, INCOMING].map(|name| (name.to_owned(), Bucket::default()));
        Self { buckets: Mutex::new(buckets.into()), published }
    }

    /// What is in a bucket.
    pub(crate) fn look<T>(&self, bucket: &str, look: impl FnOnce(&Bucket) -> T) -> T {
        look(&self.buckets.lock().expect("no other thread")[bucket])
    }

    /// Answers, and tells the key in the incoming bucket that an object was created under, if one was.
    ///
    /// # Panics
    /// If asked for something that Colca never asks for.
    pub(crate) fn answer(&self, ask: &Ask, now: Timestamp) -> (Answer, Option<String>) {
        let (bucket, key) = ask.path.split_once('/').unwrap_or((&ask.path, ""));
        let place = Place { ask, bucket, key, now };
        let answer = self.route(&place);
        let is_new = answer.status == 200 && bucket == INCOMING && creates(ask);
        (answer, is_new.then(|| key.to_owned()))
    }

    fn route(&self, place: &Place<'_>) -> Answer {
        let has = |name: &str| place.ask.query.contains_key(name);
        let copies = place.ask.header("x-amz-copy-source").is_some();
        match (place.ask.method.as_str(), place.key) {
            ("HEAD", "") => Answer::new(200, ""),
            ("GET", "") if has("uploads") => self.list_uploads(place),
            ("GET", "") if has("versions") => self.list_versions(place),
            ("GET", "") => self.list(place),
            ("GET" | "HEAD", _) if !has("uploadId") => self.get(place),
            ("PUT", _) if has("partNumber") && copies => self.copy_part(place),
            ("PUT", _) if has("partNumber") => self.put_part(place),
            ("PUT", _) if copies => self.copy(place),
            ("PUT", _) => self.put(place, Object::new(place.ask.body.clone(), headers(place.ask))),
            ("POST", _) if has("uploads") => self.begin_parts(place),
            ("POST", _) if has("uploadId") => self.complete_parts(place),
            ("DELETE", _) if has("uploadId") => self.abort_parts(place),
            ("DELETE", _) => self.delete(place),
            (method, _) => panic!("the simulation has no {method} of {:?}", place.ask),
        }
    }

    fn bucket<T>(&self, name: &str, work: impl FnOnce(&mut Bucket) -> T) -> T {
        work(self.buckets.lock().expect("no other thread").get_mut(name).unwrap_or_else(|| panic!("no bucket {name}")))
    }

    fn get(&self, place: &Place<'_>) -> Answer {
        let Some(object) = self.look(place.bucket, |bucket| bucket.get(place.key).cloned()) else {
            return Answer::s3_error(404, "NoSuchKey");
        };
        if place.ask.header("if-match").is_some_and(|etag| etag != object.etag) {
            return Answer::s3_error(412, "PreconditionFailed");
        }
        let length = object.bytes.len();
        let range = place.ask.header("range").map(|range| numbers(range.trim_start_matches("bytes=")));
        let bytes = match range {
            None => object.bytes.clone(),
            Some((start, _)) if start >= length => return Answer::s3_error(416, "InvalidRange"),
            Some((start, end)) => object.bytes.slice(start..end.map_or(length, |end| length.min(end + 1))),
        };
        let is_head = place.ask.method == "HEAD";
        let mut answer =
            Answer::new(if range.is_some() { 206 } else { 200 }, if is_head { Bytes::new() } else { bytes.clone() });
        answer = answer.with("content-length", bytes.len().to_string()).with("etag", object.etag);
        if let Some(sha256) = object.sha256.filter(|_| place.ask.header("x-amz-checksum-mode").is_some()) {
            answer = answer.with("x-amz-checksum-sha256", sha256);
        }
        if let Some(upload) = object.headers.get("x-amz-meta-upload") {
            answer = answer.with("x-amz-meta-upload", upload);
        }
        answer
    }

    /// Puts an object if what is there is as the request expects it.
    fn put(&self, place: &Place<'_>, object: Object) -> Answer {
        let object = match place.ask.header("x-amz-checksum-sha256") {
            None => object,
            Some(promised) => {
                let object = object.with_sha256();
                if object.sha256.as_deref() != Some(promised) {
                    return Answer::s3_error(400, "BadDigest");
                }
                object
            }
        };
        let etag = object.etag.clone();
        match self.put_if(place, object) {
            Ok(()) => Answer::new(200, "").with("etag", etag),
            Err(refused) => refused,
        }
    }

    fn put_if(&self, place: &Place<'_>, object: Object) -> Result<(), Answer> {
        self.bucket(place.bucket, |bucket| {
            let there = bucket.get(place.key);
            match (place.ask.header("if-match"), there) {
                (Some(_), None) => return Err(Answer::s3_error(404, "NoSuchKey")),
                (Some(etag), Some(there)) if etag != there.etag => {
                    return Err(Answer::s3_error(412, "PreconditionFailed"));
                }
                _ if there.is_some() && place.ask.header("if-none-match").is_some() => {
                    return Err(Answer::s3_error(412, "PreconditionFailed"));
                }
                _ => {}
            }
            bucket.put(place.key, Some(object));
            if place.bucket == STORE {
                self.published.written(bucket, place.key);
            }
            Ok(())
        })
    }

    fn source(&self, place: &Place<'_>) -> Result<Object, Answer> {
        let source = place.ask.header("x-amz-copy-source").expect("a copy has a source");
        let source = percent_encoding::percent_decode_str(source).decode_utf8_lossy();
        let (bucket, key) = source.trim_start_matches('/').split_once('/').expect("bucket and key");
        let object =
            self.look(bucket, |bucket| bucket.get(key).cloned()).ok_or_else(|| Answer::s3_error(404, "NoSuchKey"))?;
        match place.ask.header("x-amz-copy-source-if-match") {
            Some(etag) if etag != object.etag => Err(Answer::s3_error(412, "PreconditionFailed")),
            _ => Ok(object),
        }
    }

    fn copy(&self, place: &Place<'_>) -> Answer {
        let source = match self.source(place) {
            Ok(source) => source,
            Err(refused) => return refused,
        };
        assert_eq!(place.ask.header("x-amz-metadata-directive"), Some("REPLACE"), "the simulation copies no metadata");
        let mut object = Object::new(source.bytes, headers(place.ask));
        if place.ask.header("x-amz-checksum-algorithm") == Some("SHA256") {
            object = object.with_sha256();
        }
        let etag = escaped(&object.etag);
        let sha256 = object
            .sha256
            .as_ref()
            .map_or_else(String::new, |sha256| format!("<ChecksumSHA256>{sha256}</ChecksumSHA256>"));
        match self.put_if(place, object) {
            Ok(()) => xml(format!("<CopyObjectResult><ETag>{etag}</ETag>{sha256}</CopyObjectResult>")),
            Err(refused) => refused,
        }
    }

    fn begin_parts(&self, place: &Place<'_>) -> Answer {
        let begun = place.now.as_second();
        let parts = Parts { key: place.key.to_owned(), headers: headers(place.ask), begun, ..Parts::default() };
        let id = self.bucket(place.bucket, |bucket| {
            let id = format!("upload-{}", bucket.number());
            bucket.uploads.insert(id.clone(), parts);
            id
        });
        xml(format!("<InitiateMultipartUploadResult><UploadId>{id}</UploadId></InitiateMultipartUploadResult>"))
    }

    fn put_part(&self, place: &Place<'_>) -> Answer {
        match self.add_part(place, place.ask.body.clone()) {
            Some(etag) => Answer::new(200, "").with("etag", etag),
            None => Answer::s3_error(404, "NoSuchUpload"),
        }
    }

    fn copy_part(&self, place: &Place<'_>) -> Answer {
        let source = match self.source(place) {
            Ok(source) => source.bytes,
            Err(refused) => return refused,
        };
        let range = place.ask.header("x-amz-copy-source-range").expect("a part is a range");
        let (start, end) = numbers(range.trim_start_matches("bytes="));
        let end = end.expect("a part has an end");
        if end >= source.len() {
            return Answer::s3_error(416, "InvalidRange");
        }
        match self.add_part(place, source.slice(start..=end)) {
            Some(etag) => xml(format!("<CopyPartResult><ETag>{}</ETag></CopyPartResult>", escaped(&etag))),
            None => Answer::s3_error(404, "NoSuchUpload"),
        }
    }

    fn add_part(&self, place: &Place<'_>, bytes: Bytes) -> Option<String> {
        let number = place.ask.query["partNumber"].parse().expect("a number");
        let etag = Object::new(bytes.clone(), BTreeMap::new()).etag;
        self.bucket(place.bucket, |bucket| {
            bucket.uploads.get_mut(&place.ask.query["uploadId"])?.parts.insert(number, bytes);
            Some(etag)
        })
    }

    fn complete_parts(&self, place: &Place<'_>) -> Answer {
        let id = &place.ask.query["uploadId"];
        let Some(upload) = self.look(place.bucket, |bucket| bucket.uploads.get(id).cloned()) else {
            return Answer::s3_error(404, "NoSuchUpload");
        };
        let body = String::from_utf8_lossy(&place.ask.body).into_owned();
        let mut bytes = BytesMut::new();
        for number in between(&body, "<PartNumber>", "</PartNumber>") {
            match upload.parts.get(&number.parse().expect("a number")) {
                Some(part) => bytes.extend_from_slice(part),
                None => return Answer::s3_error(400, "InvalidPart"),
            }
        }
        let mut object = Object::new(bytes.freeze(), upload.headers);
        object.etag = format!("{}-{}\"", object.etag.trim_end_matches('"'), upload.parts.len());
        let etag = escaped(&object.etag);
        if let Err(refused) = self.put_if(place, object) {
            return refused;
        }
        self.bucket(place.bucket, |bucket| bucket.uploads.remove(id));
        xml(format!("<CompleteMultipartUploadResult><ETag>{etag}</ETag></CompleteMultipartUploadResult>"))
    }

    fn abort_parts(&self, place: &Place<'_>) -> Answer {
        match self.bucket(place.bucket, |bucket| bucket.uploads.remove(&place.ask.query["uploadId"])) {
            Some(_) => Answer::new(204, ""),
            None => Answer::s3_error(404, "NoSuchUpload"),
        }
    }

    fn delete(&self, place: &Place<'_>) -> Answer {
        self.bucket(place.bucket, |bucket| {
            let there = bucket.get(place.key).map(|object| object.etag.clone());
            match (place.ask.header("if-match"), &there) {
                (Some(_), None) => return Answer::s3_error(404, "NoSuchKey"),
                (Some(etag), Some(there)) if etag != there => return Answer::s3_error(412, "PreconditionFailed"),
                _ => {}
            }
            match place.ask.query.get("versionId") {
                Some(id) => bucket.remove(place.key, id),
                None => bucket.put(place.key, None),
            }
            if place.bucket == STORE && there.is_some() && bucket.get(place.key).is_none() {
                self.published.deleted(place.key);
            }
            Answer::new(204, "")
        })
    }

    fn list(&self, place: &Place<'_>) -> Answer {
        let query = |name: &str| place.ask.query.get(name).map_or("", String::as_str);
        let most: usize = place.ask.query.get("max-keys").map_or(1000, |most| most.parse().expect("a number"));
        self.look(place.bucket, |bucket| {
            let mut listed = bucket.list(query("prefix"));
            listed.retain(|(key, _)| *key > query("start-after"));
            let is_truncated = listed.len() > most;
            let mut text = format!("<ListBucketResult><IsTruncated>{is_truncated}</IsTruncated>");
            for (key, object) in listed.into_iter().take(most) {
                let (key, etag, size) = (escaped(key), escaped(&object.etag), object.bytes.len());
                let _ = write!(text, "<Contents><Key>{key}</Key><Size>{size}</Size><ETag>{etag}</ETag></Contents>");
            }
            xml(text + "</ListBucketResult>")
        })
    }

    fn list_versions(&self, place: &Place<'_>) -> Answer {
        let prefix = place.ask.query.get("prefix").map_or("", String::as_str);
        let versions = self.look(place.bucket, |bucket| bucket.versions(prefix));
        let mut text = "<ListVersionsResult><IsTruncated>false</IsTruncated>".to_owned();
        for (key, id) in versions {
            let _ = write!(text, "<Version><Key>{}</Key><VersionId>{id}</VersionId></Version>", escaped(&key));
        }
        xml(text + "</ListVersionsResult>")
    }

    fn list_uploads(&self, place: &Place<'_>) -> Answer {
        let mut text = "<ListMultipartUploadsResult><IsTruncated>false</IsTruncated>".to_owned();
        self.look(place.bucket, |bucket| {
            for (id, Parts { key, begun, .. }) in &bucket.uploads {
                let begun = Timestamp::from_second(*begun).expect("a time");
                let key = escaped(key);
                let _ = write!(
                    text,
                    "<Upload><Key>{key}</Key><UploadId>{id}</UploadId><Initiated>{begun}</Initiated></Upload>"
                );
            }
        });
        xml(text + "</ListMultipartUploadsResult>")
    }
}

/// Whether a request makes an object.
fn creates(ask: &Ask) -> bool {
    let is_part = ask.query.contains_key("partNumber");
    ask.method == "PUT" && !is_part || ask.method == "POST" && ask.query.contains_key("uploadId")
}

/// What is kept of the headers of a request with the object.
fn headers(ask: &Ask) -> BTreeMap<String, String> {
    let is_kept = |name: &str| matches!(name, "content-type" | "cache-control") || name.starts_with("x-amz-meta-");
    ask.headers.iter().filter(|(name, _)| is_kept(name)).map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn xml(text: String) -> Answer {
    Answer::new(200, text).with("content-type", "application/xml")
}
