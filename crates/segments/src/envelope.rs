//! How what is stored beside the published files is wrapped: a byte for its format, the CRC-32 of what follows (little
//! endian), then one zstd frame. A checksum of zstd's own does not cover the frame's header, where a bit that has flipped may
//! have it read otherwise.

use std::io::Read;

/// No content is given more memory than this before it is there.
const EXPECTED: usize = 64 * 1024 * 1024;

/// Why an envelope is not opened.
pub(crate) enum Unopened {
    OtherFormat,
    Damaged,
}

pub(crate) fn wrap(format: u8, content: &[u8], level: i32) -> Vec<u8> {
    let frame = zstd::bulk::compress(content, level).expect("compressing into memory has nothing to fail at");
    [&[format], &crc32fast::hash(&frame).to_le_bytes()[..], &frame].concat()
}

/// The content, which is refused if it is longer than expected.
pub(crate) fn open(format: u8, bytes: &[u8], longest: u64) -> Result<Vec<u8>, Unopened> {
    let (&first, rest) = bytes.split_first().ok_or(Unopened::Damaged)?;
    if first != format {
        return Err(Unopened::OtherFormat);
    }
    let (crc, frame) = rest.split_first_chunk().ok_or(Unopened::Damaged)?;
    if crc32fast::hash(frame) != u32::from_le_bytes(*crc) {
        return Err(Unopened::Damaged);
    }
    let mut content = Vec::with_capacity(usize::try_from(longest).unwrap_or(EXPECTED).min(EXPECTED));
    let read = zstd::Decoder::with_buffer(frame)
        .and_then(|decoder| decoder.take(longest.saturating_add(1)).read_to_end(&mut content));
    match read {
        Ok(length) if length as u64 <= longest => Ok(content),
        _ => Err(Unopened::Damaged),
    }
}
