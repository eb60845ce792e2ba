//! The versions that the deb repositories of a project list side by side.

use std::collections::BTreeSet;

use colca_model::{Codename, Distro, DistroVersion, Project};

use crate::codenames::Codenames;
use crate::keys::nearest;
use crate::node::LIST;
use crate::{Node, Settings};

/// The most versions of a project.
const MOST: usize = 100;

/// The list of a project. A version that no distribution has would combine nothing, and nobody would notice.
pub(crate) fn read(node: &Node<'_>, codenames: &Codenames) -> BTreeSet<DistroVersion> {
    let items = node.items(LIST, MOST).unwrap_or_default();
    let known = |item: &Node<'_>| {
        let version: DistroVersion = item.name()?;
        if codenames.anywhere(version.as_str()).next().is_none() {
            let all = codenames.distros().flat_map(|distro| codenames.entries(distro));
            let near = nearest(version.as_str(), all.flat_map(|(version, codename)| [version, codename.as_str()]));
            let such_as = near.map(|(near, _)| format!(" such as {near}")).unwrap_or_default();
            item.refuse(format!("must be a known version or codename{such_as}; [codenames] can name others"));
        }
        Some(version)
    };
    items.iter().filter_map(known).collect()
}

impl Settings {
    /// Whether the deb repositories of the project list several versions, each under its own codename.
    #[must_use]
    pub fn is_combined(&self, project: &Project) -> bool {
        self.combined(project).next().is_some()
    }

    /// Those versions, as the file names them.
    pub fn combined(&self, project: &Project) -> impl Iterator<Item = &DistroVersion> {
        self.repos.get(project).into_iter().flat_map(|project| &project.combined)
    }

    /// Whether each deb repository of the project also lists the deb files for this version, of whichever distribution.
    #[must_use]
    pub fn is_combined_version(&self, project: &Project, distro: &Distro, version: &DistroVersion) -> bool {
        let Some(codename) = self.codename(distro, version) else { return false };
        self.combined(project).any(|listed| self.codenames.anywhere(listed.as_str()).any(|listed| *listed == codename))
    }

    /// The codenames of those versions that are of one distribution: where its generic versions go.
    #[must_use]
    pub fn combined_codenames(&self, project: &Project, distro: &Distro) -> BTreeSet<Codename> {
        self.combined(project).filter_map(|version| self.codename(distro, version)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_combined_by_their_codenames_whichever_way_they_are_named() {
        let text = r#"
            repos.ceph.combined = ["noble", "22.04", "bookworm", "noble", "5"]
            codenames.devuan = { 5 = "daedalus" }
        "#;
        let settings = Settings::parse(text).expect("a good file");
        let (ceph, rook) = ("ceph".parse().expect("a project"), "rook".parse().expect("a project"));
        assert!(settings.is_combined(&ceph) && !settings.is_combined(&rook));
        let listed: Vec<_> = settings.combined(&ceph).map(DistroVersion::as_str).collect();
        assert_eq!(listed, ["22.04", "5", "bookworm", "noble"]);

        for (distro, version, expected) in [
            ("ubuntu", "jammy", true),
            ("Ubuntu", "22.04.1", true),
            ("ubuntu", "24.04", true),
            ("ubuntu", "focal", false),
            ("debian", "12", true),
            ("debian", "11", false),
            ("devuan", "5", true),
            ("centos", "5", false),
            ("ubuntu", "universal", false),
        ] {
            let (distro, version) = (distro.parse().expect("a distro"), version.parse().expect("a version"));
            assert_eq!(settings.is_combined_version(&ceph, &distro, &version), expected, "{distro} {version}");
            assert!(!settings.is_combined_version(&rook, &distro, &version));
        }
        let codenames = |distro: &str| {
            let codenames = settings.combined_codenames(&ceph, &distro.parse().expect("a distro"));
            codenames.into_iter().map(String::from).collect::<Vec<_>>()
        };
        assert_eq!(codenames("ubuntu"), ["jammy", "noble"]);
        assert_eq!(codenames("Debian"), ["bookworm"]);
        assert_eq!(codenames("centos"), [""; 0]);
    }
}
