//! Where a repository is: the six names that identify it.

use std::fmt;
use std::str::FromStr;

use crate::{Distro, DistroVersion, Flavor, Invalid, Project, Ref, Sha1};

/// The longest path, in bytes. S3 keys end at 1,024, and below a path there may be `repos/`, an architecture and a
/// file name of 255 bytes each, and the id of an upload: 545 bytes with the slashes.
const LONGEST: usize = 450;

/// The six names of a repository. Written `P/R/S/D/V/flavors/F`, as in its URL.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RepoPath {
    /// What is built.
    pub project: Project,
    /// The branch or tag.
    pub git_ref: Ref,
    /// The commit.
    pub sha1: Sha1,
    /// The distribution.
    pub distro: Distro,
    /// Its version or codename.
    pub distro_version: DistroVersion,
    /// The variant, `default` where none is named.
    pub flavor: Flavor,
}

impl RepoPath {
    /// # Errors
    /// [`Invalid`] if the path as a whole is too long for what is stored below it.
    pub fn new(
        project: Project,
        git_ref: Ref,
        sha1: Sha1,
        distro: Distro,
        distro_version: DistroVersion,
        flavor: Flavor,
    ) -> Result<Self, Invalid> {
        let path = Self { project, git_ref, sha1, distro, distro_version, flavor };
        let text = path.to_string();
        if text.len() > LONGEST {
            let rule =
                "project, ref, sha1, distro, distro_version and flavor must not be longer than 450 bytes together";
            return Err(Invalid::new("path", rule, text));
        }
        Ok(path)
    }

    /// The directory, relative to the repository, whose `repodata/` lists the rpms of `directory`; empty for the
    /// top. SUSE's tools want one `repodata/` for all architectures, the others one for each.
    #[must_use]
    pub fn metadata_directory<'a>(&self, directory: &'a str) -> &'a str {
        if self.has_single_repodata() { "" } else { directory }
    }

    /// Whether the repository has one `repodata/` at its top, as SUSE's tools want it.
    #[must_use]
    pub fn has_single_repodata(&self) -> bool {
        let distro = self.distro.as_str().to_ascii_lowercase();
        distro.starts_with("opensuse") || distro.starts_with("sle")
    }

    /// The path of the version level, `P/R/S/D/V`, which all flavors share.
    #[must_use]
    pub fn version_level(&self) -> String {
        let Self { project, git_ref, sha1, distro, distro_version, .. } = self;
        format!("{project}/{git_ref}/{sha1}/{distro}/{distro_version}")
    }
}

impl fmt::Display for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/flavors/{}", self.version_level(), self.flavor)
    }
}

impl FromStr for RepoPath {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let names: Vec<&str> = text.split('/').collect();
        let [project, git_ref, sha1, distro, version, "flavors", flavor] = names[..] else {
            return Err(Invalid::new("repository", "must be project/ref/sha1/distro/version/flavors/flavor", text));
        };
        Self::new(project.parse()?, git_ref.parse()?, sha1.parse()?, distro.parse()?, version.parse()?, flavor.parse()?)
    }
}

impl TryFrom<String> for RepoPath {
    type Error = Invalid;
    fn try_from(text: String) -> Result<Self, Invalid> {
        text.parse()
    }
}

impl From<RepoPath> for String {
    fn from(path: RepoPath) -> String {
        path.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes() {
        let text = "ceph/main/HEAD/centos/9/flavors/default";
        let path: RepoPath = text.parse().expect("a good path");
        assert_eq!(path.to_string(), text);
    }

    #[test]
    fn refuses_missing_parts_and_paths_too_long_for_a_key() {
        assert!("ceph/main/HEAD/centos/9".parse::<RepoPath>().is_err());
        assert!("ceph/main/HEAD/centos/9/flavors/../x".parse::<RepoPath>().is_err());
        let long = format!("{}/{}/{}/centos/9/flavors/default", "p".repeat(250), "r".repeat(250), "s".repeat(250));
        assert_eq!(long.parse::<RepoPath>().expect_err("too long").field, "path");
    }
}
