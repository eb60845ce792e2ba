//! Whether Colca keeps what it promises while everything goes wrong at once, on the deployed stack, with real processes and
//! real clients.
//!
//! ```text
//! uploads  many upload, replace and delete at once while functions are killed: nothing is lost or twice
//! clients  dnf and apt behind caches that are stale and forgetful, while all changes: nothing fails
//! peers    what people do today, on the same S3: what that loses
//! ```
//!
//! The first violation ends it, with the seed to do the same again. That it finds what it looks for, `--plant` shows.

mod again;
mod arguments;
mod clients;
mod course;
mod peers;
mod plant;
mod report;
mod shelf;
mod uploads;

use std::{env, panic, process::ExitCode, time::Duration};

use arguments::{Arguments, Stage};
use colca_tests::wait;
use course::Course;
use report::Report;

/// How long what is not a violation by being slow may take.
const PATIENCE: Duration = Duration::from_secs(400);

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
    wait::be_patient(PATIENCE);
    let mut report = Report::new(arguments.seed);
    let verdict = arguments.stages.iter().try_for_each(|stage| {
        eprintln!("{stage:?}");
        play(*stage, &arguments, &mut report).map_err(|violation| verdict(*stage, &arguments, &violation))
    });
    println!("{}", report.text());
    println!("{}", report.write().display());
    match verdict {
        Ok(()) => ExitCode::SUCCESS,
        Err(words) => {
            eprintln!("{words}");
            ExitCode::FAILURE
        }
    }
}

/// Runs one stage. What fails outside of all that it watches is a violation as well.
fn play(stage: Stage, arguments: &Arguments, report: &mut Report) -> Result<(), String> {
    let course = Course::of(Duration::MAX);
    let done = course.watch("the stage itself", || match stage {
        Stage::Uploads => uploads::run(arguments, report),
        Stage::Clients => clients::run(arguments, report),
        Stage::Peers => peers::run(arguments, report),
    });
    done.unwrap_or_else(|| course.verdict())
}

/// The last words of a run that found something.
fn verdict(stage: Stage, arguments: &Arguments, violation: &str) -> String {
    let (name, seconds) = (format!("{stage:?}").to_lowercase(), arguments.bound.as_secs());
    let minutes = seconds.div_ceil(60);
    format!(
        "VIOLATED in {stage:?}: {violation}\nThe same choices again: \
         ./tests/faults --only {name} --minutes {minutes} --seed {}",
        arguments.seed
    )
}

#[cfg(test)]
mod tests {
    use super::{Arguments, Course, Duration, Stage, verdict};

    #[test]
    fn a_violation_ends_with_its_words_and_the_way_to_have_it_again() {
        let course = Course::of(Duration::from_secs(1));
        course.watch("in the end", || panic!("repos/a: lost: [planted]"));
        let violation = course.verdict().unwrap_err();
        let arguments = Arguments::read(["--seed", "7", "--seconds", "119"].map(str::to_owned)).expect("good ones");
        let expected = "VIOLATED in Uploads: in the end: repos/a: lost: [planted]\n\
                        The same choices again: ./tests/faults --only uploads --minutes 2 --seed 7";
        assert_eq!(verdict(Stage::Uploads, &arguments, &violation), expected);
    }
}
