//! Programs that are run to their end and not measured.

use std::process::{Command, Output};

use crate::failure::{At, Failure, Result};

/// What a program that must succeed prints, to either output.
pub(crate) fn printed(command: &mut Command) -> Result<String> {
    let output = command.env("LC_ALL", "C.UTF-8").output().at(command.get_program())?;
    let text = both(&output);
    if output.status.success() {
        return Ok(text);
    }
    let program = command.get_program().display().to_string();
    Err(Failure::Program { program, status: output.status, printed: text })
}

fn both(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).concat()
}
