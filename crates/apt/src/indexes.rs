//! Which indexes a codename has, and which package is in which.

use std::collections::{BTreeSet, HashMap};
use std::fmt;

use colca_model::{Component, DebArchitecture, Sha256};
use serde::{Deserialize, Serialize};

use crate::{Fragment, Kind, Layout};

/// The indexes of a codename: `Packages` of each component and architecture, be there packages or not; the same below
/// `debian-installer/` for components that have udebs; `Sources` of each component.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Indexes {
    components: Vec<Component>,
    architectures: Vec<DebArchitecture>,
    /// The components that have udebs.
    udebs: BTreeSet<Component>,
}

/// Where a package is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listing {
    /// In the indexes of these paths, relative to the directory of the Release file: `main/binary-amd64/Packages`.
    In(Vec<String>),
    /// Nowhere.
    Nowhere(LeftOut),
    /// It needs an index that is not there.
    NotCovered,
}

/// A package that is in no index, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LeftOut {
    /// It is for an architecture that is not among those configured.
    Unlisted {
        /// The package.
        name: String,
        /// Its version.
        version: String,
        /// The architecture.
        architecture: String,
    },
    /// There is another file of that name, version and architecture. The one that was given first is listed.
    Conflict {
        /// The package.
        name: String,
        /// Its version.
        version: String,
        /// What it runs on.
        architecture: String,
        /// The digest of the file that is listed.
        kept: Sha256,
        /// The digest of the one that is not.
        other: Sha256,
    },
}

impl Indexes {
    /// Those that are needed to list these packages, or that were there `before`: what a client asked for yesterday it asks
    /// for tomorrow.
    #[must_use]
    pub fn covering<'a>(
        layout: &Layout,
        packages: impl Iterator<Item = &'a Fragment> + Clone,
        before: Option<&Self>,
    ) -> Self {
        let known = before.into_iter().flat_map(|before| &before.architectures).map(DebArchitecture::as_str);
        let found = packages.clone().map(|fragment| fragment.architecture.as_str());
        let udebs = packages.filter(|fragment| fragment.kind == Kind::Udeb);
        let udebs = udebs.map(|fragment| layout.component(fragment.section.as_deref()).clone());
        let known_udebs = before.into_iter().flat_map(|before| &before.udebs).cloned();
        Self {
            components: layout.components().to_vec(),
            architectures: layout.architectures(known.chain(found)),
            udebs: udebs.chain(known_udebs.filter(|component| layout.components().contains(component))).collect(),
        }
    }

    /// The architectures that have indexes, for the Release file.
    #[must_use]
    pub fn architectures(&self) -> &[DebArchitecture] {
        &self.architectures
    }

    /// The paths of all of them.
    #[must_use]
    pub fn paths(&self) -> Vec<String> {
        let mut paths = Vec::new();
        for component in &self.components {
            for kind in [Kind::Deb, Kind::Udeb] {
                let is_there = kind == Kind::Deb || self.udebs.contains(component);
                let architectures = self.architectures.iter().filter(|_| is_there);
                paths.extend(architectures.map(|architecture| path(component, kind, architecture.as_str())));
            }
            paths.push(path(component, Kind::Source, ""));
        }
        paths
    }

    /// Where a package is listed. One for all architectures is in the index of each.
    #[must_use]
    pub fn listing(&self, layout: &Layout, fragment: &Fragment) -> Listing {
        let Fragment { kind, architecture, section, .. } = fragment;
        let component = layout.component(section.as_deref());
        if !self.components.contains(component) || (*kind == Kind::Udeb && !self.udebs.contains(component)) {
            return Listing::NotCovered;
        }
        if *kind == Kind::Source {
            return Listing::In(vec![path(component, Kind::Source, "")]);
        }
        let fits = |listed: &&DebArchitecture| architecture == "all" || architecture == listed.as_str();
        let here = self.architectures.iter().filter(fits);
        let here: Vec<_> = here.map(|architecture| path(component, *kind, architecture.as_str())).collect();
        match here.is_empty() {
            false => Listing::In(here),
            true if layout.is_closed() => Listing::Nowhere(LeftOut::unlisted(fragment)),
            true => Listing::NotCovered,
        }
    }
}

/// The path of an index.
fn path(component: &Component, kind: Kind, architecture: &str) -> String {
    match kind {
        Kind::Deb => format!("{component}/binary-{architecture}/Packages"),
        Kind::Udeb => format!("{component}/debian-installer/binary-{architecture}/Packages"),
        Kind::Source => format!("{component}/source/Sources"),
    }
}

/// The packages that an archive can list together: of each name, version and architecture the one that is given first. The
/// same file given again is passed over in silence.
#[must_use]
pub fn without_conflicts<T>(packages: Vec<T>, fragment: impl Fn(&T) -> &Fragment) -> (Vec<T>, Vec<LeftOut>) {
    let mut left_out = Vec::new();
    let mut seen: HashMap<_, Sha256> = HashMap::new();
    let mut listed = Vec::with_capacity(packages.len());
    for package in packages {
        let Fragment { kind, name, version, architecture, sha256, .. } = fragment(&package);
        let identity = (*kind, name.clone(), version.clone(), architecture.clone());
        match seen.get(&identity) {
            None => {
                seen.insert(identity, *sha256);
                listed.push(package);
            }
            Some(kept) if kept == sha256 => {}
            Some(kept) => {
                let ((_, name, version, architecture), kept, other) = (identity, *kept, *sha256);
                left_out.push(LeftOut::Conflict { name, version, architecture, kept, other });
            }
        }
    }
    (listed, left_out)
}

impl LeftOut {
    fn unlisted(fragment: &Fragment) -> Self {
        let Fragment { name, version, architecture, .. } = fragment.clone();
        Self::Unlisted { name, version, architecture }
    }
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unlisted { name, version, architecture } => {
                write!(f, "{name} {version} is for {architecture}, which is not among the architectures configured")
            }
            Self::Conflict { name, version, architecture, kept, other } => write!(
                f,
                "{name} {version} for {architecture} is there twice with different content: the file with SHA-256 {kept} \
                 is published, the one with {other} is not"
            ),
        }
    }
}
