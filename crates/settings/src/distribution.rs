//! What the deb repositories of a project say of themselves, in their Release files.

use std::collections::BTreeSet;
use std::time::Duration;

use colca_model::{Component, DebArchitecture, Project};

use crate::Settings;

/// What stands in Release, and what is listed beside the packages. Fields and their meaning:
/// <https://wiki.debian.org/DebianRepository/Format>.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Distribution {
    /// Who publishes it.
    pub origin: Option<String>,
    /// What the publisher calls it.
    pub label: Option<String>,
    /// What people call it as its role moves on: `stable`. A word that keeps the rules of codenames.
    pub suite: Option<String>,
    /// The version of the whole.
    pub version: Option<String>,
    /// What it is, in a line.
    pub description: Option<String>,
    /// Its parts in the order of the file, at least one; `main` if nothing is said.
    pub components: Vec<Component>,
    /// The only architectures there may be, with `source` if that is one of them, and never `all`; none if there may be
    /// any.
    pub architectures: Option<BTreeSet<DebArchitecture>>,
    /// Whether apt installs from it only what is asked for by name.
    pub not_automatic: bool,
    /// Whether apt then still upgrades what is installed. Never without `not_automatic`.
    pub but_automatic_upgrades: bool,
    /// How long a Release file is valid; none if for ever.
    pub valid: Option<Duration>,
    /// Whether the files in the packages are listed, in `Contents-<arch>.gz`.
    pub contents: bool,
}

impl Settings {
    /// What the deb repositories of the project say of themselves, whatever their codename.
    #[must_use]
    pub fn distribution(&self, project: &Project) -> Distribution {
        self.distributions.of(project)
    }
}
