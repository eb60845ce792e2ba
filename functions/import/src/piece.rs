//! The files of a piece: which of them are packages, and what becomes of each.

use std::collections::BTreeSet;

use colca_intake::{FoundFile, Taken, announce_all, check_archive, take_in_all};
use colca_model::{Arch, Filename, Import, RepositoryKind};
use colca_runtime::Services;
use colca_settings::Settings;

/// How many files are taken in together: as many headers may be in memory.
pub(crate) const TOGETHER: usize = 32;

/// A file of the source.
pub(crate) struct Candidate {
    /// Its path below the source.
    pub(crate) path: String,
    /// The file; nothing if it is not for us, or why it cannot be.
    pub(crate) file: Result<Option<FoundFile>, String>,
}

/// What was registered in a piece, and is to be announced.
#[derive(Default)]
pub(crate) struct Registered {
    archs: BTreeSet<Arch>,
    kind: Option<RepositoryKind>,
}

impl Registered {
    /// Takes files in and counts them.
    pub(crate) async fn take(
        &mut self,
        services: &Services,
        import: &mut Import,
        candidates: Vec<Candidate>,
    ) -> colca_store::Result<()> {
        let (mut paths, mut files) = (Vec::new(), Vec::new());
        import.tally.found += candidates.len() as u64;
        for Candidate { path, file } in candidates {
            match file {
                Ok(Some(file)) => {
                    paths.push((path, RepositoryKind::of(&file.filename)));
                    files.push(file);
                }
                Ok(None) => import.tally.passed_over += 1,
                Err(reason) => import.tally.refuse(&path, reason),
            }
        }
        let outcomes = take_in_all(services, import, files).await?;
        for ((path, kind), outcome) in paths.into_iter().zip(outcomes) {
            match outcome {
                Ok((arch, taken)) => self.note(import, arch, kind, taken),
                Err(reason) => import.tally.refuse(&path, reason),
            }
        }
        Ok(())
    }

    /// Counts a file that need not be looked at.
    pub(crate) fn count(&mut self, import: &mut Import, arch: Arch, filename: &Filename, taken: Taken) {
        import.tally.found += 1;
        self.note(import, arch, RepositoryKind::of(filename), taken);
    }

    fn note(&mut self, import: &mut Import, arch: Arch, kind: RepositoryKind, taken: Taken) {
        self.archs.insert(arch);
        // What is built from may go before what makes it a repository of its kind.
        if kind != RepositoryKind::Raw || self.kind.is_none() {
            self.kind = Some(kind);
        }
        match taken {
            Taken::New | Taken::Replaced => import.tally.taken_in += 1,
            Taken::SameAgain | Taken::Ended => import.tally.same_already += 1,
        }
    }

    /// Makes visible what was registered: in the end of each piece, before it is written down that it is done.
    pub(crate) async fn announce(self, services: &Services, import: &Import) -> colca_store::Result<()> {
        match self.kind {
            Some(kind) => announce_all(services, &import.repository, kind, self.archs).await,
            None => Ok(()),
        }
    }
}

/// Whether a file is taken for a package: by its name, as everywhere. What a source package of Debian consists of is, too, in a
/// repository that can be an archive.
pub(crate) fn is_package(settings: &Settings, import: &Import, name: &str) -> bool {
    let Ok(filename) = Filename::new(name) else {
        // One that would be, and is refused for its name.
        return [".rpm", ".deb", ".udeb", ".ddeb", ".dsc"].iter().any(|ending| name.ends_with(ending));
    };
    filename.is_rpm()
        || filename.is_deb()
        || name.ends_with(".dsc")
        || is_source_file(name)
            && Filename::new("a.dsc").is_ok_and(|dsc| check_archive(settings, &import.repository, &dsc).is_ok())
}

/// Whether `dpkg-source` calls files so: `hello_1.0.orig.tar.gz`, `hello_1.0-1.debian.tar.xz`, `hello_1.0-1.diff.gz`, and signatures
/// of the first (<https://manpages.debian.org/dpkg-source.1>).
fn is_source_file(name: &str) -> bool {
    let name = name.strip_suffix(".asc").unwrap_or(name);
    let Some((package, rest)) = name.split_once('_') else { return false };
    let is_good = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || b"+.-".contains(&c);
    let is_named = package.len() > 1 && package.bytes().all(is_good);
    let is_packed = ["gz", "xz", "bz2", "lzma", "zst"].iter().any(|ending| rest.ends_with(&format!(".tar.{ending}")));
    is_named && (is_packed || rest.ends_with(".diff.gz"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_what_source_packages_consist_of() {
        for good in ["hello_1.0.orig.tar.gz", "hello_1.0.orig.tar.gz.asc", "hello_1.0-1.debian.tar.xz", "a+b_1.diff.gz"]
        {
            assert!(is_source_file(good), "{good}");
        }
        for bad in ["hello-1.0.tar.gz", "Packages.gz", "repomd.xml.asc", "hello_1.0.changes", "Hello_1.tar.gz"] {
            assert!(!is_source_file(bad), "{bad}");
        }
    }
}
