//! The segment that packages are added to.

use std::mem;

use crate::{Grade, Package};

/// Packages that are to be a segment, up to its bound.
pub(crate) struct Filling {
    grade: Grade,
    packages: Vec<Package>,
    bytes: u64,
}

impl Filling {
    /// Begins with some packages, fewer than a segment takes.
    pub(crate) fn new(grade: Grade, packages: Vec<Package>) -> Self {
        let bytes = packages.iter().map(Package::length).sum();
        Self { grade, packages, bytes }
    }

    /// Adds a package; gives all of them if the segment is full now.
    pub(crate) fn push(&mut self, package: Package) -> Option<Vec<Package>> {
        self.bytes += package.length();
        self.packages.push(package);
        self.is_full().then(|| {
            self.bytes = 0;
            mem::take(&mut self.packages)
        })
    }

    pub(crate) fn is_full(&self) -> bool {
        self.grade.is_full(self.packages.len(), self.bytes)
    }

    /// What it has so far.
    pub(crate) fn into_packages(self) -> Vec<Package> {
        self.packages
    }
}
