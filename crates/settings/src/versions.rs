//! What is asked about versions and codenames.

use colca_model::{Codename, Distro, DistroVersion, Invalid};

use crate::Settings;
use crate::keys::likeness;

/// How many known versions an error names.
const NAMED: usize = 3;

/// The most distributions that an error names.
const LISTED: usize = 20;

impl Settings {
    /// The codename under which `dists/` has this version: of a known number (`12`, `22.04`), of a point release of it
    /// (`12.5`, `22.04.3`), of the codename itself, or as `[codenames]` says.
    #[must_use]
    pub fn codename(&self, distro: &Distro, version: &DistroVersion) -> Option<Codename> {
        self.codenames.of(distro.as_str(), version.as_str()).cloned()
    }

    /// As [`Settings::codename`], for who cannot go on without it.
    ///
    /// # Errors
    /// [`Invalid`] of the field `distro_version`, naming the known versions that are nearest and how to name others.
    pub fn require_codename(&self, distro: &Distro, version: &DistroVersion) -> Result<Codename, Invalid> {
        self.codename(distro, version).ok_or_else(|| {
            let lower = distro.as_str().to_lowercase();
            let near = self.nearest_versions(distro.as_str(), version.as_str());
            let known = if near.is_empty() {
                let distros: Vec<_> = self.codenames.distros().take(LISTED).collect();
                format!("must be of a distribution whose codenames are known ({})", distros.join(", "))
            } else {
                format!("must be a version of {lower} whose codename is known, such as {}", near.join(", "))
            };
            let rule = format!("{known}; [codenames.{lower}] of colca.toml can name others");
            Invalid::new("distro_version", rule, version)
        })
    }

    /// The version number of a codename: `22.04` of jammy. None for `sid`, which has no number.
    #[must_use]
    pub fn version_number(&self, distro: &Distro, codename: &Codename) -> Option<&str> {
        let mut entries = self.codenames.entries(distro.as_str());
        let number = entries.find(|(version, of)| *of == codename && is_number(version));
        number.map(|(version, _)| version)
    }

    /// Whether both are one version, as far as packages are concerned: their codenames are equal, or their texts if
    /// neither has one. A word means the same everywhere (`debian/12` and `raspbian/bookworm`), a number only within
    /// its distribution (not `debian/9` and `centos/9`).
    #[must_use]
    pub fn is_same_version(
        &self,
        distro: &Distro,
        version: &DistroVersion,
        other_distro: &Distro,
        other_version: &DistroVersion,
    ) -> bool {
        let codenames = (self.codename(distro, version), self.codename(other_distro, other_version));
        match codenames {
            (Some(codename), Some(other)) => codename == other,
            (Some(codename), None) => codename.as_str() == other_version.as_str(),
            (None, Some(other)) => other.as_str() == version.as_str(),
            (None, None) => {
                let is_same_distro = is_same_distro(distro, other_distro);
                version == other_version && (is_same_distro || !is_number(version.as_str()))
            }
        }
    }

    /// The known versions most like this one, as `22.04 (jammy)`.
    fn nearest_versions(&self, distro: &str, version: &str) -> Vec<String> {
        let alike =
            |(known, codename): &(&str, &Codename)| likeness(version, known).max(likeness(version, codename.as_str()));
        let mut known: Vec<_> = self.codenames.entries(distro).collect();
        known.sort_by(|left, right| alike(right).total_cmp(&alike(left)));
        known.into_iter().take(NAMED).map(|(version, codename)| format!("{version} ({codename})")).collect()
    }
}

/// Distributions are compared as chacra's users spell them, `Ubuntu` or `ubuntu`.
pub(crate) fn is_same_distro(left: &Distro, right: &Distro) -> bool {
    left.as_str().to_lowercase() == right.as_str().to_lowercase()
}

fn is_number(version: &str) -> bool {
    version.starts_with(|first: char| first.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIGURED: &str = r#"
        [codenames]
        ubuntu = { "28.04" = "zenith", "28.05" = "zenith", "22.04" = "jammy", lts = "noble" }
        linuxmint = { "21" = "vanessa", "21.1" = "vera" }
    "#;

    fn settings() -> Settings {
        Settings::parse(CONFIGURED).expect("a good file")
    }

    fn distro(name: &str) -> Distro {
        name.parse().expect("a distro")
    }

    fn version(name: &str) -> DistroVersion {
        name.parse().expect("a version")
    }

    #[test]
    fn a_version_has_the_codename_that_is_known_or_configured() {
        for (name, number, expected) in [
            ("debian", "12", Some("bookworm")),
            ("debian", "bookworm", Some("bookworm")),
            ("Debian", "12", Some("bookworm")),
            ("debian", "12.5", Some("bookworm")),
            ("debian", "6", Some("squeeze")),
            ("debian", "6.0.10", Some("squeeze")),
            ("debian", "unstable", Some("sid")),
            ("debian", "sid", Some("sid")),
            ("debian", "testing", None),
            ("debian", "stable", None),
            ("debian", "jammy", None),
            ("debian", "12.", None),
            ("debian", "12.x", None),
            ("debian", "bookworm.1", None),
            ("debian", "unstable.1", None),
            ("debian", "12.5.1", None),
            ("debian", "Bookworm", None),
            ("ubuntu", "22.04", Some("jammy")),
            ("UBUNTU", "22.04.3", Some("jammy")),
            ("ubuntu", "10.10", Some("maverick")),
            ("ubuntu", "22", None),
            ("ubuntu", "22.4", None),
            ("ubuntu", "universal", None),
            ("ubuntu", "28.04", Some("zenith")),
            ("ubuntu", "28.04.1", Some("zenith")),
            ("ubuntu", "zenith", Some("zenith")),
            ("ubuntu", "lts", Some("noble")),
            ("LinuxMint", "21", Some("vanessa")),
            ("linuxmint", "21.1", Some("vera")),
            ("linuxmint", "21.2", None),
            ("centos", "9", None),
        ] {
            let codename = settings().codename(&distro(name), &version(number));
            assert_eq!(codename.as_ref().map(Codename::as_str), expected, "{name} {number}");
        }
    }

    #[test]
    fn a_codename_has_a_number_unless_it_is_of_words_alone() {
        let settings = settings();
        for (name, codename, expected) in [
            ("debian", "bookworm", Some("12")),
            ("debian", "squeeze", Some("6")),
            ("debian", "sid", None),
            ("Ubuntu", "noble", Some("24.04")),
            ("ubuntu", "zenith", Some("28.04")),
            ("linuxmint", "vera", Some("21.1")),
            ("ubuntu", "bookworm", None),
            ("centos", "stream", None),
        ] {
            let codename = codename.parse().expect("a codename");
            assert_eq!(settings.version_number(&distro(name), &codename), expected, "{name} {codename}");
        }
    }

    #[test]
    fn without_a_codename_the_nearest_are_named() {
        for (name, number, expected) in [
            (
                "Ubuntu",
                "jamy",
                "must be a version of ubuntu whose codename is known, such as 22.04 (jammy), 11.04 (natty), 13.10 \
                 (saucy); [codenames.ubuntu] of colca.toml can name others, got \"jamy\"",
            ),
            (
                "linuxmint",
                "22",
                "must be a version of linuxmint whose codename is known, such as 21 (vanessa), 21.1 (vera); \
                 [codenames.linuxmint] of colca.toml can name others, got \"22\"",
            ),
            (
                "centos",
                "9",
                "must be of a distribution whose codenames are known (debian, ubuntu, linuxmint); \
                 [codenames.centos] of colca.toml can name others, got \"9\"",
            ),
        ] {
            let invalid = settings().require_codename(&distro(name), &version(number)).expect_err("unknown");
            assert_eq!(invalid.to_string(), format!("distro_version: {expected}"));
        }
        let found = settings().require_codename(&distro("debian"), &version("13"));
        assert_eq!(found.map(String::from), Ok("trixie".to_owned()));
    }

    #[test]
    fn versions_are_the_same_by_codename_and_else_by_text() {
        for (left, right, expected) in [
            (("ubuntu", "22.04"), ("ubuntu", "jammy"), true),
            (("ubuntu", "22.04"), ("Ubuntu", "22.04.2"), true),
            (("ubuntu", "22.04"), ("ubuntu", "noble"), false),
            (("debian", "12"), ("raspbian", "bookworm"), true),
            (("debian", "12"), ("raspbian", "12"), false),
            (("debian", "9"), ("centos", "9"), false),
            (("centos", "9"), ("CentOS", "9"), true),
            (("centos", "9"), ("centos", "8"), false),
            (("rhel", "9"), ("centos", "9"), false),
            (("opensuse", "tumbleweed"), ("suse", "tumbleweed"), true),
        ] {
            let same = |(left, left_version): (&str, &str), (right, right_version): (&str, &str)| {
                let versions = (version(left_version), version(right_version));
                settings().is_same_version(&distro(left), &versions.0, &distro(right), &versions.1)
            };
            assert_eq!((same(left, right), same(right, left)), (expected, expected), "{left:?} {right:?}");
        }
    }
}
