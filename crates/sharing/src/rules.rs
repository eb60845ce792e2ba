//! The rules of sharing, each a question about two repositories.

use colca_model::{RepoPath, RepositoryKind};
use colca_settings::Settings;

/// Why a repository lists the files of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    /// Another project's files, for the same version or one that is combined.
    Extra,
    /// Files for all versions of the distribution.
    Generic,
    /// Files for another version, each under its own codename.
    Combined,
}

/// Why `taker` lists the files of `source`, if it does. Whether it takes from that project at that ref is asked before.
pub(crate) fn why(settings: &Settings, kind: RepositoryKind, taker: &RepoPath, source: &RepoPath) -> Option<Why> {
    if taker == source {
        return None;
    }
    let is_deb = kind == RepositoryKind::Deb;
    let is_combined = is_deb
        && !settings.is_generic(&taker.distro_version)
        && settings.is_combined_version(&taker.project, &source.distro, &source.distro_version);
    if taker.project != source.project {
        let is_same =
            settings.is_same_version(&taker.distro, &taker.distro_version, &source.distro, &source.distro_version);
        return (is_same || is_combined).then_some(Why::Extra);
    }
    if (&taker.git_ref, &taker.sha1) != (&source.git_ref, &source.sha1) {
        return None;
    }
    if is_deb && settings.is_generic(&source.distro_version) && taker.distro == source.distro {
        return Some(Why::Generic);
    }
    let is_other = (&taker.distro, &taker.distro_version) != (&source.distro, &source.distro_version);
    (is_combined && is_other && taker.flavor == source.flavor).then_some(Why::Combined)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEB: RepositoryKind = RepositoryKind::Deb;

    fn asked(text: &str, kind: RepositoryKind, taker: &str, source: &str) -> Option<Why> {
        let settings = Settings::parse(text).expect("a good file");
        let path = |text: &str| text.parse().expect("a good path");
        why(&settings, kind, &path(taker), &path(source))
    }

    #[test]
    fn extras_are_of_the_same_version_whatever_it_is_called() {
        let why = |taker: &str, source: &str| asked("", RepositoryKind::Rpm, taker, source);
        let mine = "ceph/main/abc/centos/9/flavors/default";
        assert_eq!(why(mine, "extra/main/def/centos/9/flavors/debug"), Some(Why::Extra));
        assert_eq!(why(mine, "extra/main/def/centos/8/flavors/default"), None);
        let mine = "ceph/main/abc/ubuntu/jammy/flavors/default";
        assert_eq!(asked("", DEB, mine, "extra/main/def/ubuntu/22.04/flavors/default"), Some(Why::Extra));
    }

    #[test]
    fn generic_files_go_to_every_version_of_the_distribution() {
        let why = |taker: &str, source: &str| asked("", DEB, taker, source);
        let generic = "ceph/main/abc/ubuntu/universal/flavors/default";
        assert_eq!(why("ceph/main/abc/ubuntu/jammy/flavors/default", generic), Some(Why::Generic));
        assert_eq!(why("ceph/main/abc/debian/12/flavors/default", generic), None);
        assert_eq!(why("ceph/main/other/ubuntu/jammy/flavors/default", generic), None);
        assert_eq!(asked("", RepositoryKind::Rpm, "ceph/main/abc/ubuntu/jammy/flavors/default", generic), None);
    }

    #[test]
    fn combined_versions_list_each_other_within_a_build_and_flavor() {
        let text = "repos.ceph.combined = [\"jammy\", \"bookworm\"]";
        let why = |taker: &str, source: &str| asked(text, DEB, taker, source);
        let jammy = "ceph/main/abc/ubuntu/22.04/flavors/default";
        assert_eq!(why("ceph/main/abc/debian/12/flavors/default", jammy), Some(Why::Combined));
        assert_eq!(why("ceph/main/abc/ubuntu/noble/flavors/default", jammy), Some(Why::Combined));
        assert_eq!(why(jammy, "ceph/main/abc/ubuntu/noble/flavors/default"), None);
        assert_eq!(why("ceph/main/abc/debian/12/flavors/debug", jammy), None);
        assert_eq!(why("ceph/main/other/debian/12/flavors/default", jammy), None);
    }
}
