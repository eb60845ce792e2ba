//! The paths of one package, kept for the index of contents.

use std::io::Read;

use crate::{Invalid, Unreadable, data_member::each_path, stored};

/// The most that the paths of one package may take together, in bytes. The largest packages have some MiB.
const MOST: u64 = 64 * 1024 * 1024;

/// The files and links in a package, without its directories: sorted, each once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Paths {
    /// Each ended by a newline. Paths are bytes; most are UTF-8.
    lines: Vec<u8>,
}

impl Paths {
    /// Reads a whole `.deb`, `.ddeb` or `.udeb` of `size` bytes from its first byte to its last, as it comes.
    ///
    /// # Errors
    /// [`Invalid`] if this is no package, if its data member is damaged or compressed with bzip2, which nobody has used
    /// for years, or if the paths have more than 64 MiB together.
    pub fn read(file: impl Read, size: u64) -> Result<Self, Invalid> {
        let mut lines = Vec::new();
        each_path(file, size, |path| {
            lines.extend([path, b"\n"].concat());
            let fits = lines.len() as u64 <= MOST;
            fits.then_some(()).ok_or(Invalid::TooLong { part: "the list of paths", most: MOST })
        })?;
        Ok(Self { lines: sorted(&lines) })
    }

    /// These, one a line.
    #[cfg(test)]
    pub(crate) fn of(lines: &[u8]) -> Self {
        Self { lines: sorted(lines) }
    }

    /// Each path: `usr/bin/hello`.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        split(&self.lines)
    }

    /// A compact form to store. Readable by every later version.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        stored::pack(&self.lines)
    }

    /// Reads what [`Paths::to_bytes`] wrote.
    ///
    /// # Errors
    /// [`Unreadable`] for any other bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Unreadable> {
        let lines = stored::unpack(bytes)?;
        let good = sorted(&lines) == lines;
        good.then_some(Self { lines }).ok_or_else(|| Unreadable::Damaged("paths are not in their order".to_owned()))
    }
}

fn split(lines: &[u8]) -> impl Iterator<Item = &[u8]> {
    lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty())
}

fn sorted(lines: &[u8]) -> Vec<u8> {
    let mut paths: Vec<_> = split(lines).collect();
    paths.sort_unstable();
    paths.dedup();
    paths.iter().flat_map(|path| path.iter().chain(b"\n")).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn are_sorted_stored_and_read() {
        let paths = Paths { lines: sorted(b"usr/b\nusr/a\nusr/b\n\xff\n") };
        assert_eq!(paths.iter().collect::<Vec<_>>(), [&b"usr/a"[..], b"usr/b", b"\xff"]);
        assert_eq!(Paths::from_bytes(&paths.to_bytes()), Ok(paths));
        assert_eq!(Paths::from_bytes(&Paths::default().to_bytes()), Ok(Paths::default()));
        for damaged in [&b"b\na\n"[..], b"a", b"\n", b"a\na\n"] {
            assert!(matches!(Paths::from_bytes(&stored::pack(damaged)), Err(Unreadable::Damaged(_))), "{damaged:?}");
        }
    }
}
