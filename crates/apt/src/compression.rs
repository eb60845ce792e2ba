//! How a member is compressed, which its name says.

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

/// A compression that deb(5) knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compression {
    None,
    Gzip,
    Xz,
    Zstd,
    /// Of data members alone, and of old ones.
    Lzma,
}

impl Compression {
    /// The one that the ending of a name stands for, with its dot, if it is one of those that a control member may have.
    pub(crate) fn of_ending(ending: &[u8]) -> Option<Self> {
        match ending {
            b"" => Some(Self::None),
            b".gz" => Some(Self::Gzip),
            b".xz" => Some(Self::Xz),
            b".zst" => Some(Self::Zstd),
            _ => None,
        }
    }

    /// Unpacks while it is read. Ends in an error if the bytes end too early, or if anything but the same compression
    /// follows.
    pub(crate) fn unpack<'a>(self, bytes: impl BufRead + 'a) -> io::Result<Box<dyn Read + 'a>> {
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
