//! The files of other projects that a repository also lists.

use std::collections::{BTreeMap, BTreeSet};

use colca_model::{Project, Ref};

use crate::project::ProjectSettings;
use crate::{Node, Settings};

/// The word that stands for every ref, as a table of extras and as what is taken of a project.
const ALL: &str = "all";

/// Which refs of a project are taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refs {
    /// Every one.
    All,
    /// These, at least one.
    Only(BTreeSet<Ref>),
}

impl Refs {
    /// Whether the ref is one of them.
    #[must_use]
    pub fn contains(&self, git_ref: &Ref) -> bool {
        match self {
            Self::All => true,
            Self::Only(refs) => refs.contains(git_ref),
        }
    }

    pub(crate) fn read(node: Node<'_>) -> Option<Self> {
        match node.as_str() {
            Some(ALL) => return Some(Self::All),
            Some(_) => node.refuse(r#"must be a list of refs, or "all""#),
            None => {
                let refs: BTreeSet<Ref> = node.some_names()?;
                if !refs.iter().any(|git_ref| git_ref.as_str() == ALL) {
                    return Some(Self::Only(refs));
                }
                node.refuse(r#"must be "all" without a list to mean every ref"#);
            }
        }
        None
    }
}

type Section = BTreeMap<Project, Refs>;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Extras {
    of_all: Section,
    of_ref: BTreeMap<Ref, Section>,
}

impl Extras {
    pub(crate) fn read(node: Node<'_>) -> Self {
        let mut of_ref: BTreeMap<Ref, Section> = node.by_name(|section| Some(section.by_name(Refs::read)));
        let all = Ref::new(ALL).expect("a word that keeps the rules of refs");
        Self { of_all: of_ref.remove(&all).unwrap_or_default(), of_ref }
    }

    /// The section of the ref with that of all; the latter wins where both name a project, as in chacra.
    pub(crate) fn of(&self, git_ref: &Ref) -> BTreeMap<&Project, &Refs> {
        let of_ref = self.of_ref.get(git_ref).into_iter().flatten();
        of_ref.chain(&self.of_all).collect()
    }

    /// The refs whose sections take a project at this ref; none if there are none.
    fn taking(&self, project: &Project, git_ref: &Ref) -> Option<Refs> {
        let takes = |refs: &Refs| refs.contains(git_ref);
        if let Some(refs) = self.of_all.get(project) {
            return takes(refs).then_some(Refs::All);
        }
        let sections = self.of_ref.iter().filter(|(_, section)| section.get(project).is_some_and(takes));
        let refs: BTreeSet<Ref> = sections.map(|(git_ref, _)| git_ref.clone()).collect();
        (!refs.is_empty()).then_some(Refs::Only(refs))
    }
}

impl Settings {
    /// The other projects whose files a repository of the project at this ref lists, and of which refs.
    #[must_use]
    pub fn extras(&self, project: &Project, git_ref: &Ref) -> BTreeMap<&Project, &Refs> {
        self.repos.get(project).map(|project| project.extras.of(git_ref)).unwrap_or_default()
    }

    /// The projects whose repositories list the files of this project at this ref, and at which refs of theirs: what a
    /// change to it concerns. Also those that are disabled.
    #[must_use]
    pub fn takers(&self, project: &Project, git_ref: &Ref) -> Vec<(&Project, Refs)> {
        let taker = |(taker, settings): (_, &ProjectSettings)| Some((taker, settings.extras.taking(project, git_ref)?));
        self.repos.iter().filter_map(taker).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ref_gets_its_own_extras_and_those_of_all_which_win() {
        let text = r#"
            [repos.ceph.extras.all]
            ceph-deploy = ["main", "v2"]
            shared = "all"
            [repos.ceph.extras.quincy]
            ceph-medic = "all"
            shared = ["quincy"]
        "#;
        let settings = Settings::parse(text).expect("a good file");
        let extras = |project: &str, git_ref: &str| {
            let (project, git_ref) = (project.parse().expect("a project"), git_ref.parse().expect("a ref"));
            let extras = settings.extras(&project, &git_ref);
            extras.into_iter().map(|(project, refs)| (project.to_string(), refs.clone())).collect::<Vec<_>>()
        };
        let only = |refs: &[&str]| Refs::Only(refs.iter().map(|name| name.parse().expect("a ref")).collect());
        let deploy = ("ceph-deploy".to_owned(), only(&["main", "v2"]));
        let (medic, shared) = (("ceph-medic".to_owned(), Refs::All), ("shared".to_owned(), Refs::All));
        assert_eq!(extras("ceph", "quincy"), [deploy.clone(), medic, shared.clone()]);
        assert_eq!(extras("ceph", "main"), [deploy, shared]);
        assert_eq!(extras("other", "main"), []);
    }

    #[test]
    fn takers_are_told_with_the_refs_of_theirs_that_take() {
        let text = r#"
            [repos.every.extras]
            all.ceph = "all"
            [repos.some.extras]
            all.other = "all"
            main.ceph = ["main", "v1"]
            quincy.ceph = "all"
            squid.rook = "all"
            [repos.ruled.extras]
            all.ceph = ["v1"]
            main.ceph = "all"
            [repos.none]
            disabled = true
        "#;
        let settings = Settings::parse(text).expect("a good file");
        let takers = |project: &str, git_ref: &str| {
            let takers = settings.takers(&project.parse().expect("a project"), &git_ref.parse().expect("a ref"));
            takers.into_iter().map(|(taker, refs)| (taker.to_string(), refs)).collect::<Vec<_>>()
        };
        let some = |refs: &[&str]| {
            ("some".to_owned(), Refs::Only(refs.iter().map(|name| name.parse().expect("a ref")).collect()))
        };
        let (every, ruled) = (("every".to_owned(), Refs::All), ("ruled".to_owned(), Refs::All));
        assert_eq!(takers("ceph", "main"), [every.clone(), some(&["main", "quincy"])]);
        assert_eq!(takers("ceph", "v1"), [every.clone(), ruled, some(&["main", "quincy"])]);
        assert_eq!(takers("ceph", "v2"), [every, some(&["quincy"])]);
        assert_eq!(takers("rook", "v2"), [some(&["squid"])]);
        assert_eq!(takers("none", "main"), []);
    }
}
