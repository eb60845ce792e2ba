//! How long repositories are kept, and how many of them in any case.

use std::collections::BTreeMap;

use colca_model::{Flavor, Project, Ref};

use crate::{Keys, Node};

/// The longest time in days: a hundred years, which is for ever.
const LONGEST: u32 = 36_500;

/// The most repositories that can be kept in any case.
const MOST_KEPT: u32 = 100_000;

/// When a repository may be purged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// After so many days without a change.
    pub days: u32,
    /// So many of the newest of the same project, ref and flavor are kept however old they are. (In chacra, so many of those that are
    /// too old.)
    pub keep_minimum: u32,
    /// Never, whatever the numbers are.
    pub pinned: bool,
}

impl Default for Retention {
    /// Two weeks, as in chacra.
    fn default() -> Self {
        Self { days: 14, keep_minimum: 0, pinned: false }
    }
}

impl Retention {
    /// The two numbers, each as in `standard` where it is missing.
    fn read(keys: &mut Keys<'_>, standard: Self) -> Self {
        let mut number = |key, range| keys.take(key).and_then(|node| node.whole(range));
        Self {
            days: number("days", 1..=LONGEST).unwrap_or(standard.days),
            keep_minimum: number("keep_minimum", 0..=MOST_KEPT).unwrap_or(standard.keep_minimum),
            pinned: false,
        }
    }

    /// The rule of a ref or a flavor, which can be pinned besides.
    fn read_own(node: Node<'_>, standard: Self) -> Self {
        node.keys(|keys| {
            let pinned = keys.take("pinned").and_then(Node::boolean).unwrap_or(false);
            Self { pinned, ..Self::read(keys, standard) }
        })
    }

    /// What keeps longer, and more.
    fn larger(self, other: Self) -> Self {
        Self {
            days: self.days.max(other.days),
            keep_minimum: self.keep_minimum.max(other.keep_minimum),
            pinned: self.pinned || other.pinned,
        }
    }
}

/// What is configured for the repositories of one project, ref and flavor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetentionRule {
    /// When one of them may be purged.
    pub retention: Retention,
    /// The tables of the file that say so.
    pub tables: Vec<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct RetentionRules {
    pub(crate) enabled: bool,
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

    pub(crate) fn of(&self, project: &Project, git_ref: &Ref, flavor: &Flavor) -> RetentionRule {
        let rules = self.projects.get(project);
        let of_ref = rules.and_then(|rules| rules.refs.get(git_ref).copied());
        let of_flavor = rules.and_then(|rules| rules.flavors.get(flavor).copied());
        let retention = match (of_ref, of_flavor) {
            (Some(of_ref), Some(of_flavor)) => of_ref.larger(of_flavor),
            (Some(only), None) | (None, Some(only)) => only,
            (None, None) => self.standard,
        };
        let table = |kind: &str, name: &str| format!("retention.projects.{project}.{kind}.{name}");
        let of_ref = of_ref.map(|_| table("refs", git_ref.as_str()));
        let mut tables: Vec<_> =
            of_ref.into_iter().chain(of_flavor.map(|_| table("flavors", flavor.as_str()))).collect();
        if tables.is_empty() {
            tables.push("retention".to_owned());
        }
        RetentionRule { retention, tables }
    }
}

impl ProjectRules {
    fn read(node: Node<'_>, standard: Retention) -> Self {
        let rule = |node: Node<'_>| Some(Retention::read_own(node, standard));
        node.keys(|keys| Self {
            refs: keys.take("refs").map(|node| node.by_name(rule)).unwrap_or_default(),
            flavors: keys.take("flavors").map(|node| node.by_name(rule)).unwrap_or_default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::{Retention, RetentionRule, Settings};

    const RULES: &str = r#"
        days = 20
        [retention.projects.ceph.refs]
        main = { days = 30, keep_minimum = 2 }
        wip = { days = 1 }
        release = { keep_minimum = 9 }
        v19 = { pinned = true }
        [retention.projects.ceph.flavors.debug]
        days = 3
        keep_minimum = 4
    "#;

    fn of(text: &str, project: &str, git_ref: &str, flavor: &str) -> RetentionRule {
        let settings = Settings::parse(text).expect("a good file");
        let flavor = flavor.parse().expect("a flavor");
        settings.retention(&project.parse().expect("a project"), &git_ref.parse().expect("a ref"), &flavor)
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
            let Retention { days, keep_minimum, pinned } = of(&file, project, git_ref, flavor).retention;
            assert_eq!(((days, keep_minimum), pinned), (expected, false), "{project} {git_ref} {flavor}");
        }
        assert_eq!(of("retention.enabled = true", "ceph", "main", "default").retention, Retention::default());
    }

    #[test]
    fn what_is_pinned_by_its_ref_is_so_whatever_its_flavor_says() {
        let file = format!("[retention]\n{RULES}");
        for flavor in ["default", "debug"] {
            assert!(of(&file, "ceph", "v19", flavor).retention.pinned, "{flavor}");
        }
        assert!(!of(&file, "rook", "v19", "default").retention.pinned);
    }

    #[test]
    fn says_which_tables_count() {
        let file = format!("[retention]\n{RULES}");
        let main = "retention.projects.ceph.refs.main".to_owned();
        assert_eq!(of(&file, "rook", "main", "debug").tables, ["retention"]);
        assert_eq!(of(&file, "ceph", "main", "default").tables, std::slice::from_ref(&main));
        assert_eq!(
            of(&file, "ceph", "main", "debug").tables,
            [main, "retention.projects.ceph.flavors.debug".to_owned()]
        );
    }

    #[test]
    fn unless_enabled_nothing_is_purged_by_itself() {
        let enabled = |text: &str| Settings::parse(text).expect("a good file").purges_daily();
        assert!(!enabled(&format!("[retention]\n{RULES}")) && !enabled(""));
        assert!(enabled("retention.enabled = true"));
    }
}
