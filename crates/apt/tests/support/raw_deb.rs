//! Packages put together by hand, to be wrong in one place.

use std::io::{self, Read, Write};

use flate2::write::GzEncoder;
use liblzma::write::XzEncoder;
use tar::{EntryType, Header};

/// The shortest good control file.
pub(crate) const CONTROL: &[u8] = b"Package: raw\nVersion: 1\nArchitecture: all\n";

/// An archive of these members, padded.
pub(crate) fn archive(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut file = b"!<arch>\n".to_vec();
    for (name, content) in members {
        member(&mut file, name, &content.len().to_string(), content);
    }
    file
}

/// Appends a member that claims to have this length.
pub(crate) fn member(file: &mut Vec<u8>, name: &str, length: &str, content: &[u8]) {
    file.extend(format!("{name:<16}{:<12}{:<6}{:<6}{:<8}{length:<10}`\n", 0, 0, 0, "100644").into_bytes());
    file.extend(content);
    if content.len() % 2 == 1 {
        file.push(b'\n');
    }
}

/// A good archive around a control member.
pub(crate) fn deb(name: &str, control: &[u8]) -> Vec<u8> {
    archive(&[("debian-binary", b"2.0\n"), (name, control), ("data.tar", b"odd")])
}

/// A good archive around an unpacked control member of these entries.
pub(crate) fn with_entries(entries: &[Entry<'_>]) -> Vec<u8> {
    deb("control.tar", &tar(entries))
}

/// A good archive around a control file.
pub(crate) fn with_control(control: &[u8]) -> Vec<u8> {
    with_entries(&[file("./control", control)])
}

/// Name, type and content.
pub(crate) type Entry<'a> = (&'a str, EntryType, &'a [u8]);

pub(crate) fn file<'a>(name: &'a str, content: &'a [u8]) -> Entry<'a> {
    (name, EntryType::Regular, content)
}

/// A tar archive, with names as they are given, however bad.
pub(crate) fn tar(entries: &[Entry<'_>]) -> Vec<u8> {
    let mut archive = Vec::new();
    for (name, kind, content) in entries {
        archive.extend(tar_header(name, *kind, content.len() as u64).as_bytes());
        archive.extend(*content);
        archive.resize(archive.len().next_multiple_of(512), 0);
    }
    archive.resize(archive.len() + 1024, 0);
    archive
}

pub(crate) fn tar_header(name: &str, kind: EntryType, size: u64) -> Header {
    let mut header = Header::new_gnu();
    header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
    header.set_entry_type(kind);
    header.set_size(size);
    header.set_mode(0o644);
    header.set_cksum();
    header
}

/// A control member that `name` says is compressed.
pub(crate) fn packed(name: &str, content: impl Read) -> Vec<u8> {
    fn fill<W: Write>(mut writer: W, mut content: impl Read) -> W {
        io::copy(&mut content, &mut writer).expect("memory");
        writer
    }
    match name {
        "control.tar" => fill(Vec::new(), content),
        "control.tar.gz" => {
            fill(GzEncoder::new(Vec::new(), flate2::Compression::fast()), content).finish().expect("memory")
        }
        "control.tar.xz" => fill(XzEncoder::new(Vec::new(), 0), content).finish().expect("memory"),
        "control.tar.zst" => {
            fill(zstd::Encoder::new(Vec::new(), 1).expect("memory"), content).finish().expect("memory")
        }
        other => panic!("{other} is no control member"),
    }
}

/// Names of the control member, one for each compression.
pub(crate) const NAMES: [&str; 4] = ["control.tar", "control.tar.gz", "control.tar.xz", "control.tar.zst"];
