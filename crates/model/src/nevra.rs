//! What an rpm says it is: name, epoch, version, release, architecture.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Epoch, version and release: what rpm compares when it looks for the newer of two packages.
///
/// There is no order here on purpose: rpm's is not that of text.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Evr {
    /// 0 where the package has none.
    pub epoch: u32,
    /// The upstream version.
    pub version: String,
    /// The packager's count of builds of that version.
    pub release: String,
}

impl fmt::Display for Evr {
    /// `epoch:version-release`; an epoch of 0 is not written, as `rpm -q` does not.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.epoch != 0 {
            write!(formatter, "{}:", self.epoch)?;
        }
        write!(formatter, "{}-{}", self.version, self.release)
    }
}

/// The identity of a package, as its header gives it; the name of its file may differ.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Nevra {
    /// The package's name.
    pub name: String,
    /// Its epoch, version and release.
    #[serde(flatten)]
    pub evr: Evr,
    /// The architecture it is for; `src` for a source package.
    pub arch: String,
}

impl Nevra {
    /// The name `rpmbuild` gives the file, in which there is no epoch: `name-version-release.arch.rpm`.
    #[must_use]
    pub fn file_name(&self) -> String {
        format!("{}-{}-{}.{}.rpm", self.name, self.evr.version, self.evr.release, self.arch)
    }
}

impl fmt::Display for Nevra {
    /// `name-epoch:version-release.arch`, the epoch only where there is one.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}-{}.{}", self.name, self.evr, self.arch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nevra(epoch: u32) -> Nevra {
        let evr = Evr { epoch, version: "1.5~rc1".to_owned(), release: "3.el9".to_owned() };
        Nevra { name: "gtk+".to_owned(), evr, arch: "x86_64".to_owned() }
    }

    #[test]
    fn writes_the_epoch_only_where_there_is_one() {
        assert_eq!(nevra(0).to_string(), "gtk+-1.5~rc1-3.el9.x86_64");
        assert_eq!(nevra(2).to_string(), "gtk+-2:1.5~rc1-3.el9.x86_64");
    }

    #[test]
    fn never_writes_the_epoch_into_the_file_name() {
        assert_eq!(nevra(2).file_name(), "gtk+-1.5~rc1-3.el9.x86_64.rpm");
    }

    #[test]
    fn is_flat_in_json() {
        let json = serde_json::to_value(nevra(2)).expect("serializes");
        assert_eq!(json["epoch"], 2);
        assert_eq!(json["version"], "1.5~rc1");
        assert_eq!(serde_json::from_value::<Nevra>(json).expect("reads back"), nevra(2));
    }
}
