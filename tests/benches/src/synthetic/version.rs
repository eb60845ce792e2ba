//! A version of Debian, in its parts (`man deb-version`).

/// What stands between the colon and the last hyphen, and what stands around them.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Version<'a> {
    pub(crate) epoch: Option<u32>,
    pub(crate) upstream: &'a str,
    pub(crate) revision: Option<&'a str>,
}

impl<'a> Version<'a> {
    /// The parts of a version.
    pub(crate) fn of(text: &'a str) -> Self {
        let (epoch, rest) = match text.split_once(':') {
            Some((epoch, rest)) if epoch.parse::<u32>().is_ok() => (epoch.parse().ok(), rest),
            _ => (None, text),
        };
        let (upstream, revision) = match rest.rsplit_once('-') {
            Some((upstream, revision)) => (upstream, Some(revision)),
            None => (rest, None),
        };
        Self { epoch, upstream, revision }
    }

    /// As rpm writes the version without epoch: it knows no hyphen inside, and rpmbuild refuses two dots in a row.
    pub(crate) fn rpm_version(&self) -> String {
        let mut version = self.upstream.replace(['-', ':'], ".");
        while version.contains("..") {
            version = version.replace("..", ".");
        }
        version
    }

    /// As rpm writes the release.
    pub(crate) fn rpm_release(&self) -> &'a str {
        self.revision.unwrap_or("1")
    }

    /// As it stands in dependencies of rpms.
    pub(crate) fn rpm(&self) -> String {
        let epoch = self.epoch.map(|epoch| format!("{epoch}:")).unwrap_or_default();
        let revision = self.revision.map(|revision| format!("-{revision}")).unwrap_or_default();
        format!("{epoch}{}{revision}", self.rpm_version())
    }
}

#[cfg(test)]
mod tests {
    use super::Version;

    #[test]
    fn a_version_has_up_to_three_parts() {
        let version = Version::of("1:2.0-rc:1-3+b1");
        assert_eq!(version, Version { epoch: Some(1), upstream: "2.0-rc:1", revision: Some("3+b1") });
        assert_eq!(version.rpm(), "1:2.0.rc.1-3+b1");
        assert_eq!(Version::of("20230101").rpm(), "20230101");
        assert_eq!(Version::of("1.0~4pre1..94..2-1").rpm(), "1.0~4pre1.94.2-1");
    }
}
