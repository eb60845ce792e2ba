//! Logs: one JSON object a line, as CloudWatch Logs Insights reads them.

use tracing_subscriber::EnvFilter;

/// Our own crates, as `tracing` knows them. The libraries below log whole requests at their finer levels, with the
/// credentials in them, so they get to say only what went wrong.
const OURS: [&str; 14] = [
    "upload",
    "ingest",
    "import",
    "catalog",
    "curate",
    "repo_build",
    "reap",
    "admin",
    "colca_serve",
    "colca_api",
    "colca_intake",
    "colca_store",
    "colca_upstream",
    "colca_runtime",
];

/// Logs to standard output, our own crates at `level` and the others at `warn`, with the identifiers of a message as
/// fields beside its text.
pub(crate) fn start(level: &str) {
    let ours = OURS.map(|name| format!("{name}={level}")).join(",");
    let filter = EnvFilter::new(format!("warn,{ours}"));
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .without_time() // CloudWatch stamps every line
        .with_env_filter(filter)
        .init();
}
