//! How far the checksums of a large file have come.

use colca_model::UploadId;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::Jobs;
use super::uploads::partition;
use crate::table::{held, item, number};
use crate::{Error, Result};

const SK: &str = "digest";

/// Whoever has not gone on after this long never will.
const KEPT: SignedDuration = SignedDuration::from_hours(14 * 24);

/// The states of the digests after a number of bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DigestProgress {
    /// How many bytes were read.
    pub bytes: u64,
    /// The state of SHA-256.
    #[serde(with = "serde_bytes")]
    pub sha256: Vec<u8>,
    /// The state of SHA-512; empty if it is not wanted.
    #[serde(with = "serde_bytes")]
    pub sha512: Vec<u8>,
}

impl Jobs {
    /// How far the digests of an upload have come; `None` if nobody had to stop in the middle.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn digest_progress(&self, id: &UploadId) -> Result<Option<DigestProgress>> {
        self.table.get(&partition(id), SK).await
    }

    /// Writes down how far the digests of an upload have come, unless another delivery has come further.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn save_digest_progress(&self, id: &UploadId, progress: &DigestProgress, now: Timestamp) -> Result<()> {
        let pk = partition(id);
        let mut item = item(&pk, SK, progress)?;
        item.insert("expires".to_owned(), number((now + KEPT).as_second()));
        let request = self.table.db.put_item().table_name(&self.table.name).set_item(Some(item));
        let request = request.condition_expression("attribute_not_exists(pk) OR #bytes < :bytes");
        let request = request.expression_attribute_names("#bytes", "bytes");
        let request = request.expression_attribute_values(":bytes", number(progress.bytes));
        held(request.send().await.map_err(|error| Error::sdk(format!("write down the digests of {id}"), error)))
            .map(drop)
    }
}
