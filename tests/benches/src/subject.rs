//! What is compared: the same work, done by others and by us.

use serde::Serialize;

use crate::{
    failure::Result,
    measure::Measured,
    report::Found,
    synthetic::{Data, Format},
    us::Stillness,
};

/// What is done to a repository. All but the first begin with one that lists everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Work {
    /// All packages are there, and no metadata.
    Cold,
    /// One package more.
    Add,
    /// The one in the middle gives way to a newer version of it.
    Replace,
    /// One package less.
    Delete,
    /// The package that was deleted and is published no more comes back as it was.
    Readd,
}

impl Work {
    /// Each, in the order of the tables.
    pub(crate) const ALL: [Self; 5] = [Self::Cold, Self::Add, Self::Replace, Self::Delete, Self::Readd];

    /// As it stands in the tables.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Cold => "cold",
            Self::Add => "+1",
            Self::Replace => "replace 1",
            Self::Delete => "-1",
            Self::Readd => "the same again",
        }
    }

    /// How many packages a repository of so many lists afterwards.
    pub(crate) fn leaves(self, count: usize) -> usize {
        match self {
            Self::Cold | Self::Replace | Self::Readd => count,
            Self::Add => count + 1,
            Self::Delete => count - 1,
        }
    }
}

/// Takes what was found out.
pub(crate) type Finder<'a> = &'a mut dyn FnMut(Found) -> Result<()>;

/// Somebody who publishes packages.
pub(crate) trait Subject {
    /// As it stands in the tables, with the version.
    fn name(&self) -> String;

    /// What it publishes.
    fn format(&self) -> Format;

    /// What its result lacks or has beyond those of the others.
    fn remark(&self) -> &'static str;

    /// The ways in which it can do some work; the tables show the one with the least CPU. One without a name if there is
    /// no choice.
    fn ways(&self, _: Work) -> Vec<&'static str> {
        vec![""]
    }

    /// Makes a repository of all packages and keeps it, for all steps to begin with.
    fn prepare(&mut self, data: &Data) -> Result<()>;

    /// Does some work in one of its ways, from the state that was prepared, and checks what came of it. Only the work
    /// itself is measured.
    fn step(&mut self, data: &Data, work: Work, way: &str) -> Result<Measured>;

    /// What there is to find out of what the runs have left. The stack may be moved meanwhile, and stands still again
    /// afterwards.
    fn afterwards(&mut self, _: &Data, _: &mut Stillness, _: Finder<'_>) -> Result<()> {
        Ok(())
    }
}
