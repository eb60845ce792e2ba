//! A file as lists of checksums describe it.

use colca_model::{Invalid, Sha256};
use serde::{Deserialize, Serialize};
use sha2::Digest;

/// What file systems allow for one name, in bytes.
const LONGEST: usize = 255;

/// A file that a `.dsc`, a `.changes` or a Release file names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedFile {
    /// In a `.dsc` or `.changes` a plain file name, in a Release file a path below its directory.
    pub name: String,
    /// Its length in bytes.
    pub size: u64,
    /// Its digest.
    pub sha256: Sha256,
}

impl NamedFile {
    /// What is to be said of these bytes.
    pub(crate) fn of(name: String, bytes: &[u8]) -> Self {
        Self { name, size: bytes.len() as u64, sha256: sha256(bytes) }
    }
}

pub(crate) fn sha256(bytes: &[u8]) -> Sha256 {
    Sha256::new(sha2::Sha256::digest(bytes).into())
}

/// Where a file that a Release file names lies under its checksum, which no other content can have: beside it in
/// `by-hash/SHA256/`. Clients that know `Acquire-By-Hash` ask for it there.
#[must_use]
pub fn by_hash(file: &NamedFile) -> String {
    let directory = file.name.rsplit_once('/').map_or(String::new(), |(directory, _)| format!("{directory}/"));
    format!("{directory}by-hash/SHA256/{}", file.sha256)
}

/// The name of a file beside the one that names it. What Debian's packages are called has no other characters.
pub(crate) fn check_file_name(field: &str, name: &str) -> Result<(), Invalid> {
    let refuse = |rule: &str| Err(Invalid::new(field, rule, name));
    if name.len() > LONGEST {
        return refuse("must name files of no more than 255 bytes");
    }
    if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".+-~_:".contains(&byte)) {
        return refuse("must name files, without directories, by letters, digits and . + - ~ _ :");
    }
    if !name.starts_with(|first: char| first.is_ascii_alphanumeric()) {
        return refuse("must name files that begin with a letter or digit");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hash_lies_beside_the_file() {
        let file = |name: &str| NamedFile { name: name.to_owned(), size: 0, sha256: Sha256::new([0xab; 32]) };
        let hash = "ab".repeat(32);
        assert_eq!(by_hash(&file("main/source/Sources.gz")), format!("main/source/by-hash/SHA256/{hash}"));
        assert_eq!(by_hash(&file("Packages")), format!("by-hash/SHA256/{hash}"));
    }

    #[test]
    fn names_of_files() {
        let long = "x".repeat(256);
        for good in ["hello_1.0.orig.tar.gz", "g++_1~rc1+b1-1.dsc", "A", "x_2:3.orig-part.tar.xz.asc"] {
            assert_eq!(check_file_name("Files", good), Ok(()));
        }
        for bad in [
            "", ".", "..", "../a", "/etc/passwd", "a/b", "a\\b", ".hidden", "-rf", "a b", "a\0", "größe", "a%2fb",
            "~a", &long,
        ] {
            assert_eq!(check_file_name("Files", bad).expect_err(bad).field, "Files");
        }
    }

    #[test]
    fn says_what_is_true_of_bytes() {
        let file = NamedFile::of("a".to_owned(), b"");
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!((file.size, file.sha256.to_string()), (0, empty.to_owned()));
    }
}
