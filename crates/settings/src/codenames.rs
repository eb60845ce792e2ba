//! Which codename a version of a distribution has: known ones from `codenames.toml`, and those of the configuration.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use colca_model::{Codename, Distro, DistroVersion};
use toml::de::{DeTable, DeValue};

use crate::found::quoted;
use crate::{Found, Node};

/// The codenames of the versions of one distribution.
type Versions = BTreeMap<String, Codename>;

/// What is known without configuration.
static KNOWN: LazyLock<BTreeMap<String, Versions>> = LazyLock::new(|| {
    let text = include_str!("codenames.toml");
    let (table, errors) = DeTable::parse_recoverable(text);
    let (table, found) = (DeValue::Table(table.into_inner()), Found::new(text, errors));
    let known = Node::root(&table, &found).by_name(|versions| Some(read(&versions, |_, _, _| ())));
    found.or(by_text::<Distro, _>(known)).expect("a file of ours that keeps the rules")
});

/// What the configuration adds. The names of distributions are in lower case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Codenames(BTreeMap<String, Versions>);

impl Codenames {
    pub(crate) fn read(node: &Node<'_>) -> Self {
        Self(by_text::<Distro, _>(node.by_key(|distro, versions| {
            let lower = distro.to_lowercase();
            if lower != distro {
                versions.note(format!("must be written {lower}, which stands for every spelling"), quoted(distro));
            }
            let known = KNOWN.get(&lower);
            let mut added = read(&versions, |version, codename, node| {
                let known = known.and_then(|known| exact(known, version));
                let other = versions.get(codename.as_str()).and_then(|other| other.as_str());
                match (known, other) {
                    (Some(known), _) if known != codename => node.refuse(format!("is known to be {known}")),
                    (_, Some(other)) if other != codename.as_str() => {
                        node.refuse("must not be a version that has another codename");
                    }
                    _ => (),
                }
            });
            added.retain(|version, _| known.is_none_or(|known| !known.contains_key(version)));
            Some(added)
        })))
    }

    /// The codename of a version, which may be the codename itself or, where we know the distribution, a point release:
    /// `/etc/debian_version` says 12.5 where the archive is that of 12. Elsewhere that would be a guess: 21.1 of
    /// Linux Mint has another codename than 21.
    pub(crate) fn of(&self, distro: &str, version: &str) -> Option<&Codename> {
        let find = |version| self.versions(distro).find_map(|versions| exact(versions, version));
        find(version).or_else(|| {
            let (base, point) = version.rsplit_once('.')?;
            let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
            let is_point = !point.is_empty() && is_number(base) && is_number(point);
            if is_point && KNOWN.contains_key(&distro.to_lowercase()) { find(base) } else { None }
        })
    }

    /// All versions of a distribution with their codenames, those known without configuration first.
    pub(crate) fn entries(&self, distro: &str) -> impl Iterator<Item = (&str, &Codename)> {
        self.versions(distro).flatten().map(|(version, codename)| (version.as_str(), codename))
    }

    /// The distributions that have codenames.
    pub(crate) fn distros(&self) -> impl Iterator<Item = &str> {
        let configured = self.0.keys().filter(|name| !KNOWN.contains_key(*name));
        KNOWN.keys().chain(configured).map(String::as_str)
    }

    /// What each distribution means by a version or codename.
    pub(crate) fn anywhere(&self, version: &str) -> impl Iterator<Item = &Codename> {
        self.distros().filter_map(move |distro| self.of(distro, version))
    }

    fn versions(&self, distro: &str) -> impl Iterator<Item = &Versions> {
        let distro = distro.to_lowercase();
        [KNOWN.get(&distro), self.0.get(&distro)].into_iter().flatten()
    }
}

/// One table of versions. `check` is told of each version, its codename, and where that stands.
fn read<'a>(node: &Node<'a>, check: impl Fn(&str, &Codename, &Node<'a>)) -> Versions {
    by_text::<DistroVersion, _>(node.by_key(|version, node| {
        let codename = node.name()?;
        check(version, &codename, &node);
        Some(codename)
    }))
}

/// By the texts of names that were checked.
fn by_text<N: Into<String>, T>(names: BTreeMap<N, T>) -> BTreeMap<String, T> {
    names.into_iter().map(|(name, value)| (name.into(), value)).collect()
}

/// The codename of a version of the table, or of a codename of the table.
fn exact<'v>(versions: &'v Versions, version: &str) -> Option<&'v Codename> {
    versions.get(version).or_else(|| versions.values().find(|codename| codename.as_str() == version))
}
