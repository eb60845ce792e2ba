//! The files of other projects that a repository also lists.

use std::collections::{BTreeMap, BTreeSet};

use colca_model::{Project, Ref};

use crate::Node;

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
    fn read(node: Node<'_>) -> Option<Self> {
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Settings;

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
}
