//! Unpacking what others packed, whichever way they did, in bounded memory.

use std::io::{self, BufRead, Read};

use flate2::bufread::MultiGzDecoder;
use liblzma::{
    bufread::XzDecoder,
    stream::{CONCATENATED, Stream},
};

/// The most memory that unpacking xz may take: `xz -9` needs 65 MiB, which is the most a preset does. A file can ask
/// for 4 GiB.
const MOST_XZ_MEMORY: u64 = 80 * 1024 * 1024;
/// The largest window of zstd, as a power of two: 128 MiB is what `zstd -22` writes and the library reads by default.
/// Of the window only as much takes memory as was unpacked.
const LARGEST_ZSTD_WINDOW: u32 = 27;

/// How something is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// Not at all.
    None,
    /// gzip, of one member or several.
    Gzip,
    /// xz, of one stream or several.
    Xz,
    /// Zstandard, of one frame or several.
    Zstd,
    /// LZMA as it was before xz, which only old Debian packages have.
    Lzma,
}

/// What the formats begin with, and what those begin with that are not unpacked.
const KNOWN: [(&[u8], Result<Compression, &str>); 5] = [
    (b"\x1f\x8b", Ok(Compression::Gzip)),
    (b"\xfd7zXZ\0", Ok(Compression::Xz)),
    (b"\x28\xb5\x2f\xfd", Ok(Compression::Zstd)),
    (b"BZh", Err("bzip2")),
    (b"\0ZCK1", Err("zchunk")),
];

impl Compression {
    /// The one that the first bytes of a file tell: names lie, and URLs may have none.
    ///
    /// # Errors
    /// The name of a compression that is known and not supported.
    pub fn of_bytes(bytes: &[u8]) -> Result<Self, &'static str> {
        let known = KNOWN.into_iter().find(|(magic, _)| bytes.starts_with(magic));
        known.map_or(Ok(Self::None), |(_, compression)| compression)
    }

    /// The one that the ending of a name stands for, with its dot: gzip, xz, zstd, or none.
    #[must_use]
    pub fn of_ending(ending: &[u8]) -> Option<Self> {
        match ending {
            b"" => Some(Self::None),
            b".gz" => Some(Self::Gzip),
            b".xz" => Some(Self::Xz),
            b".zst" => Some(Self::Zstd),
            _ => None,
        }
    }

    /// Unpacks while it is read. Ends in an error if the bytes end too early, or if anything but the same compression
    /// follows. The length is not bounded.
    ///
    /// # Errors
    /// If the bytes do not even begin as they should.
    pub fn unpack<'a>(self, bytes: impl BufRead + 'a) -> io::Result<Box<dyn Read + 'a>> {
        Ok(match self {
            Self::None => Box::new(bytes),
            Self::Gzip => Box::new(MultiGzDecoder::new(bytes)),
            Self::Xz => {
                Box::new(XzDecoder::new_stream(bytes, Stream::new_stream_decoder(MOST_XZ_MEMORY, CONCATENATED)?))
            }
            Self::Lzma => Box::new(XzDecoder::new_stream(bytes, Stream::new_lzma_decoder(MOST_XZ_MEMORY)?)),
            Self::Zstd => {
                let mut decoder = zstd::Decoder::with_buffer(bytes)?;
                decoder.window_log_max(LARGEST_ZSTD_WINDOW)?;
                Box::new(decoder)
            }
        })
    }
}
