//! Logs: one JSON object a line, as CloudWatch Logs Insights reads them.

use std::io;

use tracing::Subscriber;
use tracing_subscriber::{EnvFilter, fmt::MakeWriter, util::SubscriberInitExt};

/// Our own crates, as `tracing` knows them. The libraries below log whole requests at their finer levels, with the
/// credentials in them, so they get to say only what went wrong.
const OURS: [&str; 16] = [
    "upload",
    "ingest",
    "import",
    "catalog",
    "curate",
    "repo_build",
    "reap",
    "callback",
    "admin",
    "colca_serve",
    "colca_api",
    "colca_intake",
    "colca_retention",
    "colca_store",
    "colca_upstream",
    "colca_runtime",
];

/// Logs to standard output, our own crates at `level` and the others at `warn`, with the identifiers of a message as
/// fields beside its text.
pub(crate) fn start(level: &str) {
    lines(level, io::stdout).init();
}

/// What is logged, to any place.
fn lines(level: &str, place: impl for<'a> MakeWriter<'a> + Send + Sync + 'static) -> impl Subscriber + Send + Sync {
    let ours = OURS.map(|name| format!("{name}={level}")).join(",");
    let filter = EnvFilter::new(format!("warn,{ours}"));
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .without_time() // CloudWatch stamps every line
        .with_env_filter(filter)
        .with_writer(place)
        .finish()
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex, PoisonError};

    use super::*;

    /// A place that several write to.
    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Log {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn no_library_logs_a_request_however_much_we_are_to_log() {
        let log = Log::default();
        let place = log.clone();
        tracing::subscriber::with_default(lines("trace", move || place.clone()), || {
            tracing::trace!(target: "hyper_util::client::legacy", "authorization: a-secret");
            tracing::debug!(target: "aws_smithy_runtime::client", "X-Amz-Signature=a-secret");
            tracing::info!(target: "aws_config::profile", "a-secret");
            tracing::warn!(target: "aws_smithy_runtime::client", "it went wrong");
            tracing::trace!(target: "colca_store::objects", "what we say ourselves");
        });
        let log = String::from_utf8(log.0.lock().expect("no thread panicked").clone()).expect("UTF-8");
        assert_eq!((log.lines().count(), log.contains("a-secret")), (2, false), "{log}");
        assert!(log.contains("it went wrong") && log.contains("what we say ourselves"), "{log}");
    }
}
