//! The C library's symbol versions among requirements: only the newest matters, since each implies the others.

use std::cmp::Ordering;

/// Whether a requirement's name is one of those of which only one is kept.
pub(crate) fn is_libc(name: &[u8]) -> bool {
    name.starts_with(b"libc.so.6")
}

/// Which of two such names asks for more: the greater version in the first parentheses, where a version begins
/// with the first digit. Where there is none, any content is more than none, and that is more than no parentheses.
pub(crate) fn compare(left: &[u8], right: &[u8]) -> Ordering {
    let [left, right] = [left, right].map(Symbol::of);
    match (left, right) {
        (Symbol::Version(left), Symbol::Version(right)) => compare_versions(left, right),
        _ => left.rank().cmp(&right.rank()),
    }
}

/// What stands in the first parentheses of a name.
#[derive(Clone, Copy)]
enum Symbol<'a> {
    NoParentheses,
    NotClosed,
    Empty,
    Text,
    /// From the first digit on.
    Version(&'a [u8]),
}

impl<'a> Symbol<'a> {
    fn of(name: &'a [u8]) -> Self {
        let Some(open) = memchr::memchr(b'(', name) else {
            return Self::NoParentheses;
        };
        let rest = &name[open + 1..];
        let Some(close) = memchr::memchr(b')', rest) else {
            return Self::NotClosed;
        };
        match (close, rest[..close].iter().position(u8::is_ascii_digit)) {
            (0, _) => Self::Empty,
            (_, None) => Self::Text,
            (_, Some(digit)) => Self::Version(&rest[digit..close]),
        }
    }

    fn rank(self) -> u8 {
        match self {
            Self::NoParentheses => 0,
            Self::NotClosed => 1,
            Self::Empty => 2,
            Self::Text => 3,
            Self::Version(_) => 4,
        }
    }
}

/// rpm's comparison of versions: runs of digits by value, runs of letters as text, digits above letters, and
/// the longer one above its beginning.
fn compare_versions(left: &[u8], right: &[u8]) -> Ordering {
    let (mut left, mut right) = (runs(left), runs(right));
    loop {
        let order = match (left.next(), right.next()) {
            (None, None) => return Ordering::Equal,
            (left, None) => left.map_or(Ordering::Equal, |_| Ordering::Greater),
            (None, _) => Ordering::Less,
            (Some(left), Some(right)) => match (is_number(left), is_number(right)) {
                (true, true) => {
                    let [left, right] = [left, right].map(without_zeros);
                    left.len().cmp(&right.len()).then(left.cmp(right))
                }
                (left_is_number, right_is_number) => left_is_number.cmp(&right_is_number).then(left.cmp(right)),
            },
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

/// The runs of digits and of letters, whatever separates them left out.
fn runs(version: &[u8]) -> impl Iterator<Item = &[u8]> {
    version.chunk_by(|left, right| class(*left) == class(*right)).filter(|run| run[0].is_ascii_alphanumeric())
}

fn class(byte: u8) -> (bool, bool) {
    (byte.is_ascii_digit(), byte.is_ascii_alphabetic())
}

fn is_number(run: &[u8]) -> bool {
    run[0].is_ascii_digit()
}

fn without_zeros(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|digit| **digit == b'0').count();
    &number[zeros..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_as_the_reference_does() {
        // Each group asks for more than the ones before it; inside a group nothing is more.
        let rising: [&[&str]; 13] = [
            &["", "0", ".1"],
            &["(GLIBC_2.40", "("],
            &["()", "()(64bit)"],
            &["(A)", "(B)(64bit)", "(GLIBC_PRIVATE)", "(GLIBC_ABI_DT_RELR)(64bit)", "(GLIBC_)"],
            &["(GLIBC_2.3.4)"],
            &["(GLIBC_2.4)", "(GLIBC_2.4)(64bit)", "(GLIBC_2.04)"],
            &["(GLIBC_2.4a)"],
            &["(GLIBC_2.4.0)"],
            &["(2.5)"],
            &["(GLIBC_2.9)", "(GLIBC_2.9)x2.90"],
            &["(GLIBC_2.10)(64bit)"],
            &["(X_3.0)", "(glibc_3.0)"],
            &["(GLIBC_ABI_DT_X86_64_PLT)(64bit)"],
        ];
        for (low, group) in rising.iter().enumerate() {
            for (high, other) in rising.iter().enumerate() {
                for (left, right) in group.iter().flat_map(|left| other.iter().map(move |right| (left, right))) {
                    let [left, right] = [left, right].map(|symbol| format!("libc.so.6{symbol}"));
                    assert_eq!(compare(left.as_bytes(), right.as_bytes()), low.cmp(&high), "{left} {right}");
                }
            }
        }
    }
}
