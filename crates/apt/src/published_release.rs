//! What a Release file that is published says: ours, so that a builder sees what is there, or that of another archive.

use std::collections::HashSet;

use jiff::{Timestamp, fmt::rfc2822::DateTimeParser};

use crate::{Control, Invalid, NamedFile, checksums::decimal, clearsign::signed_text, release::check_path};

const RELEASE: &str = "the Release file";
/// The longest that is read, in bytes. Those of whole distributions have some hundred KiB.
const MOST: u64 = 16 * 1024 * 1024;

/// The part of a Release file that a reader needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedRelease {
    /// The name of the distribution that does not change.
    pub codename: Option<String>,
    /// The name of the distribution that may go over to another codename.
    pub suite: Option<String>,
    /// When it was made.
    pub date: Timestamp,
    /// From when on apt refuses it.
    pub valid_until: Option<Timestamp>,
    /// The architectures that have indexes.
    pub architectures: Vec<String>,
    /// The components that have indexes.
    pub components: Vec<String>,
    /// All indexes with their SHA-256, by paths relative to the directory of the Release file.
    pub files: Vec<NamedFile>,
}

impl PublishedRelease {
    /// Reads `Release` or `InRelease`. The signature is not checked.
    ///
    /// # Errors
    /// [`Invalid`] if it has no date or no list of SHA-256, or says something that apt would not understand either.
    pub fn parse(bytes: &[u8]) -> Result<Self, Invalid> {
        if bytes.len() as u64 > MOST {
            return Err(Invalid::TooLong { part: RELEASE, most: MOST });
        }
        let control = Control::parse(&signed_text(bytes, RELEASE)?, RELEASE)?;
        let text = |field: &str| control.get(field).map(str::to_owned);
        let words = |field: &str| {
            let words = control.get(field).unwrap_or_default().split_ascii_whitespace();
            words.map(str::to_owned).collect()
        };
        Ok(Self {
            codename: text("Codename"),
            suite: text("Suite"),
            date: time("Date", control.require(RELEASE, "Date")?)?,
            valid_until: control.get("Valid-Until").map(|value| time("Valid-Until", value)).transpose()?,
            architectures: words("Architectures"),
            components: words("Components"),
            files: files(control.require(RELEASE, "SHA256")?)?,
        })
    }
}

fn time(field: &str, value: &str) -> Result<Timestamp, colca_model::Invalid> {
    // The name that all archives use is none that RFC 2822 knows.
    let numeric = value.strip_suffix("UTC").map_or(value.to_owned(), |rest| format!("{rest}+0000"));
    let time = DateTimeParser::new().parse_timestamp(&numeric);
    time.map_err(|error| colca_model::Invalid::new(field, format!("must be a time by RFC 2822: {error}"), value))
}

fn files(list: &str) -> Result<Vec<NamedFile>, colca_model::Invalid> {
    let mut names = HashSet::new();
    let lines = list.lines().map(|line| line.split_ascii_whitespace().collect::<Vec<_>>());
    let read = |words: Vec<&str>| {
        let refuse = |rule: &str| colca_model::Invalid::new("SHA256", rule, words.join(" "));
        let &[sha256, size, name] = words.as_slice() else {
            return Err(refuse("must have a digest, a size and a path in each line"));
        };
        check_path("SHA256", name)?;
        let size = decimal(size).ok_or_else(|| refuse("must have a decimal size in each line"))?;
        if !names.insert(name.to_owned()) {
            return Err(refuse("must name each path once"));
        }
        Ok(NamedFile { name: name.to_owned(), size, sha256: sha256.parse()? })
    };
    lines.filter(|words| !words.is_empty()).map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::release::tests::full;

    #[test]
    fn reads_what_we_write() {
        let release = full();
        let text = release.to_text().expect("good");
        let signed = format!(
            "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n{text}-----BEGIN PGP SIGNATURE-----\n\nabcd\n\
             -----END PGP SIGNATURE-----\n"
        );
        for text in [text, signed] {
            let read = PublishedRelease::parse(text.as_bytes()).expect("good");
            let expected = PublishedRelease {
                codename: Some("bookworm".to_owned()),
                suite: release.suite.clone(),
                date: release.date,
                valid_until: release.valid_until,
                architectures: vec!["amd64".to_owned(), "arm64".to_owned()],
                components: vec!["main".to_owned(), "contrib".to_owned()],
                files: release.files.clone(),
            };
            assert_eq!(read, expected);
        }
    }

    #[test]
    fn reads_those_of_others() {
        let hash = "0".repeat(64);
        let text = format!(
            "Date: Sat, 10 Sep 2022 09:00:00 +0000\nMD5Sum:\n 0 1 a\nComponents: updates/main\nSHA256:\n {hash}        20 main/a.gz\n"
        );
        let read = PublishedRelease::parse(text.as_bytes()).expect("good");
        assert_eq!(
            (read.date.as_second(), read.codename, read.components),
            (1_662_800_400, None, vec!["updates/main".to_owned()])
        );
        assert_eq!((read.files[0].name.as_str(), read.files[0].size), ("main/a.gz", 20));
        let text = text.replace("+0000", "GMT");
        assert_eq!(PublishedRelease::parse(text.as_bytes()).expect("good").date, read.date);
    }

    #[test]
    fn refuses_what_is_missing_or_cannot_be() {
        let hash = "0".repeat(64);
        let date = "Date: Sat, 10 Sep 2022 09:00:00 UTC";
        for (text, expected) in [
            (String::new(), "the Release file has no Date"),
            (format!("{date}\n"), "the Release file has no SHA256"),
            ("Date: yesterday\nSHA256:\n".to_owned(), "Date: must be a time by RFC 2822"),
            (format!("{date}\nSHA256:\n {hash} 1\n"), "SHA256: must have a digest, a size and a path"),
            (format!("{date}\nSHA256:\n {hash} -1 a\n"), "SHA256: must have a decimal size"),
            (format!("{date}\nSHA256:\n {hash} 1 ../a\n"), "path: must be relative"),
            (format!("{date}\nSHA256:\n {hash} 1 a\n {hash} 1 a\n"), "SHA256: must name each path once"),
            (format!("{date}\nSHA256:\n abc 1 a\n"), "sha256: must be 64 hex digits"),
        ] {
            let error = PublishedRelease::parse(text.as_bytes()).expect_err(&text).to_string();
            assert!(error.starts_with(expected), "{error}\n{text}");
        }
        assert!(matches!(PublishedRelease::parse(&vec![b'\n'; 17 << 20]), Err(Invalid::TooLong { .. })));
    }
}
