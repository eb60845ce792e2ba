//! `createrepo_c`: Debian's, and the newest on PyPI.

use std::{
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
};

use flate2::read::MultiGzDecoder;

use super::state::State;
use crate::{
    failure::{At, Result, wrong},
    measure::{Commands, Measured},
    programs,
    subject::{Subject, Work},
    synthetic::{Data, Format},
};

/// Reads packages again that changed; takes those that are named as unchanged; and does not even look for others.
const UPDATE: &str = "--update";
const SKIP_STAT: &str = "--update --skip-stat";
const RECYCLE: &str = "--update --skip-stat --recycle-pkglist --pkglist";

struct Createrepo {
    program: PathBuf,
    version: String,
    state: State,
}

/// Each version that this machine has.
pub(crate) fn all(folder: &Path) -> Result<Vec<Box<dyn Subject>>> {
    let mut all: Vec<Box<dyn Subject>> = Vec::new();
    for program in [PathBuf::from("/usr/bin/createrepo_c"), newest()?] {
        let printed = programs::printed(std::process::Command::new(&program).arg("--version"))?;
        let version = printed.split_whitespace().nth(1).unwrap_or("of no version").to_owned();
        let state = State::new(&folder.join(format!("createrepo_c-{version}")))?;
        all.push(Box::new(Createrepo { program, version, state }));
    }
    Ok(all)
}

/// The program itself: what pip puts beside it is a script that starts Python first, which would be counted too.
fn newest() -> Result<PathBuf> {
    let lib = crate::root().join(".localstack/test-tools/lib");
    for entry in fs::read_dir(&lib).at(&lib)? {
        let path = entry.at(&lib)?.path().join("site-packages/createrepo_c/data/bin/createrepo_c");
        if path.exists() {
            return Ok(path);
        }
    }
    wrong(format_args!("no createrepo_c below {}: ./tests/bench installs it", lib.display()))
}

impl Subject for Createrepo {
    fn name(&self) -> String {
        format!("createrepo_c {}", self.version)
    }

    fn format(&self) -> Format {
        Format::Rpm
    }

    fn remark(&self) -> &'static str {
        "no sqlite, unsigned"
    }

    fn ways(&self, work: Work) -> Vec<&'static str> {
        match work {
            Work::Cold => vec![""],
            Work::Add | Work::Readd => vec![UPDATE, SKIP_STAT, RECYCLE],
            // It would list again what is there no more.
            Work::Replace | Work::Delete => vec![UPDATE, SKIP_STAT],
        }
    }

    fn prepare(&mut self, data: &Data) -> Result<()> {
        self.begin(data)?;
        self.run("")?;
        self.state.keep()
    }

    fn step(&mut self, data: &Data, work: Work, way: &str) -> Result<Measured> {
        self.state.before(work, || self.begin(data))?;
        match work {
            Work::Cold => {}
            Work::Add => self.state.put("repo", [&data.added])?,
            Work::Replace => {
                self.state.take("repo", data.replaced())?;
                self.state.put("repo", [&data.newer])?;
            }
            Work::Delete => self.state.take("repo", data.deleted())?,
            Work::Readd => {
                self.state.take("repo", data.deleted())?;
                self.run(SKIP_STAT)?;
                self.state.put("repo", [data.deleted()])?;
            }
        }
        let list = self.state.work.join("pkglist");
        let new = if work == Work::Readd { data.deleted() } else { &data.added };
        fs::write(&list, format!("{}\n", new.0.file)).at(&list)?;
        let measured = self.run(way)?;
        let (listed, expected) = (self.listed()?, work.leaves(data.packages.len()));
        if listed != expected {
            return wrong(format_args!("{} {way} lists {listed} packages instead of {expected}", self.name()));
        }
        Ok(measured)
    }
}

impl Createrepo {
    /// All packages, and no metadata.
    fn begin(&self, data: &Data) -> Result<()> {
        self.state.clear()?;
        self.state.put("repo", &data.packages)
    }

    fn run(&self, way: &str) -> Result<Measured> {
        let way = way.split_whitespace().chain((way == RECYCLE).then_some("pkglist"));
        let arguments = ["--quiet", "--no-database"].into_iter().chain(way).chain(["repo"]);
        Commands::new(&self.state.work).then(&self.program, arguments).measure()
    }

    /// How many packages the metadata say that they list.
    fn listed(&self) -> Result<usize> {
        let folder = self.repodata();
        for entry in fs::read_dir(&folder).at(&folder)? {
            let path = entry.at(&folder)?.path();
            if path.display().to_string().contains("-primary.xml.") {
                return count(&path).at(&path);
            }
        }
        wrong(format_args!("no primary metadata in {}", folder.display()))
    }

    fn repodata(&self) -> PathBuf {
        self.state.work.join("repo/repodata")
    }
}

/// The packages that a metadata file says it has.
fn count(path: &Path) -> io::Result<usize> {
    let file = fs::File::open(path)?;
    let reader: Box<dyn Read> = match path.extension().and_then(|ending| ending.to_str()) {
        Some("zst") => Box::new(zstd::Decoder::new(file)?),
        _ => Box::new(MultiGzDecoder::new(file)),
    };
    let mut head = Vec::new();
    reader.take(1000).read_to_end(&mut head)?;
    let head = String::from_utf8_lossy(&head);
    let number = head.split_once("packages=\"").and_then(|(_, rest)| rest.split('"').next()?.parse().ok());
    number.ok_or_else(|| io::Error::other("it does not say how many packages it has"))
}
