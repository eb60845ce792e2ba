//! The control file, out of the control member.
//!
//! The member is a tar archive of plain files and perhaps the directory `.` (deb(5)); one of them is `control`. What
//! tar, dpkg and apt could read differently is refused, so that the control file we publish is the one that is installed.

use std::io::{self, Read};

use colca_unpack::Compression;
use tar::{Archive, Entry, EntryType, PaxExtensions};

use crate::{Invalid, bounded::Bounded, deb_extent::CONTROL, invalid::shown};

pub(crate) const CONTROL_FILE: &str = "the control file";

/// The longest archive, unpacked. It is read once and never held.
const MOST_UNPACKED: u64 = 64 * 1024 * 1024;
/// The longest control file. Real ones rarely have 10 KiB.
const MOST_CONTROL_FILE: u64 = 1024 * 1024;
/// The longest extended header: room for some extended attributes.
const MOST_EXTENSIONS: u64 = 64 * 1024;

/// The control file in `member`.
pub(crate) fn control_file(member: &[u8], compression: Compression) -> Result<Vec<u8>, Invalid> {
    let unpacked = compression.unpack(member).map_err(|error| unreadable(&error))?;
    let mut unpacked = Bounded::new(unpacked, MOST_UNPACKED);
    let result = find(&mut unpacked);
    if unpacked.exceeded() {
        return Err(Invalid::TooLong { part: "the unpacked control member", most: MOST_UNPACKED });
    }
    result
}

fn find(mut unpacked: impl Read) -> Result<Vec<u8>, Invalid> {
    let mut archive = Archive::new(&mut unpacked);
    let mut found = None;
    // Raw: otherwise long names and extended headers are collected in memory, however long they are.
    for entry in archive.entries().map_err(|error| unreadable(&error))?.raw(true) {
        let entry = entry.map_err(|error| unreadable(&error))?;
        if is_control(&entry)? {
            let content = read(entry, MOST_CONTROL_FILE, CONTROL_FILE)?;
            if found.replace(content).is_some() {
                return Err(corrupt("holds two files named control".to_owned()));
            }
        } else if matches!(entry.header().entry_type(), EntryType::XHeader | EntryType::XGlobalHeader) {
            check_extensions(&read(entry, MOST_EXTENSIONS, "an extended header of the control member")?)?;
        }
    }
    // The checksum stands at the end.
    io::copy(&mut unpacked, &mut io::sink()).map_err(|error| unreadable(&error))?;
    found.ok_or_else(|| corrupt("holds no file named control".to_owned()))
}

/// Whether this is the control file. Refused is what is neither a file, a link between files nor the directory `.`:
/// dpkg installs no package that has a directory in its control member, and no file there has a name of more than 100
/// bytes.
fn is_control(entry: &Entry<'_, impl Read>) -> Result<bool, Invalid> {
    let kind = entry.header().entry_type();
    if matches!(kind, EntryType::XHeader | EntryType::XGlobalHeader) {
        return Ok(false);
    }
    let path = entry.path_bytes();
    let refuse = |rule: &str| Err(corrupt(format!("holds {}, {rule}", shown(&path))));
    let mut names = path.split(|&byte| byte == b'/').filter(|name| !matches!(*name, b"" | b"."));
    let name = names.next();
    if path.starts_with(b"/") || name.is_some_and(|name| name == b"..") || names.next().is_some() {
        return refuse("which is not right at its top");
    }
    // Of old a slash at the end of the name was all that made a directory.
    let is_file = matches!(kind, EntryType::Regular | EntryType::Continuous);
    let is_directory = kind.is_dir() || is_file && path.ends_with(b"/");
    // Readers disagree about what follows the header of a link or directory that claims to have content.
    if entry.size() > 0 && (is_directory || matches!(kind, EntryType::Link | EntryType::Symlink)) {
        return refuse("a link or directory with content");
    }
    match (kind, name) {
        (_, None) if is_directory => Ok(false),
        (_, None) => refuse("which is no name of a file"),
        _ if is_directory => refuse("a directory, which dpkg does not install"),
        (_, Some(name)) if is_file => Ok(name == b"control"),
        (EntryType::Link | EntryType::Symlink, Some(name)) if name != b"control" => Ok(false),
        _ => refuse("which is no plain file"),
    }
}

/// Reads a file, or the records of an extended header.
fn read(mut entry: Entry<'_, impl Read>, most: u64, part: &'static str) -> Result<Vec<u8>, Invalid> {
    if entry.size() > most {
        return Err(Invalid::TooLong { part, most });
    }
    let size = entry.size();
    let mut content = Vec::new();
    entry.read_to_end(&mut content).map_err(|error| unreadable(&error))?;
    if content.len() as u64 == size { Ok(content) } else { Err(corrupt(format!("ends in the middle of {part}"))) }
}

/// Times, owners and attributes mean nothing to us. What gives a file another name or another length would have to be
/// followed; no control file needs that.
fn check_extensions(records: &[u8]) -> Result<(), Invalid> {
    for record in PaxExtensions::new(records) {
        let record = record.map_err(|error| unreadable(&error))?;
        let key = record.key_bytes();
        if matches!(key, b"path" | b"linkpath" | b"size") || key.starts_with(b"GNU.sparse") {
            return Err(corrupt(format!("has an extended header with {}, which only other files need", shown(key))));
        }
    }
    Ok(())
}

fn corrupt(reason: String) -> Invalid {
    Invalid::Corrupt { part: CONTROL, reason }
}

/// What the decoders and tar say may repeat bytes of the file.
fn unreadable(error: &io::Error) -> Invalid {
    corrupt(format!("cannot be unpacked: {}", error.to_string().escape_debug()))
}
