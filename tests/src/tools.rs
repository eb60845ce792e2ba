//! Programs that tests run: a missing one is an error that says how to get it.

use std::{
    ffi::OsStr,
    path::PathBuf,
    process::{Command, Output},
};

use crate::stack::root;

/// Where `tests/run` installs what the distribution does not have.
#[must_use]
pub fn installed(program: &str) -> PathBuf {
    let path = root().join(".localstack/test-tools/bin").join(program);
    assert!(path.exists(), "{} is missing: ./tests/run installs it", path.display());
    path
}

/// Runs a program to its end.
///
/// # Panics
/// If it cannot be started.
pub fn run<S: AsRef<OsStr>>(program: impl AsRef<OsStr>, arguments: impl IntoIterator<Item = S>) -> Output {
    let program = program.as_ref();
    let output = Command::new(program).args(arguments).env("LC_ALL", "C.UTF-8").output();
    output.unwrap_or_else(|error| panic!("{}: {error}: ./tests/run installs what the tests need", program.display()))
}

/// Runs a program that must succeed, and gives what it printed.
///
/// # Panics
/// If it fails, with all it printed.
pub fn output<S: AsRef<OsStr>>(program: impl AsRef<OsStr>, arguments: impl IntoIterator<Item = S>) -> String {
    let program = program.as_ref();
    let output = run(program, arguments);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{} failed ({}):\n{out}{err}", program.display(), output.status);
    out
}
