//! The paths in the data member of a package.
//!
//! The member is a tar archive as dpkg unpacks it: with GNU's long names, without the extended headers of pax.

use std::io::{self, BufReader, Read};

use colca_unpack::Compression;
use tar::{Archive, Entry, EntryType};

use crate::{
    Invalid,
    bounded::Bounded,
    deb_extent::{ControlExtent, DATA, Data},
    invalid::shown,
};

/// The longest archive, unpacked: it only bounds the time it takes to read.
const MOST_UNPACKED: u64 = 64 * 1024 * 1024 * 1024;
/// The longest path.
const MOST_PATH: u64 = 4096;

/// Reads a whole `.deb` of `size` bytes from its start, and hands over the path of each file and link in it, without the
/// `./` before it; directories are passed over. Nothing is held but what the decoder needs.
pub(crate) fn each_path(
    mut file: impl Read,
    size: u64,
    mut found: impl FnMut(&[u8]) -> Result<(), Invalid>,
) -> Result<(), Invalid> {
    let mut prefix = Vec::new();
    let Data { start, end, name } = loop {
        let extent = ControlExtent::locate(&prefix, size)?;
        let have = prefix.len() as u64;
        if let Some(data) = extent.data().filter(|data| data.start <= have) {
            break data;
        }
        let read = file.by_ref().take(extent.needed().saturating_sub(have)).read_to_end(&mut prefix);
        if read.map_err(|error| unreadable(&error))? == 0 {
            return Err(Invalid::Truncated { part: DATA, end: extent.needed(), size: have });
        }
    };
    let compression = match name.strip_prefix("data.tar").unwrap_or_default() {
        ".lzma" => Some(Compression::Lzma),
        ending => Compression::of_ending(ending.as_bytes()),
    };
    let compression = compression.ok_or_else(|| corrupt(format!("is {name}, which cannot be unpacked here")))?;
    let begun = usize::try_from(start).ok().and_then(|start| prefix.get(start..)).unwrap_or_default();
    let mut member = begun.chain(file).take(end - start);
    let unpacked = compression.unpack(BufReader::new(&mut member)).map_err(|error| unreadable(&error))?;
    let mut unpacked = Bounded::new(unpacked, MOST_UNPACKED);
    let result = walk(&mut unpacked, &mut found);
    if unpacked.exceeded() {
        return Err(Invalid::TooLong { part: "the unpacked data member", most: MOST_UNPACKED });
    }
    drop(unpacked);
    result?;
    match member.limit() {
        0 => Ok(()),
        missing => Err(Invalid::Truncated { part: DATA, end, size: end - missing }),
    }
}

fn walk(mut unpacked: impl Read, found: &mut impl FnMut(&[u8]) -> Result<(), Invalid>) -> Result<(), Invalid> {
    let mut archive = Archive::new(&mut unpacked);
    let mut long_name = None;
    // Raw: otherwise long names are collected in memory, however long they are.
    for entry in archive.entries().map_err(|error| unreadable(&error))?.raw(true) {
        let entry = entry.map_err(|error| unreadable(&error))?;
        let kind = entry.header().entry_type();
        match kind {
            EntryType::GNULongName => long_name = Some(read_long_name(entry)?),
            EntryType::GNULongLink => {}
            EntryType::Regular
            | EntryType::Continuous
            | EntryType::Link
            | EntryType::Symlink
            | EntryType::Char
            | EntryType::Block
            | EntryType::Fifo
            | EntryType::Directory => {
                let path = long_name.take().unwrap_or_else(|| entry.path_bytes().into_owned());
                // Of old a slash at the end of the name was all that made a directory.
                let is_file = matches!(kind, EntryType::Regular | EntryType::Continuous);
                if kind != EntryType::Directory && !(is_file && path.ends_with(b"/")) {
                    found(relative(&path)?)?;
                }
            }
            other => {
                return Err(corrupt(format!(
                    "has an entry of type {}, which dpkg does not install",
                    shown(&[other.as_byte()])
                )));
            }
        }
    }
    // The checksum stands at the end.
    io::copy(&mut unpacked, &mut io::sink()).map_err(|error| unreadable(&error))?;
    Ok(())
}

fn read_long_name(entry: Entry<'_, impl Read>) -> Result<Vec<u8>, Invalid> {
    let mut name = Vec::new();
    if entry.size() > MOST_PATH {
        return Err(Invalid::TooLong { part: "a path in the data member", most: MOST_PATH });
    }
    entry.take(MOST_PATH).read_to_end(&mut name).map_err(|error| unreadable(&error))?;
    if name.last() == Some(&0) {
        name.pop();
    }
    Ok(name)
}

/// The path below the root. `dpkg-deb` builds no package with a newline in a path.
fn relative(path: &[u8]) -> Result<&[u8], Invalid> {
    let mut rest = path;
    while let Some(shorter) = rest.strip_prefix(b"./").or_else(|| rest.strip_prefix(b"/")) {
        rest = shorter;
    }
    if rest.is_empty() || rest.iter().any(|byte| matches!(byte, b'\n' | 0)) {
        return Err(corrupt(format!("holds {}, which is no path of a file", shown(path))));
    }
    Ok(rest)
}

fn corrupt(reason: String) -> Invalid {
    Invalid::Corrupt { part: DATA, reason }
}

/// What the decoders and tar say may repeat bytes of the file.
fn unreadable(error: &io::Error) -> Invalid {
    corrupt(format!("cannot be unpacked: {}", error.to_string().escape_debug()))
}
