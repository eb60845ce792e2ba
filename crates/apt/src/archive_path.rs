//! Where something lies below the top of a repository.

use colca_model::Invalid;

/// What S3 allows for a key, so more is never there.
const LONGEST: usize = 1024;

colca_model::checked_text!(
    /// A path relative to the top of a repository: `pool/main/h/hello/hello_1.0+b1_amd64.deb`. Not encoded as in a URL:
    /// apt does that itself, for `+`, `~`, `%` and spaces. It names a place below the top and nothing else.
    ArchivePath, |value| {
        let refuse = |rule: &str| Err(Invalid::new("path", rule, value));
        if value.is_empty() {
            return refuse("must not be empty");
        }
        if value.len() > LONGEST {
            return refuse("must not be longer than 1024 bytes");
        }
        if value.chars().any(char::is_control) {
            return refuse("must not contain control characters");
        }
        if value.contains('\\') {
            return refuse("must not contain a backslash");
        }
        // The value of a field begins and ends without it.
        if value.trim() != value {
            return refuse("must not begin or end with a space");
        }
        if value.split('/').any(|name| matches!(name, "" | "." | "..")) {
            return refuse("must be relative, of names with one slash between them, and none of them . or ..");
        }
        Ok(())
    }
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_whatever_lies_below_the_top() {
        for good in
            ["a", "pool/main/g/g++/g++_1~rc1+b1_amd64.deb", "hello_1:1.0.deb", "ein name/größe", "a/..b/.c", "%3a"]
        {
            assert_eq!(ArchivePath::new(good).map(String::from), Ok(good.to_owned()));
        }
    }

    #[test]
    fn refuses_what_climbs_or_breaks_a_line() {
        let long = "x".repeat(1025);
        let bad = ["", "/", "/a", "a/", "a//b", ".", "..", "./a", "a/../b", "a/./b", "a/..", " a", "a ", "a\u{2003}"];
        for bad in bad.into_iter().chain(["a\nb", "a\rb", "a\0b", "a\u{85}b", "a\\b", &long]) {
            let error = ArchivePath::new(bad).expect_err(bad);
            assert_eq!(error.field, "path", "{bad:?}");
        }
    }
}
