//! The body of a request, taken no faster than it is used, and waited for no longer than is decent. The parser of forms
//! reads all it can get whenever it is asked, and keeps what it has not handed on; of a large body from a fast sender that
//! would be most of it.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, BodyDataStream, Bytes};
use futures::Stream;
use tokio::time::{Sleep, sleep};

/// How many bytes are taken at one go.
const AT_ONCE: u64 = 1024 * 1024;

/// How many bytes may have been taken and not be used: what stands between two parts of a form is never that long.
const UNUSED: u64 = 8 * AT_ONCE;

/// How long a sender may say nothing. One whose machine has died says nothing for ever, and would keep its memory here.
const SILENCE: Duration = Duration::from_secs(120);

/// Why a body is read no further.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Stopped {
    #[error("it is larger than {0} bytes")]
    TooLarge(u64),
    #[error("a part of the form has no end of its head")]
    NoParts,
    #[error("it was cut off")]
    CutOff,
    #[error("nothing more of it came for {} seconds", .0.as_secs())]
    Silent(Duration),
}

/// A body, metered.
pub(crate) struct Metered {
    body: BodyDataStream,
    limit: Option<u64>,
    taken: u64,
    at_once: u64,
    used: Arc<AtomicU64>,
    patience: Duration,
    /// Runs while we wait for the sender, not while the sender waits for us.
    silence: Option<Pin<Box<Sleep>>>,
}

/// Tells a metered body what was used of it.
#[derive(Clone)]
pub(crate) struct Meter(Arc<AtomicU64>);

impl Meter {
    pub(crate) fn used(&self, bytes: usize) {
        self.0.fetch_add(bytes as u64, Ordering::Relaxed);
    }
}

impl Metered {
    /// `limit` is the largest body allowed, in bytes.
    pub(crate) fn new(body: Body, limit: Option<u64>) -> (Self, Meter) {
        let used = Arc::new(AtomicU64::new(0));
        let metered = Self {
            body: body.into_data_stream(),
            limit,
            taken: 0,
            at_once: 0,
            used: used.clone(),
            patience: SILENCE,
            silence: None,
        };
        (metered, Meter(used))
    }

    /// Lets the parser look at what it has got.
    fn pause<T>(&mut self, context: &Context<'_>) -> Poll<T> {
        self.at_once = 0;
        context.waker().wake_by_ref();
        Poll::Pending
    }

    /// The next bytes, or that none have come for too long.
    fn poll_body(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Stopped>>> {
        if let Poll::Ready(next) = Pin::new(&mut self.body).poll_next(context) {
            self.silence = None;
            return Poll::Ready(next.map(|bytes| bytes.map_err(|_| Stopped::CutOff)));
        }
        let patience = self.patience;
        let silence = self.silence.get_or_insert_with(|| Box::pin(sleep(patience)));
        silence.as_mut().poll(context).map(|()| Some(Err(Stopped::Silent(patience))))
    }
}

impl Stream for Metered {
    type Item = Result<Bytes, Stopped>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.at_once >= AT_ONCE {
            return self.pause(context);
        }
        match ready!(self.poll_body(context)) {
            // Never right behind the last bytes: before the first boundary the parser reads twice, and takes an end that
            // the second time brings for the end of everything, whatever came along with it.
            None if self.at_once > 0 => self.pause(context),
            Some(Ok(bytes)) => {
                self.taken += bytes.len() as u64;
                self.at_once += bytes.len() as u64;
                let stopped = match self.limit {
                    Some(limit) if self.taken > limit => Some(Stopped::TooLarge(limit)),
                    _ if self.taken - self.used.load(Ordering::Relaxed) > UNUSED => Some(Stopped::NoParts),
                    _ => None,
                };
                Poll::Ready(Some(stopped.map_or(Ok(bytes), Err)))
            }
            other => Poll::Ready(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::{StreamExt, stream};
    use multer::Multipart;

    use super::*;

    fn body(pieces: u64, length: usize) -> Body {
        let pieces = (0..pieces).map(move |_| Ok::<_, std::io::Error>(Bytes::from(vec![0; length])));
        Body::from_stream(stream::iter(pieces))
    }

    #[tokio::test]
    async fn gives_all_that_is_used() {
        let (mut metered, meter) = Metered::new(body(100, 1_000_000), None);
        let mut taken = 0;
        while let Some(piece) = metered.next().await {
            let piece = piece.expect("nothing stops it");
            meter.used(piece.len());
            taken += piece.len();
        }
        assert_eq!(taken, 100_000_000);
    }

    #[tokio::test]
    async fn stops_at_its_limit_and_at_what_nobody_uses() {
        let (metered, _) = Metered::new(body(100, 1_000), Some(50_000));
        let pieces: Vec<_> = metered.take(60).collect().await;
        assert!(pieces[..50].iter().all(Result::is_ok));
        assert!(matches!(pieces[50], Err(Stopped::TooLarge(50_000))));

        let (metered, _) = Metered::new(body(100, 1_000_000), None);
        let pieces: Vec<_> = metered.take(9).collect().await;
        assert!(matches!(pieces[8], Err(Stopped::NoParts)));
    }

    #[tokio::test]
    async fn a_form_that_comes_while_the_parser_waits_is_whole() {
        let form = "--B\r\nContent-Disposition: form-data; name=\"force\"\r\n\r\n1\r\n--B--\r\n";
        let mut steps = [None, Some(form)].into_iter();
        let late = stream::poll_fn(move |context| match steps.next() {
            Some(None) => {
                context.waker().wake_by_ref();
                Poll::Pending
            }
            Some(Some(form)) => Poll::Ready(Some(Ok::<_, std::io::Error>(form))),
            None => Poll::Ready(None),
        });
        let (metered, _) = Metered::new(Body::from_stream(late), None);
        let mut parts = Multipart::new(metered, "B");
        let field = parts.next_field().await.expect("a whole form").expect("with a field");
        assert_eq!(field.name(), Some("force"));
        assert_eq!(field.text().await.expect("to its end"), "1");
        assert!(parts.next_field().await.expect("an end").is_none());
    }

    #[tokio::test]
    async fn does_not_wait_for_ever() {
        let (mut metered, _) = Metered::new(Body::from_stream(stream::pending::<std::io::Result<Bytes>>()), None);
        metered.patience = Duration::from_millis(1);
        assert!(matches!(metered.next().await, Some(Err(Stopped::Silent(_)))));
    }
}
