//! `apt-ftparchive` with its databases of what it has read before.

use std::{fs, path::Path, process::Command};

use super::{archive, state::State};
use crate::{
    failure::{At, Result},
    measure::{Commands, Measured},
    programs,
    subject::{Subject, Work},
    synthetic::{Data, Format},
};

struct Ftparchive {
    version: String,
    state: State,
}

/// The one of this machine.
pub(crate) fn all(folder: &Path) -> Result<Vec<Box<dyn Subject>>> {
    let printed = programs::printed(Command::new("apt-ftparchive").arg("--version"))?;
    let version = printed.split_whitespace().nth(1).unwrap_or_default().to_owned();
    Ok(vec![Box::new(Ftparchive { version, state: State::new(&folder.join("apt-ftparchive"))? })])
}

impl Subject for Ftparchive {
    fn name(&self) -> String {
        format!("apt-ftparchive {}", self.version)
    }

    fn format(&self) -> Format {
        Format::Deb
    }

    fn remark(&self) -> &'static str {
        "--db; Packages, Packages.gz and Release; unsigned, no Contents"
    }

    fn prepare(&mut self, data: &Data) -> Result<()> {
        self.begin(data)?;
        self.commands().measure()?;
        self.state.keep()
    }

    fn step(&mut self, data: &Data, work: Work, _: &str) -> Result<Measured> {
        self.state.before(work, || self.begin(data))?;
        match work {
            Work::Cold => {}
            Work::Add => self.state.put("pool", [&data.added])?,
            Work::Replace => {
                self.state.take("pool", data.replaced())?;
                self.state.put("pool", [&data.newer])?;
            }
            Work::Delete => self.state.take("pool", data.deleted())?,
            Work::Readd => {
                self.state.take("pool", data.deleted())?;
                self.commands().measure()?;
                self.state.put("pool", [data.deleted()])?;
            }
        }
        let measured = self.commands().measure()?;
        archive::check(&self.name(), &self.state.work, work, data.packages.len(), false)?;
        Ok(measured)
    }
}

impl Ftparchive {
    /// All packages, and no database.
    fn begin(&self, data: &Data) -> Result<()> {
        self.state.clear()?;
        self.state.put("pool", &data.packages)?;
        let folder = self.state.work.join(lists());
        fs::create_dir_all(&folder).at(&folder)
    }

    fn commands(&self) -> Commands {
        let list = format!("{}/Packages", lists());
        let release = format!("dists/{}", archive::CODENAME);
        let codename = format!("APT::FTPArchive::Release::Codename={}", archive::CODENAME);
        Commands::new(&self.state.work)
            .then("apt-ftparchive", ["--db", "packages.db", "packages", "pool"])
            .into_file(&self.state.work.join(&list))
            .then("gzip", ["--force", "--keep", "--no-name", &list])
            .then("apt-ftparchive", ["-o", &codename, "release", &release])
            .into_file(&self.state.work.join("Release.new"))
            .then("mv", ["Release.new", &format!("{release}/Release")])
    }
}

/// Where the list of packages stands.
fn lists() -> String {
    format!("dists/{}/{}/binary-all", archive::CODENAME, archive::COMPONENT)
}
