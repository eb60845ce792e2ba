//! What Debian says of its packages: the paragraphs of `Packages`, and the paths that `Contents` gives each.

mod contents;
mod fetch;
#[cfg(test)]
pub(crate) mod invented;
mod paragraph;

use std::{
    collections::{HashMap, HashSet},
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

use crate::failure::{Result, wrong};

pub(crate) use paragraph::Paragraph;

use fetch::Files;

/// The indexes of one release.
#[derive(Debug)]
pub(crate) struct Index {
    /// One paragraph a name, sorted by it.
    pub(crate) packages: Vec<Paragraph>,
    /// Says which indexes these are: other ones have another.
    pub(crate) digest: String,
    contents: Vec<PathBuf>,
}

impl Index {
    /// Those of the release that this machine has, fetched into a folder by apt unless they are there.
    pub(crate) fn of_this_machine(folder: &Path) -> Result<Self> {
        Self::read(fetch::files(folder)?)
    }

    fn read(files: Files) -> Result<Self> {
        let mut packages = Vec::new();
        let mut hasher = Sha256::new();
        for file in &files.packages {
            fetch::read(file, |lines| {
                paragraph::read_all(lines, |paragraph| {
                    hasher.update(paragraph.field("Package"));
                    hasher.update([0]);
                    hasher.update(paragraph.field("SHA256"));
                    packages.push(paragraph);
                })
            })?;
        }
        if packages.is_empty() {
            return wrong("apt's lists of packages are empty");
        }
        let digest = hex::encode(&hasher.finalize()[..8]);
        Ok(Self { packages: one_a_name(packages), digest, contents: files.contents })
    }

    /// The paths that some packages install, relative to the root, sorted. One that installs nothing is left out.
    pub(crate) fn paths<'a>(&self, names: impl Iterator<Item = &'a str>) -> Result<HashMap<String, Vec<String>>> {
        let names: HashSet<_> = names.collect();
        let mut found = HashMap::new();
        for file in &self.contents {
            fetch::read(file, |lines| contents::read(lines, &names, &mut found))?;
        }
        for paths in found.values_mut() {
            paths.sort_unstable();
            paths.dedup();
        }
        Ok(found)
    }
}

fn one_a_name(mut packages: Vec<Paragraph>) -> Vec<Paragraph> {
    packages.sort_by(|one, other| one.field("Package").cmp(other.field("Package")));
    packages.dedup_by(|one, other| one.field("Package") == other.field("Package"));
    packages
}
