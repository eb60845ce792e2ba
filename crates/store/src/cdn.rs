//! The CDN, for what it is to forget before its time. Nobody needs it to: clients begin at entry files, which it keeps for
//! seconds. It is for what was deleted, and is served on by edges that have it.

use std::time::Duration;

use aws_sdk_cloudfront::Client;
use aws_sdk_cloudfront::types::{InvalidationBatch, Paths};
use tokio::time::timeout;

use crate::{Error, ErrorKind, Invalidation, Result};

/// How long a call may take with all its tries: whoever makes it has other work to end.
const PATIENCE: Duration = Duration::from_secs(20);

/// A distribution of CloudFront.
#[derive(Debug, Clone)]
pub struct Cdn {
    cloudfront: Client,
    distribution: String,
}

impl Cdn {
    /// `distribution` is an id.
    #[must_use]
    pub fn new(cloudfront: Client, distribution: String) -> Self {
        Self { cloudfront, distribution }
    }

    /// Has it forget. A call that is made again is the same call, whether the first was heard or not.
    ///
    /// # Errors
    /// [`ErrorKind::Unavailable`] if it has too much to forget already, or whatever else the service answers.
    pub async fn invalidate(&self, invalidation: &Invalidation) -> Result<()> {
        let what = || format!("have {} forget what is deleted", self.distribution);
        let unbuilt = |error| Error::corrupt("build an invalidation", error);
        let paths: Vec<_> = invalidation.paths().into_iter().collect();
        let quantity = i32::try_from(paths.len()).map_err(|error| Error::corrupt("count paths", error))?;
        let reference = invalidation.reference();
        let paths = Paths::builder().quantity(quantity).set_items(Some(paths)).build().map_err(unbuilt)?;
        let batch = InvalidationBatch::builder().caller_reference(reference).paths(paths).build().map_err(unbuilt)?;
        let request = self.cloudfront.create_invalidation().distribution_id(&self.distribution);
        match timeout(PATIENCE, request.invalidation_batch(batch).send()).await {
            Ok(answer) => answer.map(drop).map_err(|error| Error::sdk(what(), error)),
            Err(_) => Err(Error::new(ErrorKind::Unavailable, format!("{} within {} s", what(), PATIENCE.as_secs()))),
        }
    }
}
