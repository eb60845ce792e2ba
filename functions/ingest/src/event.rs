//! The messages that wake us: S3's about an object that was created, and our own about one that was forgotten.

use colca_model::UploadId;
use colca_store::IngestMessage;
use percent_encoding::percent_decode_str;
use serde::Deserialize;

/// A message.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Event {
    /// From `reap`, or from ourselves about the rest of a large file.
    Ours(IngestMessage),
    /// From S3: one record for each object, of which the key is all we need.
    S3 {
        /// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html>
        #[serde(rename = "Records")]
        records: Vec<Record>,
    },
    /// What S3 sends once, when notifications are set up.
    Test {
        /// `s3:TestEvent`.
        #[serde(rename = "Event")]
        event: String,
    },
}

/// A record of S3's.
#[derive(Debug, Clone, Deserialize)]
pub struct Record {
    s3: Entity,
}

#[derive(Debug, Clone, Deserialize)]
struct Entity {
    object: Object,
}

#[derive(Debug, Clone, Deserialize)]
struct Object {
    key: String,
}

impl Event {
    /// The uploads that arrived. Keys that no ticket leads to are passed over: only functions can write them.
    #[must_use]
    pub fn uploads(&self) -> Vec<UploadId> {
        match self {
            Self::Ours(message) => vec![message.upload.clone()],
            Self::S3 { records } => records.iter().filter_map(|record| upload_of(&record.s3.object.key)).collect(),
            Self::Test { .. } => vec![],
        }
    }
}

/// The upload that `incoming/<id>/<filename>` belongs to. S3 encodes keys in messages as forms do.
fn upload_of(key: &str) -> Option<UploadId> {
    let decoded = percent_decode_str(key).decode_utf8().ok()?;
    let mut parts = decoded.split('/');
    if parts.next() != Some("incoming") {
        return None;
    }
    parts.next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "01ARZ3NDEKTSV4RRFFQ69G5FAV";

    fn uploads(json: &str) -> Vec<String> {
        let event: Event = serde_json::from_str(json).expect("a message we know");
        event.uploads().into_iter().map(String::from).collect()
    }

    #[test]
    fn reads_the_messages_of_s3_and_our_own() {
        let s3 = format!(
            r#"{{"Records": [{{"eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": "eu-west-1",
                "eventTime": "2026-01-01T00:00:00.000Z", "eventName": "ObjectCreated:Put",
                "s3": {{"s3SchemaVersion": "1.0", "configurationId": "x", "bucket": {{"name": "b"}},
                "object": {{"key": "incoming/{ID}/gcc-c%2B%2B-12+x.rpm", "size": 7}}}}}}]}}"#
        );
        assert_eq!(uploads(&s3), [ID]);
        assert_eq!(uploads(&format!(r#"{{"upload": "{ID}"}}"#)), [ID]);
        assert!(uploads(r#"{"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "b"}"#).is_empty());
    }

    #[test]
    fn passes_over_keys_of_no_ticket() {
        assert_eq!(upload_of("incoming/x/y"), None);
        assert_eq!(upload_of(&format!("repos/{ID}/y")), None);
    }

    #[test]
    fn damaged_messages() {
        let s3 =
            format!(r#"{{"Records": [{{"s3": {{"object": {{"key": "incoming/{ID}/a%2B+x.rpm", "size": 7}}}}}}]}}"#);
        let ours = format!(r#"{{"upload": "{ID}"}}"#);
        let made = vec![s3.into_bytes(), ours.into_bytes(), br#"{"Event": "s3:TestEvent"}"#.to_vec()];
        colca_fuzz::fuzz("messages", made, |bytes| {
            let event = serde_json::from_slice::<Event>(bytes).inspect_err(colca_fuzz::check_words);
            let Ok(event) = event else { return false };
            event.uploads().iter().for_each(|upload| assert_eq!(upload.to_string().len(), ID.len(), "{event:?}"));
            true
        });
    }
}
