//! How many calls of DynamoDB a piece of work takes: what it costs, and what its users wait for.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use aws_sdk_dynamodb::config::interceptors::BeforeTransmitInterceptorContextRef;
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;

tokio::task_local! {
    static CALLS: Arc<AtomicU32>;
}

/// Does `work`, and counts the calls of DynamoDB it makes in this task, each try of each.
pub async fn counted<T>(work: impl Future<Output = T>) -> (T, u32) {
    let calls = Arc::new(AtomicU32::new(0));
    let result = CALLS.scope(calls.clone(), work).await;
    (result, calls.load(Ordering::Relaxed))
}

/// Counts every request that is sent.
#[derive(Debug)]
pub(crate) struct CountCalls;

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
        let _ = CALLS.try_with(|calls| calls.fetch_add(1, Ordering::Relaxed));
        Ok(())
    }
}
