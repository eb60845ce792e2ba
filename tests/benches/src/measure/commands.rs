//! Commands that are measured as one.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde::{Deserialize, Serialize};

use super::Measured;
use crate::failure::{At, Failure, Result};

/// One program with its arguments.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Script {
    pub(crate) program: PathBuf,
    pub(crate) arguments: Vec<String>,
    /// Where what it prints goes, if it is needed.
    pub(crate) output: Option<PathBuf>,
}

/// What is run one after the other, until one fails.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Commands {
    /// Where.
    pub(crate) folder: PathBuf,
    /// What.
    pub(crate) scripts: Vec<Script>,
}

impl Commands {
    /// None yet, to be run in a folder.
    pub(crate) fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), scripts: Vec::new() }
    }

    /// And then this.
    pub(crate) fn then<S: AsRef<str>>(
        mut self,
        program: impl AsRef<Path>,
        arguments: impl IntoIterator<Item = S>,
    ) -> Self {
        let arguments = arguments.into_iter().map(|argument| argument.as_ref().to_owned()).collect();
        self.scripts.push(Script { program: program.as_ref().to_owned(), arguments, output: None });
        self
    }

    /// What the last of them prints goes to a file.
    pub(crate) fn into_file(mut self, path: &Path) -> Self {
        if let Some(last) = self.scripts.last_mut() {
            last.output = Some(path.to_owned());
        }
        self
    }

    /// Runs them under the supervisor.
    pub(crate) fn measure(&self) -> Result<Measured> {
        let log = self.folder.join("bench.log");
        let (asked, answered) = (self.folder.join("bench.commands"), self.folder.join("bench.measured"));
        fs::write(&asked, serde_json::to_vec(self).expect("strings")).at(&asked)?;
        let file = fs::File::create(&log).at(&log)?;
        let status = Command::new("/proc/self/exe")
            .arg("supervise")
            .args([&asked, &answered])
            .env("LC_ALL", "C.UTF-8")
            .stdin(Stdio::null())
            .stdout(file.try_clone().at(&log)?)
            .stderr(file)
            .status()
            .at("/proc/self/exe")?;
        if !status.success() {
            let printed = fs::read_to_string(&log).at(&log)?;
            let programs: Vec<_> = self.scripts.iter().map(|script| script.program.display().to_string()).collect();
            return Err(Failure::Program { program: programs.join(", "), status, printed });
        }
        let bytes = fs::read(&answered).at(&answered)?;
        serde_json::from_slice(&bytes).map_err(|error| Failure::Wrong(format!("{}: {error}", answered.display())))
    }
}
