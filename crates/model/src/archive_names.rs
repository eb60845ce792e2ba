//! The words that a Debian archive and its keys are addressed by.
//!
//! They stand in paths below `dists/` and `pool/`, as one word in a list of words of a Release file, and in the name of
//! a secret. So they are stricter than what `segment.rs` lets through.

use crate::Invalid;

/// The longest word, in bytes.
const LONGEST: usize = 64;

/// Names of files and directories that stand where the directory of a component stands.
const BESIDE_COMPONENTS: [&str; 4] = ["Release", "InRelease", "Release.gpg", "by-hash"];

/// A word of letters, digits and some other characters, which begins with a letter or digit.
fn check(field: &'static str, value: &str, allowed: fn(char) -> bool, characters: &str) -> Result<(), Invalid> {
    let refuse = |rule: &str| Err(Invalid::new(field, rule, value));
    if value.is_empty() {
        return refuse("must not be empty");
    }
    if value.len() > LONGEST {
        return refuse("must not be longer than 64 bytes");
    }
    if !value.chars().all(allowed) {
        return refuse(&format!("must consist of {characters}"));
    }
    if !value.starts_with(|first: char| first.is_ascii_alphanumeric()) {
        return refuse("must begin with a letter or a digit");
    }
    Ok(())
}

fn is_lower(character: char) -> bool {
    character.is_ascii_lowercase() || character.is_ascii_digit()
}

crate::checked_text!(
    /// The codename of a distribution's version, which its directory below `dists/` is called: `bookworm`.
    Codename, |value| {
        let allowed = |character| is_lower(character) || matches!(character, '.' | '+' | '-');
        check("codename", value, allowed, "lower-case letters, digits and . + -")
    }
);
crate::checked_text!(
    /// A part of an archive, a directory below the codename's and below `pool/`: `main`.
    Component, |value| {
        let allowed = |character: char| character.is_ascii_alphanumeric() || matches!(character, '.' | '+' | '-' | '_');
        check("component", value, allowed, "letters, digits and . + - _")?;
        if BESIDE_COMPONENTS.iter().any(|name| name.eq_ignore_ascii_case(value)) {
            return Err(Invalid::new("component", "is the name of something else in dists/", value));
        }
        Ok(())
    }
);
crate::checked_text!(
    /// An architecture as dpkg spells it: `amd64`, `all`. Also `source`, for what is no binary package.
    DebArchitecture, |value| {
        let allowed = |character| is_lower(character) || character == '-';
        check("architecture", value, allowed, "lower-case letters, digits and -, as dpkg spells it (amd64, arm64)")
    }
);
crate::checked_text!(
    /// What a key for signatures is called: `release`.
    KeyName, |value| {
        let allowed = |character| is_lower(character) || matches!(character, '.' | '_' | '-');
        check("key", value, allowed, "lower-case letters, digits and . _ -")
    }
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_words_that_are_in_use() {
        for good in ["bookworm", "jammy", "el-7", "3.0", "bullseye-pgdg", "c++"] {
            assert_eq!(Codename::new(good).map(String::from), Ok(good.to_owned()));
        }
        for good in ["main", "non-free-firmware", "Main", "test_2"] {
            assert_eq!(Component::new(good).map(String::from), Ok(good.to_owned()));
        }
        for good in ["amd64", "kfreebsd-amd64", "x32", "all", "source"] {
            assert_eq!(DebArchitecture::new(good).map(String::from), Ok(good.to_owned()));
        }
        for good in ["release", "ceph-2026", "a.b_c"] {
            assert_eq!(KeyName::new(good).map(String::from), Ok(good.to_owned()));
        }
    }

    #[test]
    fn refuses_whatever_could_leave_its_place_in_a_path_or_a_line() {
        let long = "x".repeat(65);
        for (bad, rule) in [
            ("", "must not be empty"),
            ("..", "must begin with a letter or a digit"),
            ("-o", "must begin with a letter or a digit"),
            ("a/b", "must consist of lower-case letters, digits and . + -"),
            ("a b", "must consist of lower-case letters, digits and . + -"),
            ("a\nb", "must consist of lower-case letters, digits and . + -"),
            ("Jammy", "must consist of lower-case letters, digits and . + -"),
            ("größe", "must consist of lower-case letters, digits and . + -"),
            (&long, "must not be longer than 64 bytes"),
        ] {
            let error = Codename::new(bad).expect_err(bad);
            assert_eq!((error.field.as_str(), error.rule.as_str()), ("codename", rule), "{bad:?}");
        }
        for bad in ["updates/main", "main contrib", "_x", ".", "InRelease", "release", "by-hash", "Release.gpg"] {
            assert_eq!(Component::new(bad).expect_err(bad).field, "component");
        }
        for bad in ["x86_64", "AMD64", "amd64 arm64", "-"] {
            assert_eq!(DebArchitecture::new(bad).expect_err(bad).field, "architecture");
        }
        for bad in ["Release", "a+b", "a/b", "_x"] {
            assert_eq!(KeyName::new(bad).expect_err(bad).field, "key");
        }
    }
}
