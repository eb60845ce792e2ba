//! A package as a repository elsewhere lists it.

use std::fmt::Display;

use colca_model::{Arch, Filename, Invalid, Sha256};
use colca_settings::WebDirectory;
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use serde::{Deserialize, Serialize};

use crate::error::Unfetched;

/// The most packages that a repository may have: that of the largest distributions.
pub(crate) const MOST: usize = 100_000;

/// The longest file that says what a repository has, in bytes.
pub(crate) const LONGEST_LIST: u64 = 128 * 1024 * 1024;

/// The longest entry file, in bytes.
pub(crate) const LONGEST_ENTRY: u64 = 4 * 1024 * 1024;

/// The longest address, in bytes. Copies are noted under it, in a key of the table that has 1024 at most.
const LONGEST_ADDRESS: usize = 900;

/// What cannot be in the path of an address, and `+`, which S3 reads as a space. An escape stays what it is.
const ESCAPED: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'+')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// The same for a path in which `%` is a character like any other.
const PLAIN: &AsciiSet = &ESCAPED.add(b'%');

/// A package as it is listed, in the form in which lists are remembered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// Its path below the repository, encoded.
    path: String,
    /// What it is called.
    pub filename: Filename,
    /// What it is for, as the list says.
    pub arch: Arch,
    /// Its length in bytes.
    pub size: u64,
    /// Its SHA-256.
    pub sha256: Sha256,
}

impl Listed {
    /// `path` is encoded, and below the repository.
    pub(crate) fn new(path: String, at: &WebDirectory, arch: &str, size: u64, sha256: Sha256) -> Result<Self, Invalid> {
        let address = at.file(&path);
        if address.len() > LONGEST_ADDRESS {
            let rule = format!("must have {LONGEST_ADDRESS} bytes at most");
            return Err(Invalid::new("address of a package", rule, address));
        }
        let filename = percent_decode_str(path.rsplit('/').next().unwrap_or_default()).decode_utf8();
        let filename = filename.map_err(|_| Invalid::new("name of a package", "must be UTF-8", &path))?;
        let filename = Filename::new(filename)?;
        Ok(Self { arch: Arch::new(arch)?, filename, path, size, sha256 })
    }

    /// Its address, in the repository at this one.
    #[must_use]
    pub fn address(&self, at: &WebDirectory) -> String {
        at.file(&self.path)
    }

    /// Its path below the repository, encoded.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }
}

/// Encodes what cannot be in an address, of a path that has escapes in it already.
pub(crate) fn encode_escaped(path: &str) -> String {
    utf8_percent_encode(path, ESCAPED).to_string()
}

/// Encodes a path that has no escapes.
pub(crate) fn encode_plain(path: &str) -> String {
    utf8_percent_encode(path, PLAIN).to_string()
}

/// That what is at an address cannot be used.
pub(crate) fn unusable(url: &str, why: impl Display) -> Unfetched {
    Unfetched::Unusable(format!("{url}: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at() -> WebDirectory {
        WebDirectory::new("https://a.example/apt/").expect("an address")
    }

    fn listed(path: String) -> Result<Listed, Invalid> {
        Listed::new(path, &at(), "amd64", 5, Sha256::new([7; 32]))
    }

    #[test]
    fn a_path_is_asked_for_as_it_is_meant() {
        for (encoded, address, filename) in [
            (encode_plain("pool/a/a_1+b~1_all.deb"), "pool/a/a_1%2Bb~1_all.deb", "a_1+b~1_all.deb"),
            (encode_plain("pool/a_1%3a1_all.deb"), "pool/a_1%253a1_all.deb", "a_1%3a1_all.deb"),
            (encode_plain("a b/größe?#.deb"), "a%20b/gr%C3%B6%C3%9Fe%3F%23.deb", "größe?#.deb"),
            (encode_escaped("a/libstdc%2B%2B-1.rpm"), "a/libstdc%2B%2B-1.rpm", "libstdc++-1.rpm"),
            (encode_escaped("a/libstdc++-1:2.rpm"), "a/libstdc%2B%2B-1:2.rpm", "libstdc++-1:2.rpm"),
        ] {
            let listed = listed(encoded).expect("good");
            assert_eq!(listed.address(&at()), format!("https://a.example/apt/{address}"));
            assert_eq!(listed.filename.as_str(), filename);
        }
    }

    #[test]
    fn refuses_what_cannot_be_a_name_or_be_noted() {
        for (path, rule) in [
            ("a/%2e%2e".to_owned(), "must not start with a dot"),
            ("a/b%2fc.rpm".to_owned(), "must not contain a slash or backslash"),
            ("a/%ff.rpm".to_owned(), "must be UTF-8"),
            ("a/".to_owned(), "must not be empty"),
            (format!("{}/b.rpm", "a".repeat(900)), "must have 900 bytes at most"),
        ] {
            assert_eq!(listed(path).expect_err(rule).rule, rule);
        }
        assert!(Listed::new("a.deb".to_owned(), &at(), "pool", 5, Sha256::new([7; 32])).is_err());
    }

    #[test]
    fn is_remembered_as_it_was() {
        let before = listed("pool/a%20b_1_all.deb".to_owned()).expect("good");
        let json = serde_json::to_string(&before).expect("JSON");
        assert_eq!(serde_json::from_str::<Listed>(&json).ok(), Some(before));
        assert!(serde_json::from_str::<Listed>(&json.replace("a b_1", "../1")).is_err());
    }
}
