//! Packages that are as small as they can be, of the format that a repository has.

use bytes::Bytes;
use colca_tests::tiny;
use rpm::{BuildConfig, CompressionWithLevel, PackageBuilder};
use sha2::{Digest, Sha256};

/// Of which format a repository is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// For dnf.
    Rpm,
    /// For apt.
    Deb,
}

impl Format {
    /// All of them.
    pub(crate) const ALL: [Self; 2] = [Self::Rpm, Self::Deb];

    /// That of a repository: a path as `project/ref/sha1/distro/version`.
    pub(crate) fn of(repository: &str) -> Self {
        if repository.ends_with(Self::Deb.distro()) { Self::Deb } else { Self::Rpm }
    }

    /// The end of such a path.
    pub(crate) fn distro(self) -> &'static str {
        match self {
            Self::Rpm => "centos/9",
            Self::Deb => "debian/12",
        }
    }

    /// The architecture of its packages.
    pub(crate) fn arch(self) -> &'static str {
        match self {
            Self::Rpm => "x86_64",
            Self::Deb => "amd64",
        }
    }

    /// What follows a package's name in that of its file.
    fn ending(self) -> &'static str {
        match self {
            Self::Rpm => "-1.0-1.x86_64.rpm",
            Self::Deb => "_1.0_amd64.deb",
        }
    }

    /// The name of the package in a file.
    pub(crate) fn name(self, filename: &str) -> &str {
        filename.trim_end_matches(self.ending())
    }
}

/// A package.
#[derive(Debug, Clone)]
pub(crate) struct Package {
    pub(crate) filename: String,
    pub(crate) bytes: Bytes,
    pub(crate) sha256: String,
}

impl Package {
    /// A package of that name; `content` tells it from others of the same name.
    pub(crate) fn new(format: Format, name: &str, content: &str) -> Self {
        let bytes = match format {
            Format::Rpm => rpm(name, content),
            Format::Deb => tiny::deb(name, "1.0", content).bytes,
        };
        let sha256 = hex::encode(Sha256::digest(&bytes));
        Self { filename: format!("{name}{}", format.ending()), bytes: bytes.into(), sha256 }
    }
}

fn rpm(name: &str, content: &str) -> Vec<u8> {
    let config = BuildConfig::default().compression(CompressionWithLevel::None).source_date(1_700_000_000);
    let mut builder = PackageBuilder::new(name, "1.0", "MIT", "x86_64", content);
    let package = builder.release("1").using_config(config).build().expect("a package");
    let mut bytes = Vec::new();
    package.write(&mut bytes).expect("memory takes everything");
    bytes
}
