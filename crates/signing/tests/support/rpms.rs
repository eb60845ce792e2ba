//! Packages, and the program that checks them.

use std::fs;

use rpm::{BuildConfig, CompressionType, FileOptions, PackageBuilder};

use super::{gnupg::run, scratch::Scratch};

/// A package as the `rpm` crate builds it.
pub(crate) fn built(config: BuildConfig) -> Vec<u8> {
    let mut builder = PackageBuilder::new("small", "1.0", "Apache-2.0", "noarch", "A small package");
    builder.using_config(config.compression(CompressionType::None).source_date(1_700_000_000_u32));
    builder.with_file_contents("content\n", FileOptions::new("/usr/share/small")).expect("a file");
    let mut bytes = Vec::new();
    builder.build().expect("a package").write(&mut bytes).expect("writing to memory");
    bytes
}

/// A package as `rpmbuild` builds it.
pub(crate) fn rpmbuild() -> Vec<u8> {
    let scratch = Scratch::new("rpmbuild");
    let spec = "Name: real\nVersion: 1\nRelease: 1\nSummary: A real one\nLicense: MIT\nBuildArch: noarch\n\
        %description\nReal.\n%install\nmkdir -p %{buildroot}/usr/share\necho content > %{buildroot}/usr/share/real\n\
        %files\n/usr/share/real\n";
    let spec = scratch.write("real.spec", spec);
    let top = format!("_topdir {}", scratch.path().display());
    let output = run("rpmbuild", &["--define", &top, "-bb", &spec], b"");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    fs::read(scratch.path().join("RPMS/noarch/real-1-1.noarch.rpm")).expect("the package")
}

/// A database of keys for `rpmkeys`.
pub(crate) struct RpmKeys {
    database: Scratch,
}

impl RpmKeys {
    /// One with these keys, armored.
    pub(crate) fn importing(keys: &str) -> Result<Self, String> {
        let this = Self { database: Scratch::new("rpmdb") };
        let file = this.database.write("key.asc", keys);
        let (good, log) = this.run(&["--import", &file]);
        if good { Ok(this) } else { Err(log) }
    }

    /// What `rpmkeys --checksig --verbose` says, and whether it is content.
    pub(crate) fn check(&self, package: &[u8]) -> (bool, String) {
        let file = self.database.write("package.rpm", package);
        self.run(&["--checksig", "--verbose", &file])
    }

    fn run(&self, arguments: &[&str]) -> (bool, String) {
        let database = self.database.path().to_str().expect("a UTF-8 path");
        let output = run("rpmkeys", &[&["--dbpath", database], arguments].concat(), b"");
        let log = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&log).into_owned())
    }
}
