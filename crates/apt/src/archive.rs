//! The members of an `ar` archive, found in the first bytes of a file.
//!
//! Each member is a header of 60 bytes and its content, padded to an even length. Format: deb(5), and ar(5), of which
//! deb(5) takes the common variant without long names.
//!
//! The `ar` crate does not fit: it reads through each member to get to the next, so it cannot work on a prefix, and it
//! knows the long names of GNU and BSD, which dpkg does not.

use crate::{Invalid, invalid::shown};

/// What every archive begins with.
pub(crate) const MAGIC: &[u8; 8] = b"!<arch>\n";
/// Name (16), time (12), owner (6), group (6), mode (8), length (10), magic (2).
pub(crate) const HEADER: usize = 60;
/// What each header ends with.
const HEADER_MAGIC: &[u8] = b"`\n";

/// One member, as its header describes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Member<'a> {
    /// Without the spaces that fill it up, and without the slash that may follow it.
    pub(crate) name: &'a [u8],
    /// Where its content begins, in bytes from the start of the file.
    pub(crate) start: u64,
    /// Length of its content.
    pub(crate) length: u64,
}

impl<'a> Member<'a> {
    /// The member whose header is at `offset` of a file of `size` bytes; `None` if the prefix ends before its header.
    ///
    /// A member that reaches beyond the file is refused, and so is one without its padding: apt finds such an archive
    /// too short.
    pub(crate) fn at(prefix: &'a [u8], offset: u64, part: &'static str, size: u64) -> Result<Option<Self>, Invalid> {
        let start = offset.saturating_add(HEADER as u64);
        if start > size {
            return Err(Invalid::Truncated { part, end: start, size });
        }
        let header = usize::try_from(offset).ok().and_then(|offset| prefix.get(offset..)?.first_chunk::<HEADER>());
        let Some(header) = header else {
            return Ok(None);
        };
        let corrupt = |reason: String| Invalid::Corrupt { part, reason };
        if !header.ends_with(HEADER_MAGIC) {
            return Err(corrupt("has a header that does not end with the bytes 60 0a".to_owned()));
        }
        let name = header[..16].trim_ascii_end();
        let length = &header[48..58];
        let length = decimal(length)
            .ok_or_else(|| corrupt(format!("has the length {}, which is no decimal number", shown(length))))?;
        let member = Self { name: name.strip_suffix(b"/").unwrap_or(name), start, length };
        if member.next() > size {
            return Err(Invalid::Truncated { part, end: member.next(), size });
        }
        Ok(Some(member))
    }

    /// Where its content ends.
    pub(crate) fn end(&self) -> u64 {
        self.start.saturating_add(self.length)
    }

    /// Where the next header begins: after a byte of padding if the length is odd.
    pub(crate) fn next(&self) -> u64 {
        self.end().saturating_add(self.length % 2)
    }
}

/// Digits, and then spaces. Neither signs nor leading spaces, as dpkg has it.
fn decimal(bytes: &[u8]) -> Option<u64> {
    let digits = bytes.trim_ascii_end();
    let value = |value: u64, digit: &u8| digit.is_ascii_digit().then(|| value * 10 + u64::from(digit - b'0'));
    // Ten digits cannot overflow.
    if digits.is_empty() { None } else { digits.iter().try_fold(0, value) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(name: &str, length: &str) -> Vec<u8> {
        format!("{name:<16}{:<12}{:<6}{:<6}{:<8}{length:<10}`\n", 0, 0, 0, 100_644).into_bytes()
    }

    fn at(header: &[u8], size: u64) -> Result<Option<Member<'_>>, String> {
        Member::at(header, 0, "the member", size).map_err(|invalid| invalid.to_string())
    }

    #[test]
    fn takes_names_with_and_without_a_slash() {
        for name in ["control.tar.gz", "control.tar.gz/"] {
            let header = header(name, "7");
            let member = at(&header, 68).expect("good").expect("complete");
            assert_eq!(member, Member { name: b"control.tar.gz", start: 60, length: 7 });
            assert_eq!((member.end(), member.next()), (67, 68));
        }
    }

    #[test]
    fn says_nothing_of_a_header_it_cannot_see() {
        let header = header("x", "7");
        for have in 0..60 {
            assert_eq!(at(&header[..have], 68), Ok(None), "{have} bytes");
        }
        assert_eq!(Member::at(&header, u64::MAX, "the member", u64::MAX), Ok(None));
    }

    #[test]
    fn refuses_lengths_that_are_no_decimal_numbers() {
        for length in ["", "-1", "+1", " 1", "1 2", "0x10", "1e3", "12\0", "٣"] {
            let header = header("x", length);
            let error = at(&header[..60], u64::MAX).expect_err(length);
            assert!(error.starts_with("corrupt: the member has"), "{error}");
        }
    }

    #[test]
    fn refuses_what_reaches_beyond_the_file() {
        let truncated =
            |end: u64, size: u64| format!("truncated: the member ends at byte {end}, but the file has {size} bytes");
        assert_eq!(at(&header("x", "8"), 67), Err(truncated(68, 67)));
        assert_eq!(at(&header("x", "7"), 67), Err(truncated(68, 67)), "without its padding");
        assert_eq!(at(&header("x", "9999999999"), 5 << 30), Err(truncated(10_000_000_060, 5 << 30)));
        assert_eq!(at(&header("x", "0"), 59), Err(truncated(60, 59)));
        assert!(at(&header("x", "9999999999"), u64::MAX).is_ok());
    }

    #[test]
    fn refuses_a_header_without_its_magic() {
        let mut header = header("x", "0");
        header[58] = b'\'';
        assert!(at(&header, 60).expect_err("no magic").contains("60 0a"));
    }
}
