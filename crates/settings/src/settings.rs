//! The file as a whole, and the questions it answers.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use colca_model::{Distro, DistroVersion, Flavor, Invalid, Project, Ref, RepoPath};
use toml::de::{DeTable, DeValue};

use crate::callbacks::Told;
use crate::codenames::Codenames;
use crate::distribution_rules::{DEFAULTS, Distributions};
use crate::distros::Distros;
use crate::found::FILE;
use crate::limits::Limits;
use crate::project::{Elsewhere, ProjectSettings, quiet};
use crate::retention::RetentionRules;
use crate::signing::SigningRules;
use crate::{Found, Keys, Node, Problem, Problems, RetentionRule, WebDirectory, external};

/// The longest text that is read, in bytes.
const LONGEST: usize = 256 * 1024;

/// What an operator decided about repositories. The default is that of an empty file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    quiet: Option<Duration>,
    /// The addresses below which we fetch what others publish.
    allowed: Vec<WebDirectory>,
    disable_unconfigured_repos: bool,
    generic_versions: BTreeSet<DistroVersion>,
    pub(crate) repos: BTreeMap<Project, ProjectSettings>,
    distros: Distros,
    pub(crate) codenames: Codenames,
    pub(crate) distributions: Distributions,
    pub(crate) signing: SigningRules,
    retention: RetentionRules,
    limits: Limits,
    pub(crate) told: Told,
}

impl Settings {
    /// # Errors
    /// [`Problems`]: all that can be found in one go. Where the text is not TOML, what follows is found as far as
    /// the parser recovers.
    pub fn parse(text: &str) -> Result<Self, Problems> {
        if text.len() > LONGEST {
            let rule = "must not be longer than 256 KiB".to_owned();
            let value = format!("{} bytes", text.len());
            return Err(Problems(vec![Problem { line: None, field: FILE.to_owned(), rule, value }]));
        }
        let (table, errors) = DeTable::parse_recoverable(text);
        let (table, found) = (DeValue::Table(table.into_inner()), Found::new(text, errors));
        let settings = Node::root(&table, &found).keys(Self::read);
        found.or(settings)
    }

    fn read(keys: &mut Keys<'_>) -> Self {
        let codenames = keys.take("codenames").map(|node| Codenames::read(&node)).unwrap_or_default();
        let signing = keys.take("signing").map(|node| SigningRules::read(node, &SigningRules::default()));
        let signing = signing.unwrap_or_default();
        let allowed = keys.take("external").map(external::read_allowed).unwrap_or_default();
        let elsewhere = Elsewhere { codenames: &codenames, allowed: &allowed, signing: &signing };
        let repos = keys.take("repos").map(|node| repos(&node, &elsewhere)).unwrap_or_default();
        Self {
            quiet: quiet(keys),
            allowed,
            disable_unconfigured_repos: keys
                .take("disable_unconfigured_repos")
                .and_then(Node::boolean)
                .unwrap_or(false),
            generic_versions: keys
                .take("generic_versions")
                .and_then(|node| node.names())
                .unwrap_or_else(standard_generic_versions),
            repos,
            distros: keys.take("distros").map(Distros::read).unwrap_or_default(),
            codenames,
            distributions: keys.take("distributions").map(|node| Distributions::read(&node)).unwrap_or_default(),
            signing,
            retention: keys.take("retention").map(RetentionRules::read).unwrap_or_default(),
            limits: keys.take("limits").map(Limits::read).unwrap_or_default(),
            told: Told::read(keys),
        }
    }

    /// Whether we may fetch what is in this directory: `allow` of `[external]` names it, or one above it.
    #[must_use]
    pub fn may_fetch(&self, url: &WebDirectory) -> bool {
        self.allowed.iter().any(|allowed| url.is_within(allowed))
    }

    /// Whether an upload has its repository built by itself.
    #[must_use]
    pub fn is_built_by_uploads(&self, repository: &RepoPath) -> bool {
        self.is_automatic(&repository.project) && !self.is_generic(&repository.distro_version)
    }

    /// Whether uploads to the project have repositories built, generic ones aside.
    #[must_use]
    pub fn is_automatic(&self, project: &Project) -> bool {
        self.repos.get(project).and_then(|project| project.automatic).unwrap_or(true)
    }

    /// Whether nothing is ever built for the project: because it says so, or because it says nothing at all and
    /// `disable_unconfigured_repos` does.
    #[must_use]
    pub fn is_disabled(&self, project: &Project) -> bool {
        let configured = self.repos.get(project);
        configured.map_or(self.disable_unconfigured_repos, |project| project.disabled.unwrap_or(false))
    }

    /// How long a build waits for more uploads to the project; none if that is left to the deployment.
    #[must_use]
    pub fn quiet(&self, project: &Project) -> Option<Duration> {
        self.repos.get(project).and_then(|project| project.quiet).or(self.quiet)
    }

    /// Whether files may be uploaded for this version of this distribution. If known ones are not enforced, always;
    /// generic versions are for every distribution.
    ///
    /// # Errors
    /// [`Invalid`] naming the known distribution that is nearest, or the known versions.
    pub fn check_distro(&self, distro: &Distro, version: &DistroVersion) -> Result<(), Invalid> {
        if self.is_generic(version) { Ok(()) } else { self.distros.check(distro, version) }
    }

    /// Whether the version stands for all of a distribution: its repositories are not built by uploads, and its deb
    /// files go to the repositories of every version.
    #[must_use]
    pub fn is_generic(&self, version: &DistroVersion) -> bool {
        self.generic_versions.contains(version)
    }

    /// When a repository may be purged. If both the ref and the flavor have a rule, the larger number of each counts; if
    /// one has, that; if none, the default of the file.
    #[must_use]
    pub fn retention(&self, project: &Project, git_ref: &Ref, flavor: &Flavor) -> RetentionRule {
        self.retention.of(project, git_ref, flavor)
    }

    /// Whether that is done every day, though nobody asks.
    #[must_use]
    pub fn purges_daily(&self) -> bool {
        self.retention.enabled
    }

    /// How many bytes a user may upload in a day; none if that is not limited.
    #[must_use]
    pub fn bytes_per_day(&self, user: &str) -> Option<u64> {
        self.limits.of(user)
    }

    /// The users that have a limit of their own.
    pub fn limited_users(&self) -> impl Iterator<Item = &str> {
        self.limits.users()
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            quiet: None,
            allowed: Vec::new(),
            disable_unconfigured_repos: false,
            generic_versions: standard_generic_versions(),
            repos: BTreeMap::new(),
            distros: Distros::default(),
            codenames: Codenames::default(),
            distributions: Distributions::default(),
            signing: SigningRules::default(),
            retention: RetentionRules::default(),
            limits: Limits::default(),
            told: Told::default(),
        }
    }
}

/// The tables of the projects. None stands for all of them, and who writes `defaults` would expect that.
fn repos(node: &Node<'_>, elsewhere: &Elsewhere<'_>) -> BTreeMap<Project, ProjectSettings> {
    node.by_key(|name, node| {
        if name == DEFAULTS {
            node.note("is reserved; what stands for all projects stands outside of [repos]", String::new());
        }
        ProjectSettings::read(node, elsewhere)
    })
}

/// The words that chacra takes for all versions.
fn standard_generic_versions() -> BTreeSet<DistroVersion> {
    let version = |word| DistroVersion::new(word).expect("a word that keeps the rules of versions");
    ["generic", "universal", "any"].map(version).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(text: &str) -> Settings {
        Settings::parse(text).expect("a good file")
    }

    fn project(name: &str) -> Project {
        Project::new(name).expect("a good name")
    }

    #[test]
    fn the_default_is_the_empty_file() {
        for empty in ["", "\n\n", "# nothing\r\n", "[repos]\n[distros]\n[retention]\n[limits]", "repos.ceph = {}"] {
            assert_eq!(settings(empty), Settings::default(), "{empty:?}");
        }
        let default = Settings::default();
        assert!(default.is_automatic(&project("ceph")) && !default.is_disabled(&project("ceph")));
        assert_eq!(default.quiet(&project("ceph")), None);
    }

    #[test]
    fn a_project_is_automatic_unless_it_says_no() {
        let settings = settings("repos = { ceph.automatic = false, rook.automatic = true, other.disabled = true }");
        let automatic = ["ceph", "rook", "other", "unheard-of"].map(|name| settings.is_automatic(&project(name)));
        assert_eq!(automatic, [false, true, true, true]);
    }

    #[test]
    fn without_a_word_about_a_project_disable_unconfigured_repos_decides() {
        let repos = "[repos]\nceph.disabled = true\nrook.disabled = false\nother.automatic = false\nempty = {}";
        let disabled = |text: &str| {
            let settings = settings(text);
            ["ceph", "rook", "other", "empty", "absent"].map(|name| settings.is_disabled(&project(name)))
        };
        assert_eq!(disabled(repos), [true, false, false, false, false]);
        let strict = format!("disable_unconfigured_repos = true\n{repos}");
        assert_eq!(disabled(&strict), [true, false, false, true, true]);
        assert_eq!(disabled("disable_unconfigured_repos = true"), [true; 5]);
    }

    #[test]
    fn the_quiet_time_of_a_project_wins_even_if_it_is_none() {
        let quiet = |text: &str| settings(text).quiet(&project("ceph")).map(|quiet| quiet.as_secs());
        assert_eq!(quiet("quiet_seconds = 5"), Some(5));
        assert_eq!(quiet("quiet_seconds = 900\n[repos.ceph]\nquiet_seconds = 0"), Some(0));
        assert_eq!(quiet("[repos.ceph]\nquiet_seconds = 0x1_e"), Some(30));
        assert_eq!(quiet("[repos.rook]\nquiet_seconds = 30"), None);
    }

    #[test]
    fn generic_versions_are_replaced_by_those_of_the_file() {
        let generic = |text: &str, version: &str| settings(text).is_generic(&version.parse().expect("a version"));
        assert!(generic("", "universal") && generic("", "any") && generic("", "generic") && !generic("", "9"));
        assert!(!generic("generic_versions = []", "any"));
        assert!(generic("generic_versions = [\"every\"]", "every"));
    }
}
