//! What must hold whatever fails, tried out with thousands of stories, each of which follows from a number.
//!
//! Users upload, replace and delete packages; the functions that really run do the work, against services in memory. Calls fail,
//! hang, are done late and unheard; messages come twice, late and in any order; processes die between any two calls, leases
//! lapse, clocks are wrong. After each story: is all that was registered published, and nothing else, was it so in between, and do those hear of it who want to
//! know?
//!
//! ```text
//! user ─▶ lambda ─▶ process (Services, its own clock) ─▶ wire (weather) ─▶ cloud ─▶ published (watches)
//! ```

mod arguments;
mod chance;
mod cloud;
#[cfg(test)]
mod forgetting;
mod heard;
mod lambda;
#[cfg(test)]
mod left_behind;
mod many;
mod named;
mod package;
mod process;
mod published;
mod release;
mod repomd;
mod report;
mod story;
mod user;
mod weather;
mod wire;
mod world;

use std::process::ExitCode;

use arguments::Arguments;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

fn main() -> ExitCode {
    // What goes wrong on purpose is no news: only who replays one story asks for it.
    let filter = EnvFilter::builder().with_default_directive(LevelFilter::OFF.into()).with_env_var("COLCA_LOG");
    // The spans of the SDK have random numbers of their own: who looks at them would be told another story.
    let filter = ["s3", "dynamodb", "sqs", "secretsmanager"].iter().fold(filter.from_env_lossy(), |filter, service| {
        filter.add_directive(format!("aws_sdk_{service}=off").parse().expect("a directive"))
    });
    tracing_subscriber::fmt().without_time().with_writer(std::io::stderr).with_env_filter(filter).init();
    let arguments = match Arguments::parse(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(wrong) => {
            eprintln!("{wrong}");
            return ExitCode::from(2);
        }
    };
    let report = many::many(arguments);
    println!("{report}");
    let folder = std::path::Path::new("target/faults");
    let written = std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(folder.join("simulation.json"), report.json().to_string()));
    if let Err(error) = written {
        eprintln!("The figures could not be written to {}: {error}", folder.display());
    }
    if report.is_good() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
