//! How long repositories are kept, and how many of them in any case.

use std::collections::BTreeMap;

use colca_model::{Flavor, Project, Ref};

use crate::{Keys, Node};

/// The longest time in days: a hundred years, which is for ever.
const LONGEST: u32 = 36_500;

/// The most repositories that can be kept in any case.
const MOST_KEPT: u32 = 100_000;

/// When a repository may be deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// After so many days without a change.
    pub days: u32,
    /// So many of the newest are kept however old they are. (In chacra, so many of those that are too old.)
    pub keep_minimum: u32,
}

impl Default for Retention {
    /// Two weeks, as in chacra.
    fn default() -> Self {
        Self { days: 14, keep_minimum: 0 }
    }
}

impl Retention {
    /// The two keys, each as in `standard` where it is missing.
    fn read(keys: &mut Keys<'_>, standard: Self) -> Self {
        let mut number = |key, range| keys.take(key).and_then(|node| node.whole(range));
        Self {
            days: number("days", 1..=LONGEST).unwrap_or(standard.days),
            keep_minimum: number("keep_minimum", 0..=MOST_KEPT).unwrap_or(standard.keep_minimum),
        }
    }

    /// What keeps longer, and more.
    fn larger(self, other: Self) -> Self {
        Self { days: self.days.max(other.days), keep_minimum: self.keep_minimum.max(other.keep_minimum) }
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct RetentionRules {
    enabled: bool,
    standard: Retention,
    projects: BTreeMap<Project, ProjectRules>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct ProjectRules {
    refs: BTreeMap<Ref, Retention>,
    flavors: BTreeMap<Flavor, Retention>,
}

impl RetentionRules {
    pub(crate) fn read(node: Node<'_>) -> Self {
        node.keys(|keys| {
            let standard = Retention::read(keys, Retention::default());
            let projects = keys.take("projects");
            Self {
                enabled: keys.take("enabled").and_then(Node::boolean).unwrap_or(false),
                standard,
                projects: projects
                    .map(|node| node.by_name(|project| Some(ProjectRules::read(project, standard))))
                    .unwrap_or_default(),
            }
        })
    }

    pub(crate) fn of(&self, project: &Project, git_ref: &Ref, flavor: &Flavor) -> Option<Retention> {
        let rules = self.projects.get(project);
        let of_ref = rules.and_then(|rules| rules.refs.get(git_ref).copied());
        let of_flavor = rules.and_then(|rules| rules.flavors.get(flavor).copied());
        let either = of_ref.or(of_flavor).unwrap_or(self.standard);
        self.enabled.then(|| either.larger(of_flavor.unwrap_or(either)))
    }
}

impl ProjectRules {
    fn read(node: Node<'_>, standard: Retention) -> Self {
        let rule = |node: Node<'_>| Some(node.keys(|keys| Retention::read(keys, standard)));
        node.keys(|keys| Self {
            refs: keys.take("refs").map(|node| node.by_name(rule)).unwrap_or_default(),
            flavors: keys.take("flavors").map(|node| node.by_name(rule)).unwrap_or_default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::Settings;

    const RULES: &str = r#"
        days = 20
        [retention.projects.ceph.refs]
        main = { days = 30, keep_minimum = 2 }
        wip = { days = 1 }
        release = { keep_minimum = 9 }
        [retention.projects.ceph.flavors.debug]
        days = 3
        keep_minimum = 4
    "#;

    fn of(text: &str, project: &str, git_ref: &str, flavor: &str) -> Option<(u32, u32)> {
        let settings = Settings::parse(text).expect("a good file");
        let flavor = flavor.parse().expect("a flavor");
        let retention =
            settings.retention(&project.parse().expect("a project"), &git_ref.parse().expect("a ref"), &flavor);
        retention.map(|retention| (retention.days, retention.keep_minimum))
    }

    #[test]
    fn of_ref_and_flavor_the_larger_number_counts_and_without_either_the_default() {
        let file = format!("[retention]\nenabled = true\n{RULES}");
        for (project, git_ref, flavor, expected) in [
            ("ceph", "main", "default", (30, 2)),
            ("ceph", "main", "debug", (30, 4)),
            ("ceph", "wip", "debug", (3, 4)),
            ("ceph", "wip", "default", (1, 0)),
            ("ceph", "release", "default", (20, 9)),
            ("ceph", "other", "debug", (3, 4)),
            ("ceph", "other", "default", (20, 0)),
            ("rook", "main", "debug", (20, 0)),
        ] {
            assert_eq!(of(&file, project, git_ref, flavor), Some(expected), "{project} {git_ref} {flavor}");
        }
        assert_eq!(of("retention.enabled = true", "ceph", "main", "default"), Some((14, 0)));
    }

    #[test]
    fn unless_enabled_nothing_is_deleted() {
        assert_eq!(of(&format!("[retention]\n{RULES}"), "ceph", "main", "debug"), None);
        assert_eq!(of("", "ceph", "main", "debug"), None);
    }
}
