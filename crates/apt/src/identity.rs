//! Name, version and architecture: they become paths and lines of an index, so they are refused rather than mended.
//!
//! Rules: Debian Policy 5.6.1, 5.6.7, 5.6.8 and 5.6.12, deb-control(5), deb-version(7).
//!
//! The `debversion` crate does not fit: it brings regular expressions, big numbers and a clock, and is laxer than
//! dpkg (`abc` and `1.0-` are good versions to it).

use colca_model::Invalid;

/// The longest of each, in bytes: what file systems allow for one name.
const LONGEST: usize = 255;

/// Of a package, binary or source.
pub(crate) fn check_name(field: &str, value: &str) -> Result<(), Invalid> {
    check_length(field, value)?;
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"+-.".contains(&byte);
    let refuse = |rule: &str| Err(Invalid::new(field, rule, value));
    if !value.bytes().all(allowed) {
        return refuse("must be of lower case letters, digits, + - and .");
    }
    if value.len() < 2 {
        return refuse("must be at least two characters long");
    }
    if !value.starts_with(|first: char| first.is_ascii_alphanumeric()) {
        return refuse("must begin with a letter or digit");
    }
    Ok(())
}

/// `[epoch:]upstream[-revision]`, split at the first colon and the last dash.
pub(crate) fn check_version(field: &str, value: &str) -> Result<(), Invalid> {
    check_length(field, value)?;
    let refuse = |rule: &str| Err(Invalid::new(field, rule, value));
    let (epoch, rest) = value.split_once(':').map_or((None, value), |(epoch, rest)| (Some(epoch), rest));
    let (upstream, revision) =
        rest.rsplit_once('-').map_or((rest, None), |(upstream, revision)| (upstream, Some(revision)));

    // dpkg counts epochs in an int.
    let is_epoch = |epoch: &str| epoch.bytes().all(|byte| byte.is_ascii_digit()) && epoch.parse::<i32>().is_ok();
    if !epoch.is_none_or(is_epoch) {
        return refuse("must have a number before its first colon");
    }
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b".+~".contains(&byte);
    // Only with an epoch can there be a colon left.
    if !upstream.bytes().all(|byte| allowed(byte) || b"-:".contains(&byte)) {
        return refuse("must be of letters, digits, . + - ~ and an epoch's colon");
    }
    if !upstream.starts_with(|first: char| first.is_ascii_digit()) {
        return refuse("must begin with a digit, after its epoch");
    }
    if revision.is_some_and(|revision| revision.is_empty() || !revision.bytes().all(allowed)) {
        return refuse("must have letters, digits, . + or ~ after its last dash");
    }
    Ok(())
}

/// What the package runs on: `amd64`, `kfreebsd-i386`, `all`.
pub(crate) fn check_architecture(field: &str, value: &str) -> Result<(), Invalid> {
    check_length(field, value)?;
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if !value.bytes().all(allowed) || value.starts_with('-') {
        let rule = "must be of lower case letters, digits and -, and not begin with -";
        return Err(Invalid::new(field, rule, value));
    }
    Ok(())
}

/// `name` or `name (version)`: the source package that a binary package was built from.
pub(crate) fn source<'a>(field: &str, value: &'a str) -> Result<(&'a str, Option<&'a str>), Invalid> {
    let (name, version) = match value.split_once('(') {
        None => (value, None),
        Some((name, rest)) => {
            let version = rest.strip_suffix(')');
            let version =
                version.ok_or_else(|| Invalid::new(field, "must be a name, or a name and (version)", value))?;
            (name.trim_end_matches([' ', '\t']), Some(version))
        }
    };
    check_name(field, name)?;
    version.map_or(Ok(()), |version| check_version(field, version))?;
    Ok((name, version))
}

fn check_length(field: &str, value: &str) -> Result<(), Invalid> {
    let refuse = |rule: &str| Err(Invalid::new(field, rule, value));
    match value.len() {
        0 => refuse("must not be empty"),
        1..=LONGEST => Ok(()),
        _ => refuse("must not be longer than 255 bytes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rule that a value breaks.
    fn rule(result: Result<(), Invalid>) -> Option<String> {
        result.err().map(|invalid| invalid.rule)
    }

    #[test]
    fn names() {
        for good in ["ceph", "libstdc++6", "g++", "0ad", "python3.11-x", "a+"] {
            assert_eq!(rule(check_name("Package", good)), None, "{good}");
        }
        let long = "x".repeat(256);
        for (bad, expected) in [
            ("", "must not be empty"),
            ("a", "must be at least two characters long"),
            ("-a", "must begin with a letter or digit"),
            ("..", "must begin with a letter or digit"),
            ("+a", "must begin with a letter or digit"),
            ("Ceph", "must be of lower case letters, digits, + - and ."),
            ("a_b", "must be of lower case letters, digits, + - and ."),
            ("a/b", "must be of lower case letters, digits, + - and ."),
            ("a b", "must be of lower case letters, digits, + - and ."),
            ("a\n b", "must be of lower case letters, digits, + - and ."),
            ("größe", "must be of lower case letters, digits, + - and ."),
            (&long, "must not be longer than 255 bytes"),
        ] {
            assert_eq!(rule(check_name("Package", bad)).as_deref(), Some(expected), "{bad:?}");
        }
    }

    #[test]
    fn versions() {
        for good in ["1", "0", "19.2.0-1noble", "1:2.3~rc1+b1", "2:1:0-1", "1-2-3", "2147483647:1", "1a-0", "1--1"] {
            assert_eq!(rule(check_version("Version", good)), None, "{good}");
        }
        let long = "1".repeat(256);
        for (bad, expected) in [
            ("", "must not be empty"),
            ("abc", "must begin with a digit, after its epoch"),
            ("1:", "must begin with a digit, after its epoch"),
            ("-1", "must begin with a digit, after its epoch"),
            ("..", "must begin with a digit, after its epoch"),
            (":1", "must have a number before its first colon"),
            ("a:1", "must have a number before its first colon"),
            ("-1:1", "must have a number before its first colon"),
            ("+1:1", "must have a number before its first colon"),
            ("2147483648:1", "must have a number before its first colon"),
            ("1.0-", "must have letters, digits, . + or ~ after its last dash"),
            ("1:1-1:1", "must have letters, digits, . + or ~ after its last dash"),
            ("1_0", "must be of letters, digits, . + - ~ and an epoch's colon"),
            ("1/..", "must be of letters, digits, . + - ~ and an epoch's colon"),
            ("1 0", "must be of letters, digits, . + - ~ and an epoch's colon"),
            ("1\n 0", "must be of letters, digits, . + - ~ and an epoch's colon"),
            ("1.٣", "must be of letters, digits, . + - ~ and an epoch's colon"),
            (&long, "must not be longer than 255 bytes"),
        ] {
            assert_eq!(rule(check_version("Version", bad)).as_deref(), Some(expected), "{bad:?}");
        }
    }

    #[test]
    fn architectures() {
        for good in ["amd64", "all", "kfreebsd-i386", "x32"] {
            assert_eq!(rule(check_architecture("Architecture", good)), None, "{good}");
        }
        for bad in ["", "Amd64", "x86_64", "-amd64", "a b", "amd64 arm64", "a/b", ".."] {
            assert!(check_architecture("Architecture", bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn sources() {
        for (good, expected) in [
            ("ceph", ("ceph", None)),
            ("ceph (1:19.2-1)", ("ceph", Some("1:19.2-1"))),
            ("ceph(1)", ("ceph", Some("1"))),
            ("ceph \t(1)", ("ceph", Some("1"))),
        ] {
            assert_eq!(source("Source", good), Ok(expected));
        }
        for bad in ["", "a", "ceph (", "ceph ()", "ceph (1", "ceph 1", "ceph (1) x", "(1)", "ceph ((1))", "ceph\n (1)"]
        {
            assert!(source("Source", bad).is_err(), "{bad:?}");
        }
    }
}
