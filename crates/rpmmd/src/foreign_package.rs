//! A package of a repository that is not ours.

use colca_model::{Filename, Invalid, Sha256};

use crate::{href, identity};

/// As much of another repository's package as it takes to fetch it and to know that it is the right one. Its header
/// says the rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignPackage {
    /// Its name.
    pub name: String,
    /// Its version and release, with the epoch if that is not 0; empty if the list does not say.
    pub evr: String,
    /// Its architecture; `src` or `nosrc` for a source package.
    pub arch: String,
    /// Its path relative to the repository's address. It stays below that, and percent escapes are left in it.
    pub href: String,
    /// Length of the file in bytes.
    pub size: u64,
    /// Digest of the file.
    pub sha256: Sha256,
}

/// What was read of a package so far.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) name: Option<String>,
    pub(crate) arch: Option<String>,
    pub(crate) evr: Option<String>,
    pub(crate) checksum: Option<String>,
    pub(crate) checksum_type: Option<String>,
    pub(crate) size: Option<String>,
    pub(crate) href: Option<String>,
    pub(crate) base: Option<String>,
}

impl Found {
    /// The package, if all of it is there and good.
    pub(crate) fn finish(self) -> Result<ForeignPackage, Invalid> {
        let name = self.name.ok_or_else(|| Invalid::new("package", "must have a name", "none"))?;
        let known_by = format!("package {}", Invalid::new("", "", &name).value);
        let of = |what: &str| format!("{what} of {known_by}");
        let lacks = |what: &'static str| Invalid::new(&known_by, format!("must have {what}"), "none");
        identity::check_part(&name).map_err(|rule| Invalid::new("name of a package", rule, &name))?;

        let arch = self.arch.ok_or_else(|| lacks("an arch"))?;
        identity::check_arch(&arch).map_err(|rule| Invalid::new(of("arch"), rule, &arch))?;

        let kind = self.checksum_type.unwrap_or_default();
        if kind != "sha256" {
            let rule = "must be of type sha256, the only digest that is compared";
            return Err(Invalid::new(of("checksum"), rule, kind));
        }
        let sha256 = self.checksum.ok_or_else(|| lacks("a checksum"))?;
        let sha256 = sha256.parse().map_err(|error: Invalid| Invalid { field: of("checksum"), ..error })?;

        let size = self.size.ok_or_else(|| lacks("a size"))?;
        let size = size.parse().map_err(|_| Invalid::new(of("size"), "must be a number of bytes", &size))?;

        let href = self.href.ok_or_else(|| lacks("a location"))?;
        let field = of("location");
        if let Some(base) = self.base {
            return Err(Invalid::new(field, "must be at the repository's own address", base));
        }
        href::check(&field, &href)?;
        let file = href.rsplit('/').next().unwrap_or_default();
        let named = Filename::new(file).map_err(|error| Invalid { field: field.clone(), ..error })?;
        if !named.is_rpm() {
            return Err(Invalid::new(field, "must be that of an .rpm", href));
        }
        Ok(ForeignPackage { name, evr: self.evr.unwrap_or_default(), arch, href, size, sha256 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found() -> Found {
        let some = |text: &str| Some(text.to_owned());
        Found {
            name: some("hello"),
            arch: some("x86_64"),
            evr: some("1-1"),
            checksum: Some("ab".repeat(32)),
            checksum_type: some("sha256"),
            size: some("123"),
            href: some("Packages/hello-1-1.x86_64.rpm"),
            base: None,
        }
    }

    #[test]
    fn all_of_it_makes_a_package() {
        let package = found().finish().expect("good");
        assert_eq!((package.name.as_str(), package.arch.as_str(), package.size), ("hello", "x86_64", 123));
        assert_eq!((package.href.as_str(), package.sha256), ("Packages/hello-1-1.x86_64.rpm", Sha256::new([0xab; 32])));
    }

    #[test]
    fn says_which_part_of_which_package_breaks_which_rule() {
        let some = |text: &str| Some(text.to_owned());
        for (bad, said) in [
            (Found { name: None, ..found() }, "package: must have a name, got \"none\""),
            (Found { name: some("a/b"), ..found() }, "name of a package: must not contain a slash, got \"a/b\""),
            (Found { arch: None, ..found() }, "package \"hello\": must have an arch, got \"none\""),
            (
                Found { arch: some(".."), ..found() },
                "arch of package \"hello\": must not contain two dots in a row, got \"..\"",
            ),
            (Found { checksum: None, ..found() }, "package \"hello\": must have a checksum, got \"none\""),
            (
                Found { checksum: some("ab"), ..found() },
                "checksum of package \"hello\": must be 64 hex digits, got \"ab\"",
            ),
            (
                Found { checksum_type: some("sha512"), ..found() },
                "checksum of package \"hello\": must be of type sha256, the only digest that is compared, got \"sha512\"",
            ),
            (Found { size: some("-1"), ..found() }, "size of package \"hello\": must be a number of bytes, got \"-1\""),
            (Found { href: None, ..found() }, "package \"hello\": must have a location, got \"none\""),
            (
                Found { href: some("../hello.rpm"), ..found() },
                "location of package \"hello\": must not contain empty segments, . or .., got \"../hello.rpm\"",
            ),
            (
                Found { href: some("hello.deb"), ..found() },
                "location of package \"hello\": must be that of an .rpm, got \"hello.deb\"",
            ),
            (
                Found { base: some("https://example.org/"), ..found() },
                "location of package \"hello\": must be at the repository's own address, got \"https://example.org/\"",
            ),
        ] {
            assert_eq!(bad.finish().expect_err(said).to_string(), said);
        }
    }
}
