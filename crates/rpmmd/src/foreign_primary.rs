//! What a repository of others says of its list of packages.

use colca_model::{Invalid, Sha256};
use sha2::Digest;

use crate::{ForeignPackage, Repomd, RepomdEntry, foreign_packages, href};

const FIELD: &str = "repomd.xml";

/// The `primary.xml` that another repository's entry file names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignPrimary {
    /// Its path relative to the repository's address. It stays below that, and percent escapes are left in it.
    pub href: String,
    /// Digest of the file as it is served.
    pub sha256: Sha256,
    /// Its length in bytes as it is served, if that is said; no more than [`ForeignPrimary::LONGEST`].
    pub size: Option<u64>,
}

impl ForeignPrimary {
    /// The longest file that is looked at, in bytes as it is served: several times that of the largest distributions.
    pub const LONGEST: u64 = 128 * 1024 * 1024;

    /// Reads the file, once its bytes are those that were announced.
    ///
    /// # Errors
    /// [`Invalid`] if they are not, or for the reasons of [`foreign_packages`].
    pub fn packages(&self, bytes: &[u8]) -> Result<Vec<ForeignPackage>, Invalid> {
        let actual = Sha256::new(sha2::Sha256::digest(bytes).into());
        if actual != self.sha256 {
            return Err(Invalid::new(
                &self.href,
                format!("must have the SHA-256 {} that repomd.xml gives", self.sha256),
                actual,
            ));
        }
        foreign_packages(bytes)
    }
}

impl Repomd {
    /// Where the list of packages is, in a repository that is not ours.
    ///
    /// # Errors
    /// [`Invalid`] if there is not exactly one, it has no SHA-256, or it is elsewhere or too long.
    pub fn primary(&self) -> Result<ForeignPrimary, Invalid> {
        let mut named = self.entries.iter().filter(|entry| entry.kind == "primary");
        let (Some(entry), None) = (named.next(), named.next()) else {
            let kinds: Vec<_> = self.entries.iter().map(|entry| entry.kind.as_str()).collect();
            return Err(Invalid::new(FIELD, "must name one file of type primary", kinds.join(", ")));
        };
        let RepomdEntry { href, sha256, checksum_type, size, base, .. } = entry;
        let Some(sha256) = *sha256 else {
            let rule = "must give the SHA-256 of its primary, the only digest that is compared";
            return Err(Invalid::new(FIELD, rule, checksum_type.as_deref().unwrap_or("none")));
        };
        if let Some(base) = base {
            return Err(Invalid::new(FIELD, "must have its primary at its own address", base));
        }
        href::check("location of primary", href)?;
        if let Some(size) = size.filter(|size| *size > ForeignPrimary::LONGEST) {
            let rule = format!("must have a primary of {} bytes at most", ForeignPrimary::LONGEST);
            return Err(Invalid::new(FIELD, rule, size));
        }
        Ok(ForeignPrimary { href: href.clone(), sha256, size: *size })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repomd(data: &str) -> Repomd {
        Repomd::parse(format!("<repomd>{data}</repomd>").as_bytes()).expect("an entry file")
    }

    fn primary(checksum: &str, location: &str, size: u64) -> String {
        format!("<data type=\"primary\">{checksum}<location {location}/><size>{size}</size></data>")
    }

    const HREF: &str = "href=\"repodata/a-primary.xml.gz\"";

    #[test]
    fn finds_the_list_and_reads_it_if_it_is_the_one_announced() {
        let list = b"<metadata/>";
        let sha256 = Sha256::new(sha2::Sha256::digest(list).into());
        let checksum = format!("<checksum type=\"sha256\">{sha256}</checksum>");
        let other = "<data type=\"primary_db\"><location href=\"b\"/></data>";
        let found = repomd(&format!("{other}{}", primary(&checksum, HREF, 11))).primary().expect("there");
        let expected = ForeignPrimary { href: "repodata/a-primary.xml.gz".to_owned(), sha256, size: Some(11) };
        assert_eq!(found, expected);
        assert_eq!(found.packages(list), Ok(vec![]));
        let error = found.packages(b"<metadata></metadata>").expect_err("other bytes");
        assert!(error.rule.contains(&sha256.to_string()), "{error}");
    }

    #[test]
    fn says_why_it_will_not_have_another() {
        let good = format!("<checksum type=\"sha256\">{}</checksum>", "ab".repeat(32));
        let sha512 = format!("<checksum type=\"sha512\">{}</checksum>", "ab".repeat(64));
        let one = primary(&good, HREF, 1);
        for (data, said) in [
            (String::new(), "repomd.xml: must name one file of type primary, got \"\""),
            (one.repeat(2), "repomd.xml: must name one file of type primary, got \"primary, primary\""),
            (
                primary(&sha512, HREF, 1),
                "repomd.xml: must give the SHA-256 of its primary, the only digest that is compared, got \"sha512\"",
            ),
            (
                primary("", HREF, 1),
                "repomd.xml: must give the SHA-256 of its primary, the only digest that is compared, got \"none\"",
            ),
            (
                primary(&good, "xml:base=\"https://example.org/\" href=\"a\"", 1),
                "repomd.xml: must have its primary at its own address, got \"https://example.org/\"",
            ),
            (
                primary(&good, "href=\"../a\"", 1),
                "location of primary: must not contain empty segments, . or .., got \"../a\"",
            ),
            (
                primary(&good, HREF, 1 << 40),
                "repomd.xml: must have a primary of 134217728 bytes at most, got \"1099511627776\"",
            ),
        ] {
            assert_eq!(repomd(&data).primary().expect_err(said).to_string(), said);
        }
    }
}
