//! The files of a source package: which of them are registered.

use std::fmt;

use colca_apt::Fragment;
use colca_model::{Binary, Sha256};

/// A file that a source package names and that is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// What it is called.
    pub name: String,
    /// The SHA-256 that is wanted, and that of the file that has the name instead, if one has.
    other: Option<(Sha256, Sha256)>,
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.other {
            None => write!(f, "{} has not arrived", self.name),
            Some((wanted, found)) => {
                write!(f, "{} has arrived with sha256 {found}, the .dsc names {wanted}", self.name)
            }
        }
    }
}

/// The files that a source package names, or those that are missing. `files` are all of its repository; where several have a
/// name, one that fits is enough.
///
/// # Errors
/// What is missing.
pub fn find_sources<'a>(fragment: &Fragment, files: &'a [Binary]) -> Result<Vec<&'a Binary>, Vec<Missing>> {
    let mut found = Vec::new();
    let mut missing = Vec::new();
    for named in &fragment.files {
        let mut of_that_name = files.iter().filter(|file| file.filename.as_str() == named.name).peekable();
        let other = of_that_name.peek().map(|file| (named.sha256, file.sha256));
        match of_that_name.find(|file| file.sha256 == named.sha256 && file.size == named.size) {
            Some(file) => found.push(file),
            None => missing.push(Missing { name: named.name.clone(), other }),
        }
    }
    if missing.is_empty() { Ok(found) } else { Err(missing) }
}

#[cfg(test)]
mod tests {
    use colca_apt::Dsc;
    use colca_model::Filename;
    use jiff::Timestamp;

    use super::*;

    fn file(name: &str, sha256: u8) -> Binary {
        Binary {
            repository: "p/r/s/debian/12/flavors/default".parse().expect("a good path"),
            arch: "source".parse().expect("a good name"),
            filename: Filename::new(name).expect("a good name"),
            size: 5,
            sha256: Sha256::new([sha256; 32]),
            sha512: None,
            signed: None,
            nevra: None,
            is_package: false,
            key: format!("repos/{name}"),
            upload: "01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().expect("a ULID"),
            asked_again: None,
            built_by: "ci".to_owned(),
            created: Timestamp::UNIX_EPOCH,
            modified: Timestamp::UNIX_EPOCH,
            version: 1,
        }
    }

    fn source() -> Fragment {
        let sum = "07".repeat(32);
        let dsc = format!(
            "Format: 1.0\nSource: hello\nBinary: hello\nArchitecture: any\nVersion: 1\nMaintainer: The Builders <b@example.org>\n\
             Checksums-Sha256:\n {sum} 5 hello_1.tar.gz\nFiles:\n {} 5 hello_1.tar.gz\n",
            "0".repeat(32)
        );
        let dsc = Dsc::parse(dsc.as_bytes()).expect("a good .dsc");
        Fragment::of_source(&dsc, &Filename::new("hello_1.dsc").expect("a good name")).expect("a good source package")
    }

    #[test]
    fn says_what_is_missing_and_what_is_another() {
        let rule = |files: &[Binary]| {
            let found = find_sources(&source(), files);
            found.map(|found| found.len()).map_err(|missing| missing[0].to_string())
        };
        assert_eq!(rule(&[file("other", 7)]), Err("hello_1.tar.gz has not arrived".to_owned()));
        assert_eq!(rule(&[file("hello_1.tar.gz", 7)]), Ok(1));
        assert!(rule(&[file("hello_1.tar.gz", 8)]).expect_err("another").contains("has arrived with sha256 0808"));
        // The same name of two architectures: one that fits is enough.
        assert_eq!(rule(&[file("hello_1.tar.gz", 8), file("hello_1.tar.gz", 7)]), Ok(1));
    }
}
