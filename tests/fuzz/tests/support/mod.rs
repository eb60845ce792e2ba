//! What the targets share. Each of them uses a part.
#![allow(dead_code)]

#[path = "../../../../crates/apt/tests/support/raw_deb.rs"]
pub(crate) mod raw_deb;
#[path = "../../../../crates/rpmmd/tests/support/raw_rpm.rs"]
pub(crate) mod raw_rpm;

use std::{fs, io::Read};

use colca_fuzz::corpus;
use colca_unpack::Compression;
use raw_deb::NAMES;

/// The files of a target.
pub(crate) fn files(name: &str) -> Vec<Vec<u8>> {
    let mut paths: Vec<_> =
        fs::read_dir(corpus(name)).expect("a folder").map(|entry| entry.expect("readable").path()).collect();
    paths.sort();
    paths.iter().map(|path| fs::read(path).expect("a file")).collect()
}

/// The same, without their compression.
pub(crate) fn unpacked(name: &str) -> Vec<Vec<u8>> {
    let unpack = |bytes: Vec<u8>| {
        let mut text = Vec::new();
        let compression = Compression::of_bytes(&bytes).expect("one that is known");
        compression.unpack(bytes.as_slice()).and_then(|mut reader| reader.read_to_end(&mut text)).ok().map(|_| text)
    };
    files(name).into_iter().filter_map(unpack).collect()
}

/// A text with gzip, xz and zstd.
pub(crate) fn packed(text: &[u8]) -> Vec<Vec<u8>> {
    NAMES[1..].iter().map(|name| raw_deb::packed(name, text)).collect()
}

/// A tar archive whose headers have the checksums they need, so that damage gets past them.
pub(crate) fn sealed(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let mut at = 0;
    while let Some(block) = bytes.get_mut(at..at + 512) {
        block[148..156].fill(b' ');
        let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
        let zeros = sum == 8 * u32::from(b' ');
        let digits = if zeros { [0; 8] } else { *format!("{sum:06o}\0 ").as_bytes().first_chunk().expect("eight") };
        block[148..156].copy_from_slice(&digits);
        let size = str::from_utf8(&block[124..135]).ok().and_then(|size| u64::from_str_radix(size.trim(), 8).ok());
        let content = usize::try_from(size.unwrap_or_default()).unwrap_or(usize::MAX);
        at = at.saturating_add(512).saturating_add(content.checked_next_multiple_of(512).unwrap_or(usize::MAX));
    }
    bytes
}
