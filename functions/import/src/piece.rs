//! The files of a piece: which of them are packages, and what becomes of each.

use std::collections::BTreeSet;

use colca_intake::{FoundFile, Taken, announce_all, take_in_all};
use colca_model::{Arch, Filename, Import, RepositoryKind};
use colca_runtime::Services;

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
            // By an earlier delivery of the same message, which did not live to write it down.
            Taken::New | Taken::Replaced | Taken::Ended => import.tally.taken_in += 1,
            Taken::SameAgain => import.tally.same_already += 1,
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

/// Whether a file is taken for a package: by its name, as everywhere.
pub(crate) fn is_package(name: &str) -> bool {
    match Filename::new(name) {
        Ok(filename) => filename.is_rpm() || filename.is_deb() || name.ends_with(".dsc"),
        // One that would be, and is refused for its name.
        Err(_) => [".rpm", ".deb", ".udeb", ".ddeb", ".dsc"].iter().any(|ending| name.ends_with(ending)),
    }
}
