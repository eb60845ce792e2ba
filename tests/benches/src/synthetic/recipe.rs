//! What one package is made of.

use std::collections::HashMap;

use colca_tests::random::Random;

use crate::index::Paragraph;

/// The seed of everything.
const SEED: u64 = 5;

/// So many rpms are as long as the packages of their names in Debian: as many as a bench has anybody read to their end.
const FULL: usize = 10_200;

/// As long as this at most, in bytes, so that they fit into LocalStack's memory: Debian's are 1.5 MB in the mean, these
/// 0.1 MB.
const LONGEST: usize = 256 * 1024;

/// One package to be made, in either format.
#[derive(Debug, Clone)]
pub(crate) struct Recipe {
    /// What chance is asked with.
    pub(crate) number: usize,
    /// Its control file, but for what Debian's index adds to it.
    pub(crate) control: Paragraph,
    /// What it installs, relative to the root, sorted.
    pub(crate) paths: Vec<String>,
    /// How long it is in Debian, as far as it is to be so.
    filling: usize,
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
        let length = control.field("Size").parse().unwrap_or(0);
        let filling = if number < FULL { LONGEST.min(length) } else { 0 };
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
        Recipe { number, control, paths, filling }
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

    /// What makes it as long as it is in Debian, and nothing compresses.
    pub(crate) fn filling(&self) -> Vec<u8> {
        self.random().bytes().take(self.filling).collect()
    }
}
