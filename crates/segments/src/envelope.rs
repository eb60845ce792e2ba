//! How what is stored beside the published files is wrapped: a byte for its format, then one zstd frame with a checksum.

use std::io::{self, Read};

use zstd::{bulk::Compressor, zstd_safe::CParameter};

/// No content is given more memory than this before it is there.
const EXPECTED: usize = 64 * 1024 * 1024;

/// Why an envelope is not opened.
pub(crate) enum Unopened {
    OtherFormat,
    Damaged,
}

pub(crate) fn wrap(format: u8, content: &[u8], level: i32) -> Vec<u8> {
    let frame = || -> io::Result<_> {
        let mut compressor = Compressor::new(level)?;
        compressor.set_parameter(CParameter::ChecksumFlag(true))?;
        compressor.compress(content)
    };
    let mut bytes = frame().expect("compressing into memory has nothing to fail at");
    bytes.insert(0, format);
    bytes
}

/// The content, which is refused if it is longer than expected.
pub(crate) fn open(format: u8, bytes: &[u8], longest: u64) -> Result<Vec<u8>, Unopened> {
    let Some((&first, frame)) = bytes.split_first() else {
        return Err(Unopened::Damaged);
    };
    if first != format {
        return Err(Unopened::OtherFormat);
    }
    let mut content = Vec::with_capacity(usize::try_from(longest).unwrap_or(EXPECTED).min(EXPECTED));
    let read = zstd::Decoder::with_buffer(frame)
        .and_then(|decoder| decoder.take(longest.saturating_add(1)).read_to_end(&mut content));
    match read {
        Ok(length) if length as u64 <= longest => Ok(content),
        _ => Err(Unopened::Damaged),
    }
}
