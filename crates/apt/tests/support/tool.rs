//! The programs whose output is compared with ours.

use std::{path::Path, process::Command};

/// What a program prints, run in a directory. Its language is the same everywhere.
pub(crate) fn output(directory: &Path, program: &str, arguments: &[&str]) -> String {
    let (good, printed, complaints) = run(directory, program, arguments);
    assert!(good, "{program} {arguments:?}: {complaints}");
    printed
}

/// What a program complains of when it fails.
pub(crate) fn failure(directory: &Path, program: &str, arguments: &[&str]) -> String {
    let (good, printed, complaints) = run(directory, program, arguments);
    assert!(!good, "{program} {arguments:?} did not fail: {printed}");
    complaints
}

fn run(directory: &Path, program: &str, arguments: &[&str]) -> (bool, String, String) {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(directory)
        .env("LC_ALL", "C.UTF-8")
        .output()
        .unwrap_or_else(|error| panic!("{program}: {error}"));
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (output.status.success(), text(output.stdout), text(output.stderr))
}
