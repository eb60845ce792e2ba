//! Which projects are meant.

use std::fmt;
use std::str::FromStr;

use colca_model::{Invalid, Project};

/// A project, or several: `*` stands for any run of characters, everything else for itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProjectGlob(String);

impl ProjectGlob {
    /// Whether this project is meant.
    #[must_use]
    pub fn matches(&self, project: &Project) -> bool {
        let mut parts = self.0.split('*');
        let first = parts.next().unwrap_or_default();
        let Some(mut rest) = project.as_str().strip_prefix(first) else { return false };
        let Some(last) = parts.next_back() else { return rest.is_empty() };
        // The first place where a part fits leaves the most for those behind it.
        for part in parts {
            let Some(at) = rest.find(part) else { return false };
            rest = &rest[at + part.len()..];
        }
        rest.ends_with(last)
    }
}

impl FromStr for ProjectGlob {
    type Err = Invalid;

    /// A pattern keeps the rules of project names, which allow a `*`: what breaks them could match no project.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        match Project::new(text) {
            Ok(_) => Ok(Self(text.to_owned())),
            Err(error) => Err(Invalid::new("scopes", format!("the project {}", error.rule), text)),
        }
    }
}

impl fmt::Display for ProjectGlob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn matches(glob: &str, project: &str) -> bool {
        let glob: ProjectGlob = glob.parse().expect("a good pattern");
        glob.matches(&Project::new(project).expect("a good project"))
    }

    #[test]
    fn a_star_is_any_run_and_everything_else_itself() {
        for (glob, project) in [
            ("ceph", "ceph"),
            ("*", "ceph"),
            ("ceph*", "ceph"),
            ("ceph*", "ceph-ansible"),
            ("*-ansible", "ceph-ansible"),
            ("c*h", "ch"),
            ("c*e*h", "ceph"),
            ("**", "x"),
            ("a*bb*b", "abbb"),
            ("größe*", "größe-ä"),
            ("c[e]?h", "c[e]?h"),
        ] {
            assert!(matches(glob, project), "{glob} {project}");
        }
        for (glob, project) in [
            ("ceph", "ceph-ansible"),
            ("ceph", "Ceph"),
            ("ceph*", "my-ceph"),
            ("c?ph", "ceph"),
            ("ceph.", "ceph1"),
            ("ab*ba", "aba"),
            ("a*bb*b", "abb"),
        ] {
            assert!(!matches(glob, project), "{glob} {project}");
        }
    }

    #[test]
    fn refuses_what_could_match_nothing() {
        for (bad, rule) in [
            ("", "the project must not be empty"),
            ("ceph/main", "the project must not contain a slash or backslash"),
            (".*", "the project must not start with a dot"),
        ] {
            let error = bad.parse::<ProjectGlob>().expect_err(bad);
            assert_eq!((error.field.as_str(), error.rule.as_str()), ("scopes", rule));
        }
    }

    /// The definition, in exponential time.
    fn slow(glob: &[u8], text: &[u8]) -> bool {
        match glob {
            [] => text.is_empty(),
            [b'*', glob @ ..] => (0..=text.len()).any(|skip| slow(glob, &text[skip..])),
            [c, glob @ ..] => text.first() == Some(c) && slow(glob, &text[1..]),
        }
    }

    proptest! {
        #[test]
        fn agrees_with_the_definition(glob in "[ab*]{1,7}", project in "[ab]{1,8}") {
            prop_assert_eq!(matches(&glob, &project), slow(glob.as_bytes(), project.as_bytes()));
        }
    }
}
