//! Where a peer works, and the state that each of its steps begins with.

use std::{
    fs::{self, File, Metadata},
    io,
    os::unix::fs::{MetadataExt, symlink},
    path::{Path, PathBuf},
};

use crate::{
    failure::{At, Result},
    subject::Work,
    synthetic::Placed,
};

/// A folder to work in, and a copy of how it was after it was prepared.
#[derive(Debug)]
pub(crate) struct State {
    /// Where it works.
    pub(crate) work: PathBuf,
    kept: PathBuf,
}

impl State {
    /// Below a folder, which is emptied.
    pub(crate) fn new(folder: &Path) -> Result<Self> {
        let state = Self { work: folder.join("work"), kept: folder.join("kept") };
        remove(folder)?;
        fs::create_dir_all(&state.work).at(folder)?;
        Ok(state)
    }

    /// Keeps what the folder holds now.
    pub(crate) fn keep(&self) -> Result<()> {
        copy(&self.work, &self.kept).at(&self.kept)
    }

    /// Makes the folder what it was when it was kept.
    fn restore(&self) -> Result<()> {
        copy(&self.kept, &self.work).at(&self.work)
    }

    /// Makes the folder what some work finds: for the first publish what `begin` makes of it.
    pub(crate) fn before(&self, work: Work, begin: impl FnOnce() -> Result<()>) -> Result<()> {
        if work == Work::Cold { begin() } else { self.restore() }
    }

    /// Makes the folder an empty one.
    pub(crate) fn clear(&self) -> Result<()> {
        remove(&self.work)?;
        fs::create_dir_all(&self.work).at(&self.work)
    }

    /// Puts packages into a folder of it.
    pub(crate) fn put<'a>(&self, folder: &str, packages: impl IntoIterator<Item = &'a Placed>) -> Result<()> {
        let folder = self.work.join(folder);
        fs::create_dir_all(&folder).at(&folder)?;
        for (made, path) in packages {
            fs::hard_link(path, folder.join(&made.file)).at(path)?;
        }
        Ok(())
    }

    /// Takes a package out of a folder of it.
    pub(crate) fn take(&self, folder: &str, package: &Placed) -> Result<()> {
        let path = self.work.join(folder).join(&package.0.file);
        fs::remove_file(&path).at(&path)
    }
}

impl Drop for State {
    fn drop(&mut self) {
        // What stays behind is removed by the next one.
        let _ = [&self.work, &self.kept].map(|folder| remove(folder));
    }
}

fn remove(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error).at(folder),
        _ => Ok(()),
    }
}

/// Makes one folder what another is, with all times, and touches only what differs: a step changes a few files of tens of
/// thousands. Packages are links to the same file, since nobody changes one; everything else is a file of its own, and is
/// the same if length and time are: whatever writes to it sets its time.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(to)? {
        let entry = entry?;
        let same_kind = |source: Metadata| entry.file_type().is_ok_and(|kind| kind == source.file_type());
        if !fs::symlink_metadata(from.join(entry.file_name())).is_ok_and(same_kind) {
            let path = entry.path();
            if entry.file_type()?.is_dir() { fs::remove_dir_all(path)? } else { fs::remove_file(path)? }
        }
    }
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type()?.is_dir() {
            copy(&source, &target)?;
        } else {
            copy_file(&source, &target)?;
        }
    }
    set_time(to, &fs::metadata(from)?)
}

fn copy_file(source: &Path, target: &Path) -> io::Result<()> {
    let of = fs::symlink_metadata(source)?;
    let is_package = source.extension().is_some_and(|ending| ending == "rpm" || ending == "deb");
    if let Ok(old) = fs::symlink_metadata(target) {
        let linked = old.ino() == of.ino();
        let same = old.len() == of.len() && old.modified()? == of.modified()?;
        if linked == (is_package && !of.is_symlink()) && same {
            return Ok(());
        }
        fs::remove_file(target)?;
    }
    if of.is_symlink() {
        symlink(fs::read_link(source)?, target)
    } else if is_package {
        fs::hard_link(source, target)
    } else {
        fs::copy(source, target)?;
        set_time(target, &of)
    }
}

fn set_time(path: &Path, of: &Metadata) -> io::Result<()> {
    let time = of.modified()?;
    if fs::metadata(path)?.modified()? == time { Ok(()) } else { File::open(path)?.set_modified(time) }
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::MetadataExt};

    use super::State;
    use crate::scratch::Scratch;

    #[test]
    fn what_was_kept_comes_back() {
        let scratch = Scratch::new();
        let state = State::new(&scratch.path().join("state")).unwrap();
        let at = |name: &str| state.work.join(name);
        let write = |name: &str, text: &str| {
            fs::create_dir_all(at(name).parent().unwrap()).unwrap();
            fs::write(at(name), text).unwrap();
        };
        for name in ["db/file", "db/same", "pool/a.deb", "pool/b.deb", "gone/folder/file"] {
            write(name, name);
        }
        std::os::unix::fs::symlink("db/file", at("link")).unwrap();
        state.keep().unwrap();
        let about = |name: &str| fs::symlink_metadata(at(name)).unwrap();
        let (before, same) = (about("db/file").modified().unwrap(), about("db/same").ino());

        write("db/file", "FILE/db");
        write("db/more/file", "");
        write("pool/new.deb", "");
        fs::remove_file(at("pool/a.deb")).unwrap();
        fs::remove_file(at("pool/b.deb")).unwrap();
        write("pool/b.deb", "pool/b.deb");
        fs::remove_dir_all(at("gone")).unwrap();
        write("gone", "a file now");
        fs::remove_file(at("link")).unwrap();
        state.restore().unwrap();

        for name in ["db/file", "db/same", "pool/a.deb", "pool/b.deb", "gone/folder/file"] {
            assert_eq!(fs::read_to_string(at(name)).unwrap(), name);
        }
        for (folder, count) in [("", 4), ("db", 2), ("pool", 2)] {
            assert_eq!(fs::read_dir(at(folder)).unwrap().count(), count, "{folder}");
        }
        assert_eq!(about("db/file").modified().unwrap(), before);
        assert_eq!((about("db/file").nlink(), about("db/same").ino()), (1, same));
        assert_eq!((about("pool/a.deb").nlink(), about("pool/b.deb").nlink()), (2, 2));
        assert!(about("link").is_symlink());
    }
}
