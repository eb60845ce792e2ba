//! Logs: one JSON object a line, as CloudWatch Logs Insights reads them.

use tracing_subscriber::EnvFilter;

/// Logs to standard output at the level `COLCA_LOG` names (`info` if it names none), with the identifiers of a
/// message as fields beside its text.
pub(crate) fn start() {
    let filter = EnvFilter::builder()
        .with_env_var("COLCA_LOG")
        .with_default_directive(tracing::Level::INFO.into())
        .from_env_lossy();
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .without_time() // CloudWatch stamps every line
        .with_env_filter(filter)
        .init();
}
