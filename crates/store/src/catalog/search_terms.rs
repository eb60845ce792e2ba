//! What a search may ask.

use std::str::FromStr;

use colca_model::{Arch, Distro, DistroVersion, Filename, Flavor, Invalid, Project, Ref, Sha1, Sha256, Sha512};
use jiff::Timestamp;
use serde::Serialize;

/// The longest text that can be searched for, in bytes: no name is longer.
const LONGEST: usize = 255;

/// What is known of the files that are searched for. All of it must hold; texts are compared as they are, by case too.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Search {
    /// What is built.
    pub project: Option<Project>,
    /// The branch or tag.
    pub git_ref: Option<Ref>,
    /// The commit.
    pub sha1: Option<Sha1>,
    /// The distribution.
    pub distro: Option<Distro>,
    /// Its version or codename.
    pub distro_version: Option<DistroVersion>,
    /// The variant.
    pub flavor: Option<Flavor>,
    /// The architecture as the uploader named it.
    pub arch: Option<Arch>,
    /// Who uploaded it.
    pub built_by: Option<Sought>,
    /// The whole name of the file.
    pub filename: Option<Filename>,
    /// Its length in bytes.
    pub size: Option<u64>,
    /// A digest of its bytes.
    pub checksum: Option<Checksum>,
    /// What its name holds.
    pub name_has: Option<Sought>,
    /// What its name begins with.
    pub name_prefix: Option<Sought>,
    /// Its least length in bytes.
    pub size_min: Option<u64>,
    /// Its greatest length in bytes.
    pub size_max: Option<u64>,
    /// The moment that its bytes were registered at or after, in whole milliseconds; of replaced bytes, the new ones count.
    pub created_after: Option<Timestamp>,
    /// The moment that its bytes were registered before.
    pub created_before: Option<Timestamp>,
}

/// A text that a name may hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sought(String);

impl Sought {
    /// The text as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Sought {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        if text.is_empty() || text.len() > LONGEST {
            return Err(Invalid::new("text", "must be 1 to 255 bytes long", text));
        }
        Ok(Self(text.to_owned()))
    }
}

/// A digest of either kind, told apart by its length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Checksum {
    /// 64 hex digits.
    Sha256(Sha256),
    /// 128 hex digits.
    Sha512(Sha512),
}

impl FromStr for Checksum {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let sha256 = || text.parse().map(Self::Sha256);
        let checksum = text.parse().map(Self::Sha512).or_else(|_: Invalid| sha256());
        checksum.map_err(|_| Invalid::new("checksum", "must be the hex digits of a SHA-256 or a SHA-512", text))
    }
}

/// How many files an answer may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageSize(usize);

impl PageSize {
    /// The most: an answer of such files is far from what Lambda can carry.
    const MOST: usize = 1000;

    pub(super) fn get(self) -> usize {
        self.0
    }
}

impl Default for PageSize {
    fn default() -> Self {
        Self(100)
    }
}

impl FromStr for PageSize {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        match text.parse() {
            Ok(size) if (1..=Self::MOST).contains(&size) => Ok(Self(size)),
            _ => Err(Invalid::new("limit", format!("must be a whole number from 1 to {}", Self::MOST), text)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checksum_is_told_by_its_length() {
        assert!(matches!("aB".repeat(32).parse(), Ok(Checksum::Sha256(_))));
        assert!(matches!("aB".repeat(64).parse(), Ok(Checksum::Sha512(_))));
        for wrong in ["", "ab", &"a".repeat(40), &"a".repeat(65), &"x".repeat(64), &"x".repeat(128)] {
            let error = wrong.parse::<Checksum>().expect_err(wrong);
            assert_eq!(error.field, "checksum");
        }
    }

    #[test]
    fn an_answer_has_bounds() {
        assert_eq!(PageSize::default().get(), 100);
        for (text, size) in [("1", 1), ("1000", 1000)] {
            assert_eq!(text.parse().map(PageSize::get), Ok(size));
        }
        for wrong in ["", "0", "-1", "1001", "1.5", "ten", "99999999999999999999999"] {
            assert_eq!(wrong.parse::<PageSize>().expect_err(wrong).field, "limit");
        }
    }

    #[test]
    fn nothing_is_sought_that_no_name_can_hold() {
        assert!("".parse::<Sought>().is_err() && "x".repeat(256).parse::<Sought>().is_err());
        assert_eq!("100%_a/b".parse::<Sought>().expect("any other text").as_str(), "100%_a/b");
    }
}
