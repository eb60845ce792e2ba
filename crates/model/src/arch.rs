//! The architectures rpm knows, and the directory of a repository that each goes to.

use crate::{Arch, Invalid};

/// What `rpm --showrc` lists as architectures of packages, for the machines that distributions still build for.
const RPM: &[&str] = &[
    "noarch", "x86_64", "x86_64_v2", "x86_64_v3", "x86_64_v4", "amd64", "ia32e", "i386", "i486", "i586", "i686",
    "athlon", "geode", "aarch64", "armv5tel", "armv6l", "armv6hl", "armv7l", "armv7hl", "armv7hnl", "armv8l", "ppc",
    "ppc64", "ppc64le", "s390", "s390x", "riscv64", "loongarch64", "mips", "mipsel", "mips64", "mips64el", "ia64",
    "alpha", "sparc", "sparcv9", "sparc64", "m68k", "sh4",
];

/// What people call the architecture of a source package when they upload it.
const SOURCE: &[&str] = &["source", "src", "nosrc", "SRPMS"];

/// The directories that every rpm repository has from its first publish, so that the three sections of the
/// repository file (`$basearch`, `noarch`, `SRPMS`) never lead to a missing page.
pub const RPM_DIRECTORIES: [&str; 4] = ["SRPMS", "aarch64", "noarch", "x86_64"];

impl Arch {
    /// Whether an rpm can be of this architecture, or is a source package under one of its usual names.
    ///
    /// # Errors
    /// [`Invalid`] naming the value and some that are known.
    pub fn check_rpm(&self) -> Result<(), Invalid> {
        if RPM.contains(&self.as_str()) || SOURCE.contains(&self.as_str()) {
            return Ok(());
        }
        let rule = "must be an architecture of rpm, such as x86_64, aarch64, noarch or source, for a file named .rpm";
        Err(Invalid::new("arch", rule, self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_what_rpm_knows() {
        for good in ["x86_64", "noarch", "source", "aarch64", "ppc64le"] {
            assert_eq!(Arch::new(good).and_then(|arch| arch.check_rpm()), Ok(()));
        }
        let error = Arch::new("x68_64").and_then(|arch| arch.check_rpm()).expect_err("a typing error");
        assert_eq!(error.value, "\"x68_64\"");
    }
}
