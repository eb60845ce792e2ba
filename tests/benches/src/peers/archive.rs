//! What all archives of Debian packages have: lists of packages below `dists`.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    failure::{At, Result, wrong},
    programs,
    subject::Work,
};

/// The name that all archives of a bench have.
pub(crate) const CODENAME: &str = "bench";

/// What the name of a subject ends with that makes none.
pub(crate) const WITHOUT_CONTENTS: &str = ", no Contents";

/// Their component.
pub(crate) const COMPONENT: &str = "main";

/// The architecture of this machine, as Debian calls it.
pub(crate) fn architecture() -> Result<String> {
    Ok(programs::printed(Command::new("dpkg").arg("--print-architecture"))?.trim().to_owned())
}

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
