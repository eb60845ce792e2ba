//! How many calls of S3 and DynamoDB a piece of work takes: what it costs, and what its users wait for.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use aws_sdk_dynamodb::config::interceptors::BeforeTransmitInterceptorContextRef;
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;

/// Calls that were made, each try of each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Calls {
    /// Of DynamoDB.
    pub dynamodb: u32,
    /// Of S3.
    pub s3: u32,
}

#[derive(Debug, Default)]
struct Counters {
    dynamodb: AtomicU32,
    s3: AtomicU32,
}

tokio::task_local! {
    static COUNTERS: Arc<Counters>;
}

/// Does `work`, and counts the calls it makes in this task.
pub async fn counted<T>(work: impl Future<Output = T>) -> (T, Calls) {
    let counters = Arc::<Counters>::default();
    let result = COUNTERS.scope(counters.clone(), work).await;
    let of = |counter: &AtomicU32| counter.load(Ordering::Relaxed);
    (result, Calls { dynamodb: of(&counters.dynamodb), s3: of(&counters.s3) })
}

/// Counts every request that is sent to a service.
#[derive(Debug)]
pub(crate) enum CountCalls {
    DynamoDb,
    S3,
}

impl Intercept for CountCalls {
    fn name(&self) -> &'static str {
        "CountCalls"
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        // Work that nobody counts is not in the scope.
        let _ = COUNTERS.try_with(|counters| {
            let counter = match self {
                Self::DynamoDb => &counters.dynamodb,
                Self::S3 => &counters.s3,
            };
            counter.fetch_add(1, Ordering::Relaxed)
        });
        Ok(())
    }
}
