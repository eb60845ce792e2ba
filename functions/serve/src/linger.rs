//! Refusing a body that is still being sent. Most clients read no answer before they have sent everything; to end the
//! connection under their hands would leave them without the reason.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, BodyDataStream, Bytes};
use axum::extract::Request;
use axum::http::header::EXPECT;
use axum::middleware::Next;
use axum::response::Response;
use futures::{Stream, StreamExt};
use tokio::time::timeout;

/// How long a client that was refused may go on sending.
const PATIENCE: Duration = Duration::from_secs(120);

/// How long it may pause meanwhile. One that is gone pauses for ever.
const PAUSE: Duration = Duration::from_secs(20);

/// A body that its handler and we can read.
#[derive(Clone)]
struct Shared(Arc<Mutex<BodyDataStream>>);

impl Stream for Shared {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut body = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Pin::new(&mut *body).poll_next(context)
    }
}

/// Reads on, and forgets, what a refused request still sends; then gives the answer.
pub(crate) async fn linger(request: Request, next: Next) -> Response {
    // Who asks first, sends nothing if the answer is no.
    if request.headers().contains_key(EXPECT) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let mut body = Shared(Arc::new(Mutex::new(body.into_data_stream())));
    let response = next.run(Request::from_parts(parts, Body::from_stream(body.clone()))).await;
    if response.status().is_client_error() || response.status().is_server_error() {
        let rest = async { while let Ok(Some(Ok(_))) = timeout(PAUSE, body.next()).await {} };
        // Who takes longer is left without an answer.
        let _ = timeout(PATIENCE, rest).await;
    }
    response
}
