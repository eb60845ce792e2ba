//! `[distributions]`, in the words of reprepro's conf/distributions, which chacra has as well.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use colca_model::{Codename, Component, DebArchitecture, Invalid, Project};

use crate::{Distribution, Keys, Node};

/// The longest text, in characters.
const LONGEST: usize = 200;

/// The longest that a Release file can be valid, in days.
const LONGEST_VALID: u32 = 3650;

/// The most components of a repository, each a directory of its own.
pub(crate) const MOST_COMPONENTS: usize = 32;

/// The most architectures: dpkg has names for some hundred, with all their operating systems.
const MOST_ARCHITECTURES: usize = 100;

/// The table that counts where the one of the project says nothing.
pub(crate) const DEFAULTS: &str = "defaults";

/// Keys of chacra and reprepro that mean nothing here, and why.
const REFUSED: [(&str, &str); 6] = [
    ("Codename", "must be left out: each repository has that of its version, see [codenames]"),
    ("DebIndices", "must be left out: Packages is always written as .gz and .zst"),
    ("UDebIndices", "must be left out: Packages is always written as .gz and .zst"),
    ("DscIndices", "must be left out: Sources is always written as .gz and .zst"),
    ("SignWith", "must be left out: keys are named in [signing]"),
    ("ValidFor", "must be left out: ValidDays says how many days"),
];

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Distributions {
    defaults: Rules,
    projects: BTreeMap<Project, Rules>,
}

/// One table. An empty text takes back what the defaults say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Rules {
    origin: Option<String>,
    label: Option<String>,
    suite: Option<String>,
    version: Option<String>,
    description: Option<String>,
    components: Option<Vec<Component>>,
    architectures: Option<BTreeSet<DebArchitecture>>,
    not_automatic: Option<bool>,
    but_automatic_upgrades: Option<bool>,
    valid_days: Option<u32>,
    contents: Option<bool>,
}

impl Distributions {
    pub(crate) fn read(node: &Node<'_>) -> Self {
        let defaults = node.get(DEFAULTS).map(|node| Rules::read(node, &Rules::default())).unwrap_or_default();
        let project = |name: &str, node| (name != DEFAULTS).then(|| Rules::read(node, &defaults));
        let projects = node.by_key(project);
        Self { defaults, projects }
    }

    pub(crate) fn of(&self, project: &Project) -> Distribution {
        let (own, defaults) = (self.projects.get(project), &self.defaults);
        let text = |key: fn(&Rules) -> &Option<String>| {
            let text = own.and_then(|own| key(own).clone()).or_else(|| key(defaults).clone());
            text.filter(|text| !text.is_empty())
        };
        let flag = |key: fn(&Rules) -> Option<bool>| own.and_then(key).or(key(defaults)).unwrap_or(false);
        let components = own.and_then(|own| own.components.clone()).or_else(|| defaults.components.clone());
        let architectures = own.and_then(|own| own.architectures.clone()).or_else(|| defaults.architectures.clone());
        let days = own.and_then(|own| own.valid_days).or(defaults.valid_days).filter(|days| *days > 0);
        let not_automatic = flag(|rules| rules.not_automatic);
        Distribution {
            origin: text(|rules| &rules.origin),
            label: text(|rules| &rules.label),
            suite: text(|rules| &rules.suite),
            version: text(|rules| &rules.version),
            description: text(|rules| &rules.description),
            components: components.unwrap_or_else(|| vec![standard_component()]),
            architectures,
            not_automatic,
            but_automatic_upgrades: not_automatic && flag(|rules| rules.but_automatic_upgrades),
            valid: days.map(|days| Duration::from_secs(u64::from(days) * 24 * 60 * 60)),
            contents: flag(|rules| rules.contents),
        }
    }
}

impl Rules {
    /// `defaults` are what counts where this table says nothing.
    fn read(node: Node<'_>, defaults: &Self) -> Self {
        node.keys(|keys| {
            for (key, rule) in REFUSED {
                keys.refuse(key, rule);
            }
            let not_automatic = keys.take("NotAutomatic").and_then(Node::boolean);
            let is_not_automatic = not_automatic.or(defaults.not_automatic).unwrap_or(false);
            let but_automatic_upgrades = keys.take("ButAutomaticUpgrades").and_then(|node| {
                if node.as_bool() == Some(true) && !is_not_automatic {
                    node.refuse("needs NotAutomatic = true");
                }
                node.boolean()
            });
            Self {
                origin: text(keys, "Origin"),
                label: text(keys, "Label"),
                suite: suite(keys),
                version: text(keys, "Version"),
                description: text(keys, "Description"),
                components: keys.take("Components").and_then(|node| node.words(MOST_COMPONENTS)),
                architectures: keys.take("Architectures").and_then(architectures),
                not_automatic,
                but_automatic_upgrades,
                valid_days: keys.take("ValidDays").and_then(|node| node.whole(0..=LONGEST_VALID)),
                contents: keys.take("Contents").and_then(contents),
            }
        })
    }
}

/// What becomes the rest of a line in Release.
fn text(keys: &mut Keys<'_>, key: &'static str) -> Option<String> {
    keys.take(key)?.text(|text| {
        let refuse = |rule: &str| Err(Invalid::new(key, rule, text));
        if text.chars().count() > LONGEST {
            return refuse("must not be longer than 200 characters");
        }
        if text.chars().any(char::is_control) {
            return refuse("must be one line without control characters");
        }
        if text.trim() != text {
            return refuse("must not begin or end with a blank");
        }
        Ok(())
    })
}

/// apt lets people name it where they name codenames.
fn suite(keys: &mut Keys<'_>) -> Option<String> {
    keys.take("Suite")?.text(|text| if text.is_empty() { Ok(()) } else { Codename::new(text).map(|_| ()) })
}

fn architectures(node: Node<'_>) -> Option<BTreeSet<DebArchitecture>> {
    let architectures: Vec<DebArchitecture> = node.words(MOST_ARCHITECTURES)?;
    if architectures.iter().any(|architecture| matches!(architecture.as_str(), "all" | "any")) {
        node.refuse("must not name all or any: packages for all stand in the list of each architecture");
    }
    Some(architectures.into_iter().collect())
}

/// reprepro and chacra say here which files there are, `percomponent allcomponents .gz`.
fn contents(node: Node<'_>) -> Option<bool> {
    if node.as_bool().is_none() {
        node.refuse("must be true, for a Contents-<arch>.gz of each component, or false");
    }
    node.as_bool()
}

fn standard_component() -> Component {
    Component::new("main").expect("a word that keeps the rules of components")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Settings;

    fn distribution(text: &str, project: &str) -> Distribution {
        let settings = Settings::parse(text).expect("a good file");
        settings.distribution(&project.parse().expect("a project"))
    }

    #[test]
    fn without_a_word_there_is_main_and_nothing_else() {
        let expected = Distribution {
            origin: None,
            label: None,
            suite: None,
            version: None,
            description: None,
            components: vec![standard_component()],
            architectures: None,
            not_automatic: false,
            but_automatic_upgrades: false,
            valid: None,
            contents: false,
        };
        assert_eq!(distribution("", "ceph"), expected);
        assert_eq!(distribution("[distributions.defaults]\n[distributions.ceph]", "ceph"), expected);
    }

    #[test]
    fn a_project_overrides_the_defaults_key_by_key() {
        let text = r#"
            [distributions.ceph]
            Label = "Ceph"
            Suite = ""
            Components = ["test"]
            NotAutomatic = true
            ValidDays = 0
            [distributions.defaults]
            Origin = "ceph.com"
            Label = "größer"
            Suite = "stable"
            Version = "1.0"
            Description = "All: of it"
            Components = " main  contrib "
            Architectures = "amd64 source arm64"
            NotAutomatic = true
            ButAutomaticUpgrades = true
            ValidDays = 7
            Contents = true
            [distributions.plain]
            NotAutomatic = false
            Contents = false
        "#;
        let [ceph, other, plain] = ["ceph", "other", "plain"].map(|project| distribution(text, project));
        let texts = |of: &Distribution| {
            let texts = [&of.origin, &of.label, &of.suite, &of.version, &of.description];
            texts.map(|text| text.clone().unwrap_or_else(|| "-".to_owned()))
        };
        assert_eq!(texts(&other), ["ceph.com", "größer", "stable", "1.0", "All: of it"]);
        assert_eq!(texts(&ceph), ["ceph.com", "Ceph", "-", "1.0", "All: of it"]);
        let components = |of: &Distribution| of.components.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!((components(&other).join(" "), components(&ceph).join(" ")), ("main contrib".into(), "test".into()));
        for of in [&ceph, &other, &plain] {
            let architectures: Vec<_> = of.architectures.iter().flatten().map(DebArchitecture::as_str).collect();
            assert_eq!(architectures, ["amd64", "arm64", "source"]);
        }
        let flags = |of: &Distribution| [of.not_automatic, of.but_automatic_upgrades, of.contents];
        assert_eq!([&ceph, &other, &plain].map(flags), [[true; 3], [true; 3], [false; 3]]);
        let days = |of: &Distribution| of.valid.map(|valid| valid.as_secs() / 86_400);
        assert_eq!([&ceph, &other, &plain].map(days), [None, Some(7), Some(7)]);
    }

    #[test]
    fn what_the_defaults_say_makes_a_project_good() {
        let text = "[distributions]\ndefaults.NotAutomatic = true\nceph.ButAutomaticUpgrades = true";
        let flags = ["ceph", "rook"].map(|project| distribution(text, project)).map(|of| of.but_automatic_upgrades);
        assert_eq!(flags, [true, false]);
    }
}
