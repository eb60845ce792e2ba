//! What all archives of Debian packages have: lists of packages below `dists`.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::Command,
};

use super::state::State;
use crate::{
    failure::{At, Result, wrong},
    programs,
    subject::Work,
};

/// One that somebody keeps who can write `Contents`.
pub(super) struct Archive {
    name: String,
    pub(super) architecture: String,
    pub(super) contents: bool,
    pub(super) state: State,
}

impl Archive {
    /// Of a program with `Contents` and without; its version is the last word that it says of itself when it is called so.
    pub(super) fn both(program: &str, version: &str, folder: &Path) -> Result<[Self; 2]> {
        let printed = programs::printed(Command::new(program).arg(version))?;
        let version = printed.split_whitespace().last().unwrap_or_default();
        let architecture = programs::printed(Command::new("dpkg").arg("--print-architecture"))?.trim().to_owned();
        let one = |contents, ending, place: &str| {
            let name = format!("{program} {version}{ending}");
            Ok(Self { name, architecture: architecture.clone(), contents, state: State::new(&folder.join(place))? })
        };
        Ok([one(true, "", program)?, one(false, WITHOUT_CONTENTS, &format!("{program}-without-contents"))?])
    }

    pub(super) fn name(&self) -> String {
        self.name.clone()
    }

    pub(super) fn remark(&self) -> &'static str {
        if self.contents { "unsigned, Contents.gz" } else { "unsigned, no Contents" }
    }
}

/// The name that all archives of a bench have.
pub(crate) const CODENAME: &str = "bench";

/// What the name of a subject ends with that makes none.
pub(crate) const WITHOUT_CONTENTS: &str = ", no Contents";

/// Their component.
pub(crate) const COMPONENT: &str = "main";

/// Checks that an archive lists as many packages as some work leaves, and has `Contents` if it should.
pub(crate) fn check(name: &str, folder: &Path, work: Work, count: usize, contents: bool) -> Result<()> {
    let mut files = Vec::new();
    walk(&folder.join("dists"), &mut files).at(folder)?;
    let mut listed = 0;
    for path in files.iter().filter(|path| path.ends_with("Packages")) {
        let text = fs::read_to_string(path).at(path)?;
        listed += text.lines().filter(|line| line.starts_with("Package: ")).count();
    }
    let expected = work.leaves(count);
    if listed != expected {
        return wrong(format_args!("{name} lists {listed} packages after {} instead of {expected}", work.title()));
    }
    let has_contents = files.iter().any(|path| path.display().to_string().contains("Contents-"));
    if has_contents != contents {
        return wrong(format_args!("{name}: Contents are there: {has_contents}, and should be: {contents}"));
    }
    if !files.iter().any(|path| path.ends_with("Release")) {
        return wrong(format_args!("{name} has written no Release"));
    }
    Ok(())
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            walk(&entry.path(), files)?;
        } else {
            files.push(entry.path());
        }
    }
    Ok(())
}
