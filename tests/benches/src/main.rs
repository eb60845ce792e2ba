//! What publishing costs, measured beside the programs that others publish with, on the same packages in the same run.
//!
//! ```text
//! index (Debian's) ─▶ synthetic (rpms, debs) ─▶ subjects (peers, and we) ─▶ measure ─▶ report (table, JSON, chart)
//! ```
//!
//! Started by `./tests/bench`, which installs what it needs.

mod arguments;
mod bench;
mod failure;
mod index;
mod machine;
mod measure;
mod peers;
mod programs;
mod report;
#[cfg(test)]
mod scratch;
mod subject;
mod synthetic;
mod us;

use std::{
    env,
    path::{Path, PathBuf},
    process::ExitCode,
};

use arguments::Arguments;
use failure::{At, Result};

fn main() -> ExitCode {
    let mut words = env::args().skip(1).peekable();
    let result = match words.next_if(|first| ["supervise", "resume"].contains(&first.as_str())).as_deref() {
        Some("supervise") => measure::supervise(words),
        Some(_) => {
            us::Stillness::end();
            Ok(ExitCode::SUCCESS)
        }
        None => Arguments::read(words).and_then(|arguments| bench(&arguments)),
    };
    result.unwrap_or_else(|failure| {
        eprintln!("{failure}");
        ExitCode::FAILURE
    })
}

fn bench(arguments: &Arguments) -> Result<ExitCode> {
    let root = root().canonicalize().at(root())?;
    let target = root.join("target/bench");
    let write = |results: &report::Results| results.write(&target).map(drop);
    let results = bench::run(arguments, &root.join(".localstack/bench"), write)?;
    println!("{}", results.text());
    for path in results.write(&target)? {
        println!("{}", path.strip_prefix(&root).unwrap_or(&path).display());
    }
    Ok(ExitCode::SUCCESS)
}

/// Where the project stands.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
