//! The names a path is made of. Each is a type of its own, so that a flavor cannot stand where a ref belongs.

use crate::Invalid;

/// The longest segment, in bytes: what file systems allow for one name.
const LONGEST: usize = 255;

/// The rules every segment keeps. Paths become S3 keys, URLs and directories on people's mirrors, so a
/// name must not climb, hide, or break a line; apart from that it is opaque, as it is for chacra.
fn check(field: &'static str, value: &str) -> Result<(), Invalid> {
    let refuse = |rule: &str| Err(Invalid::new(field, rule, value));
    if value.is_empty() {
        return refuse("must not be empty");
    }
    if value.len() > LONGEST {
        return refuse("must not be longer than 255 bytes");
    }
    if value.contains(['/', '\\']) {
        return refuse("must not contain a slash or backslash");
    }
    if value.chars().any(char::is_control) {
        return refuse("must not contain control characters");
    }
    if value.starts_with('.') {
        return refuse("must not start with a dot");
    }
    if value.starts_with('@') {
        return refuse("must not start with @, which marks a snapshot");
    }
    Ok(())
}

macro_rules! segment {
    ($(#[$doc:meta])* $name:ident, $field:literal $(, reserved: $reserved:expr)?) => {
        crate::checked_text!($(#[$doc])* $name, |value| {
            check($field, value)?;
            $(
                let reserved: &[&str] = &$reserved;
                if reserved.contains(&value) {
                    return Err(Invalid::new($field, "is a reserved word", value));
                }
            )?
            Ok(())
        });
    };
}

segment!(
    /// What is built: `ceph`.
    Project, "project"
);
segment!(
    /// The branch or tag it was built from: `main`.
    Ref, "ref"
);
segment!(
    /// The commit it was built from; CI also uses words such as `HEAD` here.
    Sha1, "sha1"
);
segment!(
    /// The distribution it was built for: `centos`.
    Distro, "distro"
);
segment!(
    /// The version or codename of the distribution: `9`, `bookworm`.
    DistroVersion, "distro_version"
);
segment!(
    /// A variant of the build: `default`, `debug`.
    Flavor, "flavor"
);
segment!(
    /// The architecture as the uploader names it: `x86_64`, `source`. The words that name something else
    /// inside a repository are reserved.
    Arch, "arch", reserved: [
        "flavors", "repodata", "dists", "pool", "mirrorlist", "key.asc", "index.json", "index.txt", "SHA256SUMS",
        "SHA256SUMS.asc",
    ]
);
segment!(
    /// The name of an uploaded file.
    Filename, "filename", reserved: ["flavors", "repodata", "mirrorlist"]
);

impl Flavor {
    /// The flavor of whatever names none.
    #[must_use]
    pub fn standard() -> Self {
        Self("default".to_owned())
    }
}

impl Filename {
    /// Whether the name says that this is an rpm package.
    #[must_use]
    pub fn is_rpm(&self) -> bool {
        self.0.to_ascii_lowercase().ends_with(".rpm")
    }

    /// Whether the name says that this is a binary package of Debian.
    #[must_use]
    pub fn is_deb(&self) -> bool {
        let name = self.0.to_ascii_lowercase();
        [".deb", ".ddeb", ".udeb"].iter().any(|ending| name.ends_with(ending))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_names_that_climb_hide_or_break_lines() {
        let long = "x".repeat(256);
        for (bad, rule) in [
            ("", "must not be empty"),
            ("..", "must not start with a dot"),
            (".hidden", "must not start with a dot"),
            ("a/b", "must not contain a slash or backslash"),
            ("a\\b", "must not contain a slash or backslash"),
            ("a\0b", "must not contain control characters"),
            ("a\u{85}b", "must not contain control characters"),
            ("@41", "must not start with @, which marks a snapshot"),
            ("repodata", "is a reserved word"),
            (long.as_str(), "must not be longer than 255 bytes"),
        ] {
            let error = Filename::new(bad).expect_err(bad);
            assert_eq!((error.field.as_str(), error.rule.as_str()), ("filename", rule), "{bad:?}");
        }
    }

    #[test]
    fn takes_what_packages_are_called() {
        for good in ["gcc-c++-12.2~rc1-1.el9.x86_64.rpm", "1:2.3^git", "ceph_19.2-1noble.tar.gz", "größe", "a b"] {
            assert_eq!(Filename::new(good).map(String::from), Ok(good.to_owned()));
        }
    }

    #[test]
    fn serde_keeps_the_rules() {
        assert!(serde_json::from_str::<Ref>("\"a/b\"").is_err());
        assert_eq!(serde_json::from_str::<Ref>("\"main\"").ok(), Ref::new("main").ok());
    }
}
