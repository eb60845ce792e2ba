//! The metadata that is not made from packages: what a CI writes and uploads beside them.

/// A kind of metadata that is uploaded as a file and carried into `repomd.xml` as it is.
///
/// Who reads it: dnf all three; zypper `updateinfo.xml` alone, it passes over the others.
/// <https://docs.fedoraproject.org/en-US/modularity/>, <https://github.com/openSUSE/libsolv>.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CarriedKind {
    /// `modules.yaml`: which packages belong to which stream of a module.
    Modules,
    /// `comps.xml`: groups of packages to install together.
    Group,
    /// `updateinfo.xml`: advisories, and the packages that mend what they tell of.
    UpdateInfo,
}

/// The compressions under which such a file may be uploaded. bzip2 is not among them: nothing has used it here for
/// years.
const ENDINGS: [&str; 4] = ["", ".gz", ".xz", ".zst"];

impl CarriedKind {
    /// All of them, in the order in which they are best listed in `repomd.xml`.
    pub const ALL: [Self; 3] = [Self::Modules, Self::Group, Self::UpdateInfo];

    /// The kind of a file by its name: exactly `modules.yaml`, `comps.xml` or `updateinfo.xml`, or one of them with
    /// `.gz`, `.xz` or `.zst`. A prefix would leave open which of several is meant, so that names with one are files
    /// like any other.
    #[must_use]
    pub fn of_name(filename: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|kind| filename.strip_prefix(kind.file_name()).is_some_and(|ending| ENDINGS.contains(&ending)))
    }

    /// The type of its entry in `repomd.xml`.
    ///
    /// Groups have one entry and are compressed like the rest, as `createrepo_c` has it since 1.0. Older ones wrote
    /// them uncompressed as `group` and again as `group_gz`; yum and dnf take that if it is there, and unpack `group`
    /// by its name if not. <https://github.com/rpm-software-management/createrepo_c/pull/373>.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Modules => "modules",
            Self::Group => "group",
            Self::UpdateInfo => "updateinfo",
        }
    }

    /// What the file is called, as it is uploaded and as it is published.
    #[must_use]
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Modules => "modules.yaml",
            Self::Group => "comps.xml",
            Self::UpdateInfo => "updateinfo.xml",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_three_names_and_their_compressed_forms_alone() {
        for (name, kind) in [
            ("modules.yaml", Some(CarriedKind::Modules)),
            ("modules.yaml.zst", Some(CarriedKind::Modules)),
            ("comps.xml", Some(CarriedKind::Group)),
            ("comps.xml.xz", Some(CarriedKind::Group)),
            ("updateinfo.xml", Some(CarriedKind::UpdateInfo)),
            ("updateinfo.xml.gz", Some(CarriedKind::UpdateInfo)),
            ("updateinfo.xml.bz2", None),
            ("updateinfo.xml.gz.gz", None),
            ("el9-modules.yaml", None),
            ("comps-el9.xml", None),
            ("Comps.xml", None),
            ("modules.yml", None),
            ("comps.xml.", None),
            ("", None),
        ] {
            assert_eq!(CarriedKind::of_name(name), kind, "{name}");
        }
    }
}
