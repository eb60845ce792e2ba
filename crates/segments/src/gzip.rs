//! A gzip file of one member, put together of parts as pigz does it.
//!
//! Each part ends in a full flush: at a byte boundary, and nothing after it refers back to before it.
//! <https://www.rfc-editor.org/rfc/rfc1952>, <https://www.zlib.net/manual.html> (`Z_FULL_FLUSH`).

use flate2::{Compress, Compression, FlushCompress, Status};

use crate::text_sum::TextSum;

/// Deflate, without a name, a time or the name of a system.
pub(crate) const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];

/// A part that another one follows.
pub(crate) fn run(text: &[u8], level: u32) -> Vec<u8> {
    deflate(text, level, FlushCompress::Full)
}

/// The last part, and what the file says of its text.
pub(crate) fn end(text: &[u8], whole: TextSum, level: u32) -> Vec<u8> {
    let mut packed = deflate(text, level, FlushCompress::Finish);
    packed.extend(whole.crc.to_le_bytes());
    // The length is given modulo 2^32.
    packed.extend_from_slice(&whole.length.to_le_bytes()[..4]);
    packed
}

fn deflate(text: &[u8], level: u32, flush: FlushCompress) -> Vec<u8> {
    let mut deflate = Compress::new(Compression::new(level), false);
    let mut packed = Vec::with_capacity(text.len() / 4 + 64);
    let mut rest = text;
    loop {
        let before = deflate.total_in();
        let status = deflate.compress_vec(rest, &mut packed, flush).expect("compressing into memory cannot fail");
        let taken = deflate.total_in() - before;
        rest = &rest[usize::try_from(taken).expect("no more than there was")..];
        // Room that is left says that there was nothing more to write.
        if status == Status::StreamEnd || (rest.is_empty() && packed.len() < packed.capacity()) {
            return packed;
        }
        packed.reserve(packed.len());
    }
}
