//! What lists of files call a package, and which of them it is in.

use colca_model::{Component, DebArchitecture};
use serde::{Deserialize, Serialize};

use crate::{Fragment, Kind, Layout};

/// A package as the lists of files name it. Versions of one package have the same label.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Label {
    /// `net/hello`; without a section, its name alone.
    pub name: String,
    /// The component that lists it.
    pub component: Component,
    /// What it runs on; those for `all` architectures are in the list of each.
    pub architecture: String,
}

impl Label {
    /// None for what is in no such list: source packages, and those for the installer.
    #[must_use]
    pub fn of(layout: &Layout, package: &Fragment) -> Option<Self> {
        let Fragment { kind, name, architecture, section, .. } = package;
        // A comma or space would look like the end of the name.
        let is_word = |section: &&str| section.bytes().all(|byte| byte.is_ascii_graphic() && byte != b',');
        let name = match section.as_deref().filter(is_word) {
            Some(section) => format!("{section}/{name}"),
            None => name.clone(),
        };
        let component = layout.component(section.as_deref()).clone();
        (*kind == Kind::Deb).then(|| Self { name, component, architecture: architecture.clone() })
    }

    /// Whether it is in the list of a component and an architecture.
    #[must_use]
    pub fn is_in(&self, component: &Component, architecture: &DebArchitecture) -> bool {
        self.component == *component && [architecture.as_str(), "all"].contains(&self.architecture.as_str())
    }
}
