//! Where a file of another repository is, relative to that repository's address.

use colca_model::Invalid;

/// The longest path that is believed, in bytes.
const LONGEST: usize = 1024;

/// Checks that a path stays below the address that it is joined to, however clients and servers read it: not another
/// server, not another directory, nothing that is not a path.
///
/// Percent escapes stay as they are written, since clients send them as they are; what they stand for keeps the rules
/// too.
pub(crate) fn check(field: &str, href: &str) -> Result<(), Invalid> {
    let refuse = |rule: &str| Err(Invalid::new(field, rule, href));
    if href.is_empty() || href.len() > LONGEST {
        return refuse("must have 1 to 1024 bytes");
    }
    let Some(path) = unescaped(href) else {
        return refuse("must have % before two hex digits alone");
    };
    for path in [href.as_bytes(), &path] {
        if path.iter().any(|byte| byte.is_ascii_control() || matches!(byte, b'\\' | b'?' | b'#')) {
            return refuse("must not contain control characters or any of \\ ? #");
        }
        if path.starts_with(b"/") {
            return refuse("must be relative");
        }
        let mut segments = path.split(|byte| *byte == b'/');
        if segments.clone().any(|segment| matches!(segment, b"" | b"." | b"..")) {
            return refuse("must not contain empty segments, . or ..");
        }
        // The first segment could be taken for `scheme:`.
        if segments.next().is_some_and(|first| first.contains(&b':')) {
            return refuse("must be relative, without a colon in its first segment");
        }
    }
    if unescaped(href).is_some_and(|path| path.iter().filter(|byte| **byte == b'/').count() != slashes(href)) {
        return refuse("must not contain an escaped slash");
    }
    Ok(())
}

fn slashes(href: &str) -> usize {
    href.bytes().filter(|byte| *byte == b'/').count()
}

/// The bytes that percent escapes stand for in place of them; nothing if one is malformed.
fn unescaped(href: &str) -> Option<Vec<u8>> {
    let mut parts = href.split('%');
    let mut bytes = parts.next()?.as_bytes().to_vec();
    for part in parts {
        let digits = part.get(..2).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        bytes.extend(&part.as_bytes()[2..]);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_paths_below_the_address() {
        for good in [
            "a.rpm",
            "Packages/g/gcc-c++-12.2~rc1^git-1.el9.x86_64.rpm",
            "x86_64/libstdc%2B%2B-12.rpm",
            "repodata/00ff-primary.xml.gz",
            "dir/1:2.rpm",
            "..a/b..c/d..",
            "größe.rpm",
            "a b.rpm",
        ] {
            assert_eq!(check("href", good), Ok(()), "{good}");
        }
    }

    #[test]
    fn refuses_whatever_leads_elsewhere() {
        for bad in [
            "",
            "/etc/passwd",
            "//other.example.org/a.rpm",
            "https://other.example.org/a.rpm",
            "file:a.rpm",
            "file%3Aa.rpm",
            "../a.rpm",
            "a/../../b.rpm",
            "a/..",
            "./a.rpm",
            "a//b.rpm",
            "a/",
            "%2e%2e/a.rpm",
            "a/%2E./b.rpm",
            "%2fetc/passwd",
            "a%2fb.rpm",
            "a%5c..%5cb.rpm",
            "a\\b.rpm",
            "a.rpm?b",
            "a.rpm%3fb",
            "a.rpm#b",
            "a\nb.rpm",
            "a%0ab.rpm",
            "a%00.rpm",
            "a%.rpm",
            "a%4",
            "a%+4.rpm",
            "%é.rpm",
            &"a".repeat(1025),
        ] {
            assert!(check("href", bad).is_err(), "{bad}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_taken_is_below_whatever_it_is_joined_to(href in "([./:%\\\\]|%2[eEfF]|%5[cC]|[a-z])*") {
            if check("href", &href).is_ok() {
                for path in [href.clone().into_bytes(), unescaped(&href).expect("escapes are good")] {
                    let path = String::from_utf8(path).expect("ASCII");
                    let mut depth = 0_i32;
                    for segment in path.split(['/', '\\']) {
                        proptest::prop_assert!(segment != ".." && !segment.is_empty(), "{}", path);
                        depth += 1;
                    }
                    proptest::prop_assert!(depth > 0);
                }
            }
        }
    }
}
