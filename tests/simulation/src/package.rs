//! Packages that are as small as rpms can be.

use bytes::Bytes;
use rpm::{BuildConfig, CompressionWithLevel, PackageBuilder};
use sha2::{Digest, Sha256};

/// An rpm.
#[derive(Debug, Clone)]
pub(crate) struct Package {
    pub(crate) filename: String,
    pub(crate) bytes: Bytes,
    pub(crate) sha256: String,
}

impl Package {
    /// A package of that name; `content` tells it from others of the same name.
    pub(crate) fn new(name: &str, content: &str) -> Self {
        let config = BuildConfig::default().compression(CompressionWithLevel::None).source_date(1_700_000_000);
        let mut builder = PackageBuilder::new(name, "1.0", "MIT", "x86_64", content);
        let package = builder.release("1").using_config(config).build().expect("a package");
        let mut bytes = Vec::new();
        package.write(&mut bytes).expect("memory takes everything");
        let sha256 = hex::encode(Sha256::digest(&bytes));
        Self { filename: format!("{name}-1.0-1.x86_64.rpm"), bytes: bytes.into(), sha256 }
    }
}
