//! The files of a package.

use crate::{Invalid, header::Header, tag::Tag};

/// What a file is, as far as the metadata tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Whatever is not one of the others; links and devices too.
    Plain,
    /// A directory, be it in the package or not.
    Dir,
    /// Belongs to the package, but is not in it.
    Ghost,
}

/// One file: its directory, up to and with the last slash, and its name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct File<'a> {
    pub(crate) dir: &'a [u8],
    pub(crate) name: &'a [u8],
    pub(crate) kind: Kind,
}

/// The bits of a mode that tell the type, and the type of a directory, as in `<sys/stat.h>`.
const TYPE_BITS: u64 = 0o170_000;
const DIRECTORY: u64 = 0o040_000;
/// rpm's flag of a file that is not in the package.
const GHOST: u64 = 1 << 6;

/// The longest file list, in bytes of all paths together: several times that of the largest packages known.
const MOST: u64 = 64 * 1024 * 1024;

/// All files of a package, in the header's order.
pub(crate) struct Files<'a> {
    header: &'a Header,
    /// Directory and name of each.
    paths: Vec<(&'a [u8], &'a [u8])>,
}

impl<'a> Files<'a> {
    pub(crate) fn new(header: &'a Header) -> Self {
        // Before rpm 4.0 there were whole paths.
        let paths = if header.has(Tag::BaseNames) { split_paths(header) } else { old_paths(header) };
        Self { header, paths }
    }

    /// Refuses a list that would not fit in memory once every path is written out.
    pub(crate) fn check_length(&self) -> Result<(), Invalid> {
        let size = self.paths.iter().map(|(dir, name)| (dir.len() + name.len()) as u64).sum();
        if size > MOST { Err(Invalid::FileList { size, most: MOST }) } else { Ok(()) }
    }

    /// As far as modes, flags and digests go, which every file has.
    pub(crate) fn iter(&self) -> impl Iterator<Item = File<'a>> {
        let header = self.header;
        let attributes = header.numbers(Tag::FileModes).zip(header.numbers(Tag::FileFlags));
        let digests = header.strings(Tag::FileDigests);
        let files = self.paths.iter().zip(attributes).zip(digests);
        files.map(|((&(dir, name), (mode, flags)), _)| File { dir, name, kind: kind(mode, flags) })
    }
}

fn kind(mode: u64, flags: u64) -> Kind {
    if mode & TYPE_BITS == DIRECTORY {
        Kind::Dir
    } else if flags & GHOST != 0 {
        Kind::Ghost
    } else {
        Kind::Plain
    }
}

/// Paths as they are since rpm 4.0: names, and for each the place of its directory in a list of directories.
/// If these do not fit together there are no files, as for rpm.
fn split_paths(header: &Header) -> Vec<(&[u8], &[u8])> {
    if header.count(Tag::BaseNames) != header.count(Tag::DirIndexes) {
        return Vec::new();
    }
    let dirs: Vec<_> = header.strings(Tag::DirNames).collect();
    let names = header.strings(Tag::BaseNames).zip(header.numbers(Tag::DirIndexes));
    let paths = names.map(|(name, dir)| Some((*dirs.get(usize::try_from(dir).ok()?)?, name)));
    paths.collect::<Option<_>>().unwrap_or_default()
}

fn old_paths(header: &Header) -> Vec<(&[u8], &[u8])> {
    let paths = header.strings(Tag::OldFileNames);
    paths.map(|path| path.split_at(memchr::memrchr(b'/', path).map_or(0, |slash| slash + 1))).collect()
}

impl File<'_> {
    /// The whole path.
    pub(crate) fn path(&self) -> Vec<u8> {
        [self.dir, self.name].concat()
    }

    /// Whether `primary.xml` lists it too, without putting the path together for most files.
    pub(crate) fn is_primary(&self) -> bool {
        self.dir.starts_with(b"/etc/")
            || contains_bin(self.dir)
            || contains_bin(self.name)
            || (self.could_join() && is_primary(&self.path()))
    }

    /// Whether only directory and name together can be one of the paths looked for.
    fn could_join(&self) -> bool {
        !self.dir.ends_with(b"/") || self.dir == b"/usr/lib/" || self.dir == b"/"
    }
}

/// Whether a path is among the few that `primary.xml` lists too, since packages ask for one another by them.
pub(crate) fn is_primary(path: &[u8]) -> bool {
    path.starts_with(b"/etc/") || contains_bin(path) || path == b"/usr/lib/sendmail"
}

fn contains_bin(path: &[u8]) -> bool {
    memchr::memmem::find(path, b"bin/").is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directory_and_name_are_judged_as_the_path_they_make() {
        for (dir, name) in [
            ("/etc/", "a"),
            ("/usr/bin/", "x"),
            ("/usr/lib/", "sendmail"),
            ("/usr/lib/", "sendmailx"),
            ("/usr/share/cabin/", "x"),
            ("/usr/share/", "bin"),
            ("/", "etc"),
            ("/etc", "/x"),
            ("/opt/bi", "n/x"),
            ("", "/etc/x"),
            ("", ""),
            ("/", "etc/x"),
            ("/usr/", "lib/sendmail"),
            ("/usr/x/", "bin/y"),
        ] {
            let file = File { dir: dir.as_bytes(), name: name.as_bytes(), kind: Kind::Plain };
            if !(dir == "/usr/" && name.contains('/')) {
                assert_eq!(file.is_primary(), is_primary(&file.path()), "{dir} {name}");
            }
        }
    }
}
