//! `aptly`: a local repository that is published on the file system.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::json;

use super::archive::{self, Archive};
use crate::{
    failure::{At, Result},
    measure::{Commands, Measured},
    subject::{Subject, Work},
    synthetic::{Data, Format, Made},
};

struct Aptly(Archive);

/// With `Contents` and without.
pub(crate) fn all(folder: &Path) -> Result<Vec<Box<dyn Subject>>> {
    let both = Archive::both("aptly", "version", folder)?;
    Ok(both.map(|archive| Box::new(Aptly(archive)) as Box<dyn Subject>).into())
}

impl Subject for Aptly {
    fn name(&self) -> String {
        self.0.name()
    }

    fn format(&self) -> Format {
        Format::Deb
    }

    fn remark(&self) -> &'static str {
        self.0.remark()
    }

    fn prepare(&mut self, data: &Data) -> Result<()> {
        self.begin(data)?;
        self.cold().measure()?;
        self.0.state.keep()
    }

    fn step(&mut self, data: &Data, work: Work, _: &str) -> Result<Measured> {
        self.0.state.before(work, || self.begin(data))?;
        let path = |path: &PathBuf| path.display().to_string();
        let commands = match work {
            Work::Cold => self.cold(),
            Work::Add => self.update(self.add(&path(&data.added.1))),
            Work::Replace => {
                let commands = self.remove(self.commands(), &data.replaced().0);
                self.update(self.aptly(commands, &["repo", "add", archive::CODENAME, &path(&data.newer.1)]))
            }
            Work::Delete => self.update(self.remove(self.commands(), &data.deleted().0)),
            Work::Readd => {
                self.update(self.remove(self.commands(), &data.deleted().0)).measure()?;
                self.update(self.add(&path(&data.deleted().1)))
            }
        };
        let measured = commands.measure()?;
        let public = self.0.state.work.join("public");
        archive::check(&self.name(), &public, work, data.packages.len(), self.0.contents)?;
        Ok(measured)
    }
}

impl Aptly {
    /// A repository of nothing, and packages that wait for it.
    fn begin(&self, data: &Data) -> Result<()> {
        self.0.state.clear()?;
        self.0.state.put("incoming", &data.packages)?;
        let text = json!({
            "rootDir": self.0.state.work,
            "architectures": [self.0.architecture],
            "gpgDisableSign": true,
            "gpgDisableVerify": true,
        });
        let path = self.0.state.work.join("aptly.conf");
        fs::write(&path, text.to_string()).at(&path)
    }

    fn cold(&self) -> Commands {
        let (codename, component) = (archive::CODENAME, archive::COMPONENT);
        let distribution = format!("-distribution={codename}");
        let component = format!("-component={component}");
        let commands = self.aptly(self.commands(), &["repo", "create", &distribution, &component, codename]);
        let commands = self.aptly(commands, &["repo", "add", codename, "incoming"]);
        self.aptly(commands, &["publish", "repo", "-batch", self.without_contents(), codename])
    }

    fn add(&self, path: &str) -> Commands {
        self.aptly(self.commands(), &["repo", "add", archive::CODENAME, path])
    }

    fn remove(&self, commands: Commands, package: &Made) -> Commands {
        let query = format!("{} (= {}), $Architecture (= {})", package.name, package.version, package.arch);
        self.aptly(commands, &["repo", "remove", archive::CODENAME, &query])
    }

    fn update(&self, commands: Commands) -> Commands {
        self.aptly(commands, &["publish", "update", "-batch", self.without_contents(), archive::CODENAME])
    }

    fn without_contents(&self) -> &'static str {
        if self.0.contents { "-skip-contents=false" } else { "-skip-contents=true" }
    }

    fn commands(&self) -> Commands {
        Commands::new(&self.0.state.work)
    }

    fn aptly(&self, commands: Commands, arguments: &[&str]) -> Commands {
        commands.then("aptly", ["-config=aptly.conf"].iter().chain(arguments).copied())
    }
}
