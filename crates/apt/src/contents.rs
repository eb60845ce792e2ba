//! The index of contents: which package a file is in.
//!
//! Format: <https://wiki.debian.org/DebianRepository/Format#A.22Contents.22_indices>.

use colca_model::DebArchitecture;

use crate::{ContentsList, Label, Layout, Paths};

/// `Contents-<architecture>` of each component and architecture, be there packages or not. Packages for all architectures
/// are in each. A package with several versions is named once for a path.
#[must_use]
pub fn contents(
    layout: &Layout,
    architectures: &[DebArchitecture],
    packages: &[(&Label, &Paths)],
) -> Vec<ContentsList> {
    let mut lists = Vec::new();
    for component in layout.components() {
        for architecture in architectures {
            let here = packages.iter().filter(|(label, _)| label.is_in(component, architecture));
            let here = here.map(|(label, paths)| (label.name.as_str(), *paths));
            lists.push(ContentsList::build(contents_name(component.as_str(), architecture), here));
        }
    }
    lists
}

/// The path of a list of files, relative to the directory of the `Release` file.
#[must_use]
pub fn contents_name(component: &str, architecture: &DebArchitecture) -> String {
    format!("{component}/Contents-{architecture}")
}
