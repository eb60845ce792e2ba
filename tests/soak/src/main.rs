//! Whether Colca keeps what it promises while everything goes wrong at once, on the deployed stack, with real processes and
//! real clients.
//!
//! ```text
//! uploads  many upload, replace and delete at once while functions are killed: nothing is lost or twice
//! clients  dnf and apt behind caches that are stale and forgetful, while all changes: nothing fails
//! peers    what people do today, on the same S3: what that loses
//! ```
//!
//! The first violation ends it, with the seed to do the same again.

mod again;
mod arguments;
mod clients;
mod course;
mod peers;
mod report;
mod shelf;
mod uploads;

use std::{env, panic, process::ExitCode};

use arguments::{Arguments, Stage};
use report::Report;

fn main() -> ExitCode {
    let arguments = match Arguments::read(env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(usage) => {
            eprintln!("{usage}");
            return ExitCode::FAILURE;
        }
    };
    // Each violation in a line as it is found; the first one stands at the end again.
    panic::set_hook(Box::new(|violation| eprintln!("{violation}")));
    let mut report = Report::new(arguments.seed);
    for stage in &arguments.stages {
        eprintln!("{stage:?}");
        let verdict = match stage {
            Stage::Uploads => uploads::run(&arguments, &mut report),
            Stage::Clients => clients::run(&arguments, &mut report),
            Stage::Peers => peers::run(&arguments, &mut report),
        };
        if let Err(violation) = verdict {
            println!("{}", report.text());
            eprintln!("VIOLATED in {stage:?}: {violation}\nThe same choices again: --seed {}", arguments.seed);
            return ExitCode::FAILURE;
        }
    }
    println!("{}", report.text());
    println!("{}", report.write().display());
    ExitCode::SUCCESS
}
