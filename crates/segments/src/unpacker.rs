//! Unpacking runs of a file as they come, from the beginning of any.

use flate2::{Decompress, FlushDecompress};
use zstd::stream::raw::{Decoder, Operation};

use crate::Codec;

/// How much text is unpacked at once.
const BUFFER: usize = 64 * 1024;

/// Unpacks one run after the other, in memory that does not depend on their length.
pub(crate) struct Unpacker {
    codec: Unpacking,
    buffer: Box<[u8]>,
}

enum Unpacking {
    Gzip(Decompress),
    Zstd(Decoder<'static>),
}

/// These bytes are not what they should be.
pub(crate) struct Garbled;

impl Unpacker {
    pub(crate) fn new(codec: Codec) -> Self {
        let codec = match codec {
            Codec::Gzip => Unpacking::Gzip(Decompress::new(false)),
            Codec::Zstd => Unpacking::Zstd(Decoder::new().expect("a decoder without a dictionary needs only memory")),
        };
        Self { codec, buffer: vec![0; BUFFER].into() }
    }

    /// Unpacks some more bytes. All the text that they make known is given away, in pieces.
    pub(crate) fn feed(&mut self, mut packed: &[u8], mut give: impl FnMut(&[u8])) -> Result<(), Garbled> {
        loop {
            let (taken, made) = self.codec.step(packed, &mut self.buffer)?;
            give(&self.buffer[..made]);
            packed = &packed[taken..];
            match (packed.is_empty(), made < self.buffer.len()) {
                (true, true) => return Ok(()),
                (false, _) if taken == 0 && made == 0 => return Err(Garbled),
                _ => {}
            }
        }
    }
}

impl Unpacking {
    /// Takes some of the bytes and makes some of the text.
    fn step(&mut self, packed: &[u8], text: &mut [u8]) -> Result<(usize, usize), Garbled> {
        match self {
            Self::Gzip(inflate) => {
                let (taken, made) = (inflate.total_in(), inflate.total_out());
                inflate.decompress(packed, text, FlushDecompress::None).map_err(|_| Garbled)?;
                let passed = |now: u64, before: u64| usize::try_from(now - before).map_err(|_| Garbled);
                Ok((passed(inflate.total_in(), taken)?, passed(inflate.total_out(), made)?))
            }
            Self::Zstd(decoder) => {
                let status = decoder.run_on_buffers(packed, text).map_err(|_| Garbled)?;
                Ok((status.bytes_read, status.bytes_written))
            }
        }
    }
}
