//! What would be purged, page by page.

use std::fmt;
use std::str::FromStr;

use colca_model::{Invalid, Project, Ref, RepoPath};
use colca_runtime::Services;
use colca_settings::Settings;
use jiff::SignedDuration;

use crate::plan::Fate;
use crate::survey::{Planned, of_ref, refs};

/// How long one page is looked for; the gateway gives up soon after. A page that is not full by then says where to go on.
const PATIENCE: SignedDuration = SignedDuration::from_secs(15);

/// Where a page ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cursor {
    /// After all repositories of a ref.
    Ref(Project, Ref),
    /// After a repository.
    Repository(RepoPath),
}

impl Cursor {
    fn git_ref(&self) -> (Project, Ref) {
        match self {
            Self::Ref(project, git_ref) => (project.clone(), git_ref.clone()),
            Self::Repository(path) => (path.project.clone(), path.git_ref.clone()),
        }
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ref(project, git_ref) => write!(f, "{project}/{git_ref}"),
            Self::Repository(path) => write!(f, "{path}"),
        }
    }
}

impl FromStr for Cursor {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        if let Some((project, git_ref)) = text.split_once('/')
            && !git_ref.contains('/')
        {
            return Ok(Self::Ref(project.parse()?, git_ref.parse()?));
        }
        text.parse().map(Self::Repository)
    }
}

/// Some of what is to go, or of all.
#[derive(Debug, Clone)]
pub struct Page {
    /// The repositories, by their paths.
    pub planned: Vec<Planned>,
    /// Where the next page begins; none if there is none.
    pub next: Option<Cursor>,
}

/// Up to `limit` repositories that are to go, or with `all` those that are to stay, too; of one project if there is one.
///
/// # Errors
/// Whatever the service answers.
pub async fn page(
    services: &Services,
    settings: &Settings,
    project: Option<&Project>,
    all: bool,
    (after, limit): (Option<&Cursor>, usize),
) -> colca_store::Result<Page> {
    let end = services.clock.now() + PATIENCE;
    let mut planned = Vec::new();
    let mut done: Option<(Project, Ref)> = None;
    for git_ref in refs(services, project).await? {
        let is_before = match after {
            Some(after @ Cursor::Ref(..)) => git_ref <= after.git_ref(),
            Some(after @ Cursor::Repository(_)) => git_ref < after.git_ref(),
            None => false,
        };
        if is_before {
            continue;
        }
        if let Some((project, git_ref)) = done.filter(|_| services.clock.now() >= end) {
            return Ok(Page { planned, next: Some(Cursor::Ref(project, git_ref)) });
        }
        for one in of_ref(services, settings, &git_ref).await? {
            let path = &one.repository.repository;
            let is_seen = matches!(after, Some(Cursor::Repository(after)) if path <= after);
            if is_seen || !(all || matches!(one.fate, Fate::Goes { .. })) {
                continue;
            }
            if planned.len() == limit {
                let last: Option<&Planned> = planned.last();
                let next = last.map(|last| Cursor::Repository(last.repository.repository.clone()));
                return Ok(Page { planned, next });
            }
            planned.push(one);
        }
        done = Some(git_ref);
    }
    Ok(Page { planned, next: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_a_ref_or_a_repository() {
        for good in ["ceph/main", "ceph/main/abc/centos/9/flavors/default"] {
            assert_eq!(good.parse::<Cursor>().map(|cursor| cursor.to_string()), Ok(good.to_owned()));
        }
        for bad in ["", "ceph", "ceph/", "ceph/main/abc", "/main"] {
            assert!(bad.parse::<Cursor>().is_err(), "{bad}");
        }
    }
}
