//! Has apt fetch the indexes of this machine's release: from the mirrors it is set up for, with its keys and its proxy,
//! but into a folder of ours.

use std::{
    fs,
    io::{self, BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{
    failure::{At, Failure, Result, wrong},
    programs,
};

/// Where apt has put them, compressed in its own way.
#[derive(Debug)]
pub(crate) struct Files {
    pub(crate) packages: Vec<PathBuf>,
    pub(crate) contents: Vec<PathBuf>,
}

/// `Contents` is not among what apt fetches by itself; this is how `apt-file` has it do so. What it would fetch for other
/// programs of this machine is left out.
const OPTIONS: [&str; 8] = [
    "APT::Sandbox::User=",
    "Acquire::GzipIndexes=true",
    "Acquire::Languages=none",
    "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false",
    "Acquire::IndexTargets::deb::Contents-deb::MetaKey=$(COMPONENT)/Contents-$(ARCHITECTURE)",
    "Acquire::IndexTargets::deb::Contents-deb::ShortDescription=Contents-$(ARCHITECTURE)",
    "Acquire::IndexTargets::deb::Contents-deb::Description=$(RELEASE)/$(COMPONENT) $(ARCHITECTURE) Contents",
    "Acquire::IndexTargets::deb::Contents-deb::KeepCompressed=true",
];

/// Fetches them unless they are there. Only those of the release itself: its updates change from day to day.
pub(crate) fn files(folder: &Path) -> Result<Files> {
    fs::create_dir_all(folder.join("lists/partial")).at(folder)?;
    fs::create_dir_all(folder.join("cache/archives/partial")).at(folder)?;
    let folder = folder.canonicalize().at(folder)?;
    let files = known(&folder)?;
    if !files.packages.is_empty() && !files.contents.is_empty() {
        return Ok(files);
    }
    // Whether the sources that are not asked for here can be reached does not matter: what counts is what came.
    let updated = apt(&folder).arg("update").output().at("apt-get")?;
    let files = known(&folder)?;
    if files.packages.is_empty() || files.contents.is_empty() {
        let printed = String::from_utf8_lossy(&updated.stderr).into_owned();
        return Err(Failure::Program { program: "apt-get update".to_owned(), status: updated.status, printed });
    }
    Ok(files)
}

/// Reads a file through apt, which knows what it is compressed with.
pub(crate) fn read(file: &Path, each: impl FnOnce(&mut dyn BufRead) -> io::Result<()>) -> Result<()> {
    let mut helper = Command::new("/usr/lib/apt/apt-helper");
    let mut child = helper.arg("cat-file").arg(file).stdout(Stdio::piped()).spawn().at("apt-helper")?;
    let output = child.stdout.take().expect("asked for");
    each(&mut BufReader::with_capacity(1 << 20, output)).at(file)?;
    let status = child.wait().at("apt-helper")?;
    if !status.success() {
        return wrong(format_args!("apt-helper cat-file {}: {status}", file.display()));
    }
    Ok(())
}

fn known(folder: &Path) -> Result<Files> {
    let release = codename()?;
    let format = "$(CODENAME) $(COMPONENT) $(CREATED_BY) $(FILENAME)";
    let listed = programs::printed(apt(folder).args(["indextargets", "--format", format]))?;
    let of = |kind: &str| -> Vec<_> {
        let wanted = format!("{release} main {kind} ");
        let paths = listed.lines().filter_map(|line| line.strip_prefix(&wanted)).map(PathBuf::from);
        paths.filter(|path| path.exists()).collect()
    };
    Ok(Files { packages: of("Packages"), contents: of("Contents-deb") })
}

fn apt(folder: &Path) -> Command {
    let mut command = Command::new("apt-get");
    command.env("LC_ALL", "C.UTF-8");
    for (name, place) in [("Dir::State", ""), ("Dir::State::lists", "lists"), ("Dir::Cache", "cache")] {
        command.arg("-o").arg(format!("{name}={}", folder.join(place).display()));
    }
    for option in OPTIONS {
        command.args(["-o", option]);
    }
    command
}

/// `man os-release`.
fn codename() -> Result<String> {
    let text = fs::read_to_string("/etc/os-release").at("/etc/os-release")?;
    match text.lines().find_map(|line| line.strip_prefix("VERSION_CODENAME=")) {
        Some(name) => Ok(name.trim_matches('"').to_owned()),
        None => {
            wrong("/etc/os-release has no VERSION_CODENAME: the data are made from the indexes of a Debian release")
        }
    }
}
