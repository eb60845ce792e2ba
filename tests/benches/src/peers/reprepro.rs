//! `reprepro`.

use std::{fs, path::Path};

use super::archive::{self, Archive};
use crate::{
    failure::{At, Result},
    measure::{Commands, Measured},
    subject::{Subject, Work},
    synthetic::{Data, Format, Placed},
};

/// Two megabytes are the limit of all arguments (`execve(2)`).
const MOST_PATHS: usize = 5000;

struct Reprepro(Archive);

/// With `Contents` and without.
pub(crate) fn all(folder: &Path) -> Result<Vec<Box<dyn Subject>>> {
    let both = Archive::both("reprepro", "--version", folder)?;
    Ok(both.map(|archive| Box::new(Reprepro(archive)) as Box<dyn Subject>).into())
}

impl Subject for Reprepro {
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
        self.begin()?;
        self.include(&data.packages.iter().collect::<Vec<_>>())?;
        self.0.state.keep()
    }

    fn step(&mut self, data: &Data, work: Work, _: &str) -> Result<Measured> {
        self.0.state.before(work, || self.begin())?;
        let measured = match work {
            Work::Cold => self.include(&data.packages.iter().collect::<Vec<_>>())?,
            Work::Add => self.include(&[&data.added])?,
            // The older version goes by itself: it keeps one of each.
            Work::Replace => self.include(&[&data.newer])?,
            Work::Delete => self.remove(&data.deleted().0.name)?,
            Work::Readd => {
                self.remove(&data.deleted().0.name)?;
                self.include(&[data.deleted()])?
            }
        };
        archive::check(&self.name(), &self.0.state.work, work, data.packages.len(), self.0.contents)?;
        Ok(measured)
    }
}

impl Reprepro {
    /// An archive of nothing.
    fn begin(&self) -> Result<()> {
        self.0.state.clear()?;
        let (codename, component, architecture) = (archive::CODENAME, archive::COMPONENT, &self.0.architecture);
        let contents = if self.0.contents { "Contents: . .gz\n" } else { "" };
        let text = format!(
            "Codename: {codename}\nSuite: {codename}\nComponents: {component}\nArchitectures: {architecture}\n{contents}"
        );
        let path = self.0.state.work.join("conf/distributions");
        fs::create_dir(self.0.state.work.join("conf")).at(&path)?;
        fs::write(&path, text).at(&path)
    }

    /// As few calls as the kernel takes so many paths in; the last one writes the lists.
    fn include(&self, packages: &[&Placed]) -> Result<Measured> {
        let paths: Vec<_> = packages.iter().map(|(_, path)| path.display().to_string()).collect();
        let mut commands = Commands::new(&self.0.state.work);
        let mut rest = paths.as_slice();
        while !rest.is_empty() {
            let (some, others) = rest.split_at(rest.len().min(MOST_PATHS));
            let export = if others.is_empty() { "--export=changed" } else { "--export=silent-never" };
            let begin = ["--silent", export, "--basedir", ".", "includedeb", archive::CODENAME];
            commands = commands.then("reprepro", begin.into_iter().chain(some.iter().map(String::as_str)));
            rest = others;
        }
        commands.measure()
    }

    fn remove(&self, name: &str) -> Result<Measured> {
        let arguments = ["--silent", "--basedir", ".", "remove", archive::CODENAME, name];
        Commands::new(&self.0.state.work).then("reprepro", arguments).measure()
    }
}
