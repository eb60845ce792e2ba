//! How many requests are under way. A process that is to end waits for those, and not for connections on which nobody has
//! asked for anything: half a head may stay half a head for ever.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use tokio::sync::watch;
use tokio::time::sleep;

/// How long an answer may take to get to whom it is for, and a head that has begun to its end.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// Counts requests.
#[derive(Clone, Default)]
pub(crate) struct UnderWay(Arc<watch::Sender<usize>>);

/// One that is under way until this is dropped.
struct OneMore(UnderWay);

impl UnderWay {
    /// Waits until there has been none for a while.
    pub(crate) async fn none(&self) {
        let mut count = self.0.subscribe();
        loop {
            // It cannot fail, since we hold the sender.
            let _ = count.wait_for(|count| *count == 0).await;
            tokio::select! {
                () = sleep(LAST_WORDS) => return,
                _ = count.changed() => {}
            }
        }
    }

    fn one_more(self) -> OneMore {
        self.0.send_modify(|count| *count += 1);
        OneMore(self)
    }
}

impl Drop for OneMore {
    fn drop(&mut self) {
        self.0.0.send_modify(|count| *count -= 1);
    }
}

/// Counts a request until it is answered, or given up.
pub(crate) async fn count(State(under_way): State<UnderWay>, request: Request, next: Next) -> Response {
    let _one_more = under_way.one_more();
    next.run(request).await
}
