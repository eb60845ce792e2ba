//! What one package is made of.

use std::collections::HashMap;

use crate::{index::Paragraph, random::Random};

/// The seed of everything.
const SEED: u64 = 5;

/// One package to be made, in either format.
#[derive(Debug, Clone)]
pub(crate) struct Recipe {
    /// What chance is asked with.
    pub(crate) number: usize,
    /// Its control file, but for what Debian's index adds to it.
    pub(crate) control: Paragraph,
    /// What it installs, relative to the root, sorted.
    pub(crate) paths: Vec<String>,
}

/// The order in which packages are taken from an index: positions in it.
#[derive(Debug)]
pub(crate) struct Order(Vec<usize>);

impl Order {
    /// That of an index of so many packages.
    pub(crate) fn new(count: usize) -> Self {
        let mut order: Vec<_> = (0..count).collect();
        Random::new(SEED).shuffle(&mut order);
        Self(order)
    }

    /// The package of the index that a number stands for.
    pub(crate) fn of<'a>(&self, number: usize, packages: &'a [Paragraph]) -> &'a Paragraph {
        &packages[self.0[number % self.0.len()]]
    }

    /// The recipe of a number.
    pub(crate) fn recipe(&self, number: usize, packages: &[Paragraph], paths: &HashMap<String, Vec<String>>) -> Recipe {
        let mut control = self.of(number, packages).clone();
        let mut paths = paths.get(control.field("Package")).cloned().unwrap_or_default();
        control.remove(&["Filename", "Size", "MD5sum", "SHA256", "Description-md5"]);
        if control.field("Version").contains("..") {
            // Some have it, and we take none that has: it is the name of a folder above.
            control.set("Version", &control.field("Version").replace("..", "."));
        }
        let copy = number / self.0.len();
        if copy > 0 {
            control.set("Package", &format!("{}-copy{copy}", control.field("Package")));
            control.set("Version", &format!("{}+copy{copy}", control.field("Version")));
            control.remove(&["Source"]);
            paths.iter_mut().for_each(|path| path.push_str(&format!(".copy{copy}")));
        }
        Recipe { number, control, paths }
    }
}

impl Recipe {
    /// The same in a newer version.
    pub(crate) fn newer(mut self) -> Self {
        self.control.set("Version", &format!("{}+newer1", self.control.field("Version")));
        self
    }

    /// What its draws of chance begin with.
    pub(crate) fn random(&self) -> Random {
        Random::of(SEED, self.number)
    }

    /// What stands in one of its files: no two are the same.
    pub(crate) fn content(&self, path: &str) -> String {
        format!("{path} {}\n", self.control.field("Version"))
    }
}
