//! A line of a list of files.

use std::collections::BTreeSet;

use crate::Paths;

/// The column at which names of packages begin, if the path leaves room.
const COLUMN: usize = 56;

/// The paths of a package as lines name them: sorted, each once, without spaces at their ends. Nobody who reads a line can
/// tell those from the gap behind the path.
pub(crate) fn listed(paths: &Paths) -> Vec<&[u8]> {
    let mut listed: Vec<_> = paths.iter().map(without_spaces).filter(|path| !path.is_empty()).collect();
    listed.sort_unstable();
    listed.dedup();
    listed
}

fn without_spaces(path: &[u8]) -> &[u8] {
    let end = path.iter().rposition(|byte| *byte != b' ').map_or(0, |last| last + 1);
    &path[..end]
}

/// Which packages a file is in.
pub(crate) fn line(path: &[u8], owners: &BTreeSet<&str>) -> Vec<u8> {
    let gap = " ".repeat(COLUMN.saturating_sub(path.len()).max(4));
    let owners: Vec<_> = owners.iter().copied().collect();
    [path, gap.as_bytes(), owners.join(",").as_bytes(), b"\n"].concat()
}

/// The path of a line and its packages; `None` if it is not such a line.
pub(crate) fn parse(line: &[u8]) -> Option<(&[u8], &str)> {
    let gap = line.iter().rposition(|byte| *byte == b' ')?;
    let (path, owners) = (without_spaces(&line[..gap]), str::from_utf8(&line[gap + 1..]).ok()?);
    (!path.is_empty() && !owners.is_empty()).then_some((path, owners))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_read_as_it_was_written() {
        let long = [b'x'; 100];
        for path in [&b"a"[..], b"a b", b"\xff  \t", &long[..52], &long[..53], &long] {
            let text = line(path, &["net/a", "b"].into());
            assert!(text.ends_with(b"    b,net/a\n"), "{text:?}");
            assert_eq!(parse(&text[..text.len() - 1]), Some((path, "b,net/a")));
        }
        for bad in [&b""[..], b"a", b" a", b"a ", b"a \xff"] {
            assert_eq!(parse(bad), None, "{bad:?}");
        }
    }
}
