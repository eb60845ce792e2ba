//! Packages under real names, with real dependencies and file lists, and next to nothing in their files.
//!
//! The packages of a seed stand in one order: the first thousand of ten thousand are the thousand. So one store serves
//! every size. Beyond the packages of the release come copies of them, with other names, versions and paths.

mod deb;
mod dependency;
mod recipe;
mod rpm;
mod store;
mod version;

pub(crate) use recipe::Recipe;
pub(crate) use store::{Data, Made, Placed, Store};

/// No file is younger than this, so that bytes do not depend on when they were made.
pub(crate) const TIME: u32 = 1_767_571_200;

/// What is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Format {
    /// For dnf and zypper.
    Rpm,
    /// For apt.
    Deb,
}

impl Format {
    /// The ending of its files, and its name.
    pub(crate) fn ending(self) -> &'static str {
        match self {
            Self::Rpm => "rpm",
            Self::Deb => "deb",
        }
    }
}

#[cfg(test)]
mod tests;
