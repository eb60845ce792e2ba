//! Which of two versions is the later one.
//!
//! Rules: Debian Policy 5.6.12, deb-version(7). The `debversion` crate does not fit: see `identity.rs`.

use std::cmp::Ordering;

/// Compares two versions as dpkg does. Equal are also versions that are written in different ways, such as `1.0`, `0:1.0`
/// and `1.0-0`. What is no version is compared by the same rules, whatever comes of it.
#[must_use]
pub fn compare_versions(left: &str, right: &str) -> Ordering {
    let ([epoch, upstream, revision], other) = (parts(left), parts(right));
    compare_digits(epoch, other[0]).then_with(|| compare(upstream, other[1])).then_with(|| compare(revision, other[2]))
}

/// Epoch, upstream version, revision. No epoch is 0, and so is no revision.
fn parts(version: &str) -> [&[u8]; 3] {
    let (epoch, rest) = version.split_once(':').unwrap_or(("", version));
    let (upstream, revision) = rest.rsplit_once('-').unwrap_or((rest, ""));
    [epoch, upstream, revision].map(str::as_bytes)
}

/// Stretches without digits and numbers, in turn.
fn compare(mut left: &[u8], mut right: &[u8]) -> Ordering {
    while !(left.is_empty() && right.is_empty()) {
        let words = compare_words(take(&mut left, false), take(&mut right, false));
        let order = words.then_with(|| compare_digits(take(&mut left, true), take(&mut right, true)));
        if order.is_ne() {
            return order;
        }
    }
    Ordering::Equal
}

/// Takes off what is of digits, or of none.
fn take<'a>(text: &mut &'a [u8], digits: bool) -> &'a [u8] {
    let end = text.iter().position(|byte| byte.is_ascii_digit() != digits).unwrap_or(text.len());
    let (taken, rest) = text.split_at(end);
    *text = rest;
    taken
}

/// Letter by letter: a tilde stands before everything, even the end; then letters, then all else.
fn compare_words(left: &[u8], right: &[u8]) -> Ordering {
    let weight = |byte: Option<&u8>| match byte {
        Some(b'~') => -1,
        None => 0,
        Some(letter) if letter.is_ascii_alphabetic() => i32::from(*letter),
        Some(other) => i32::from(*other) + 256,
    };
    let weights = (0..left.len().max(right.len())).map(|at| (weight(left.get(at)), weight(right.get(at))));
    weights.map(|(left, right)| left.cmp(&right)).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}

/// As numbers, however long.
fn compare_digits(left: &[u8], right: &[u8]) -> Ordering {
    let significant = |digits: &[u8]| digits.iter().position(|digit| *digit != b'0').unwrap_or(digits.len());
    let (left, right) = (&left[significant(left)..], &right[significant(right)..]);
    left.len().cmp(&right.len()).then_with(|| left.cmp(right))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn versions_in_their_order() {
        let ascending = [
            "0~~",
            "0~~a",
            "0~",
            "0",
            "0a",
            "0+",
            "0.0",
            "1.0~rc1-1",
            "1.0",
            "1.0-1~bpo12+1",
            "1.0-1",
            "1.0-1+b1",
            "1.0-1.1",
            "1.0-10",
            "1.0+dfsg-1",
            "1.2",
            "1.10",
            "10",
            "1:0",
            "2:0~",
            "10:0",
            "100000000000000000000000:0",
        ];
        for (at, earlier) in ascending.iter().enumerate() {
            for (other, later) in ascending.iter().enumerate() {
                assert_eq!(compare_versions(earlier, later), at.cmp(&other), "{earlier} {later}");
            }
        }
    }

    #[test]
    fn different_ways_to_write_one_version() {
        for (left, right) in
            [("1.0", "0:1.0"), ("1.0", "1.0-0"), ("1.0", "1.00"), ("01", "1"), ("1.0", "1."), ("", "0")]
        {
            assert_eq!(compare_versions(left, right), Ordering::Equal, "{left} {right}");
        }
    }

    proptest! {
        #[test]
        fn it_is_an_order(a in "[0-2~a+.:-]{0,6}", b in "[0-2~a+.:-]{0,6}", c in "[0-2~a+.:-]{0,6}") {
            prop_assert_eq!(compare_versions(&a, &a), Ordering::Equal);
            prop_assert_eq!(compare_versions(&a, &b), compare_versions(&b, &a).reverse());
            if compare_versions(&a, &b).is_le() && compare_versions(&b, &c).is_le() {
                prop_assert!(compare_versions(&a, &c).is_le());
            }
        }
    }
}
