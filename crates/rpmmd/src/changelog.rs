//! The latest changelog entries of a package.

use crate::{header::Header, tag::Tag};

/// How many entries are told: what `createrepo_c --changelog-limit` is if nobody sets it.
const MOST: usize = 10;

/// One entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry<'a> {
    /// Seconds since 1970.
    pub(crate) time: u64,
    pub(crate) author: &'a [u8],
    pub(crate) text: &'a [u8],
}

/// The first entries of the header, which are the latest, turned so that the oldest of them comes first.
pub(crate) fn latest(header: &Header) -> Vec<Entry<'_>> {
    let times = header.numbers(Tag::ChangelogTime);
    let parts = times.zip(header.strings(Tag::ChangelogName)).zip(header.strings(Tag::ChangelogText));
    let mut entries: Vec<_> =
        parts.take(MOST).map(|((time, author), text)| Entry { time, author: trimmed(author), text }).collect();
    entries.reverse();
    tell_apart(&mut entries);
    entries
}

/// Without the spaces at its end, but never without all of them.
fn trimmed(author: &[u8]) -> &[u8] {
    let spaces = author.iter().rev().take_while(|byte| **byte == b' ').count();
    &author[..author.len() - spaces.min(author.len().saturating_sub(1))]
}

/// Makes later those that would share a time with an earlier one, for clients that sort by time: entries have
/// whole days only. One that is older than the one before it stays as it is.
fn tell_apart(entries: &mut [Entry<'_>]) {
    let mut previous: Option<(u64, u64)> = None;
    for entry in entries {
        let written = entry.time;
        if let Some((was_written, was_told)) = previous
            && (was_written..=was_told).contains(&written)
        {
            entry.time = (was_told + 1).min(u64::from(u32::MAX));
        }
        previous = Some((written, entry.time));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_entries_of_one_day_apart_as_the_reference_does() {
        for (written, told) in [
            (&[9, 9, 9][..], &[9, 10, 11][..]),
            (&[7, 8, 8], &[7, 8, 9]),
            (&[8, 8, 9], &[8, 9, 10]),
            (&[7, 8, 8, 8, 9], &[7, 8, 9, 10, 11]),
            (&[0, 4_294_967_295, 0, 2, 1, 9, 9, 3, 9, 5], &[0, 4_294_967_295, 0, 2, 1, 9, 10, 3, 9, 5]),
            (&[4, 3, 3, 2, 1], &[4, 3, 4, 2, 1]),
            (&[3, 4, 3], &[3, 4, 3]),
            (&[3, 3, 4, 3, 3], &[3, 4, 5, 3, 4]),
            (&[6, 6, 8, 8, 8, 8, 10, 10], &[6, 7, 8, 9, 10, 11, 12, 13]),
        ] {
            let mut entries: Vec<_> =
                written.iter().map(|time| Entry { time: *time, author: b"", text: b"" }).collect();
            tell_apart(&mut entries);
            assert_eq!(entries.iter().map(|entry| entry.time).collect::<Vec<_>>(), told, "{written:?}");
        }
    }
}
