//! How many calls of S3 and DynamoDB a piece of work takes: what it costs, and what its users wait for.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use aws_sdk_dynamodb::config::interceptors::{
    BeforeDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextRef, FinalizerInterceptorContextRef,
};
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use aws_smithy_types::config_bag::{Storable, StoreReplace};

/// Calls that were made, each try of each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Calls {
    /// Of DynamoDB.
    pub dynamodb: u32,
    /// Of S3.
    pub s3: u32,
    /// The most calls of S3 of which each began after the one before had been answered.
    pub s3_in_turn: u32,
    /// Bytes that S3 sent, headers left out.
    pub s3_received: u64,
    /// Bytes that S3 was sent.
    pub s3_sent: u64,
}

#[derive(Debug, Default)]
struct Counters {
    dynamodb: AtomicU32,
    s3: AtomicU32,
    /// Of the calls that were answered the longest row.
    s3_in_turn: AtomicU32,
    s3_received: AtomicU64,
    s3_sent: AtomicU64,
}

tokio::task_local! {
    static COUNTERS: Arc<Counters>;
}

/// Does `work`, and counts the calls it makes in this task.
pub async fn counted<T>(work: impl Future<Output = T>) -> (T, Calls) {
    let counters = Arc::<Counters>::default();
    let result = COUNTERS.scope(counters.clone(), work).await;
    let of = |counter: &AtomicU32| counter.load(Ordering::Relaxed);
    let bytes = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    let calls = Calls {
        dynamodb: of(&counters.dynamodb),
        s3: of(&counters.s3),
        s3_in_turn: of(&counters.s3_in_turn),
        s3_received: bytes(&counters.s3_received),
        s3_sent: bytes(&counters.s3_sent),
    };
    (result, calls)
}

/// Counts every request that is sent to a service.
#[derive(Debug)]
pub(crate) enum CountCalls {
    DynamoDb,
    S3,
}

/// A call of S3 that is not answered yet.
#[derive(Debug)]
struct Begun {
    /// Its place in the longest row that it can be the last of.
    in_turn: u32,
    /// Whether the answer leaves out the body, and says how long it is all the same.
    is_head: bool,
}

impl Storable for Begun {
    type Storer = StoreReplace<Self>;
}

impl Intercept for CountCalls {
    fn name(&self) -> &'static str {
        "CountCalls"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        // Work that nobody counts is not in the scope.
        let _ = COUNTERS.try_with(|counters| match self {
            Self::DynamoDb => _ = counters.dynamodb.fetch_add(1, Ordering::Relaxed),
            Self::S3 => {
                counters.s3.fetch_add(1, Ordering::Relaxed);
                let sent = context.request().body().content_length().unwrap_or(0);
                counters.s3_sent.fetch_add(sent, Ordering::Relaxed);
                let in_turn = counters.s3_in_turn.load(Ordering::Relaxed) + 1;
                bag.interceptor_state().store_put(Begun { in_turn, is_head: context.request().method() == "HEAD" });
            }
        });
        Ok(())
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if bag.load::<Begun>().is_some_and(|begun| !begun.is_head) {
            let length = context.response().headers().get("content-length").and_then(|length| length.parse().ok());
            let _ =
                COUNTERS.try_with(|counters| counters.s3_received.fetch_add(length.unwrap_or(0), Ordering::Relaxed));
        }
        Ok(())
    }

    fn read_after_attempt(
        &self,
        _: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(begun) = bag.load::<Begun>() {
            let _ = COUNTERS.try_with(|counters| counters.s3_in_turn.fetch_max(begun.in_turn, Ordering::Relaxed));
        }
        Ok(())
    }
}
