//! Unpacking what others packed, whichever way they did.

use std::io::{self, BufReader, Read};

use flate2::bufread::MultiGzDecoder;
use liblzma::{
    bufread::XzDecoder,
    stream::{CONCATENATED, Stream},
};

/// The most memory that unpacking xz may take: `xz -9` needs 65 MiB, which is the most a preset does. A file can ask
/// for 4 GiB.
const MOST_XZ_MEMORY: u64 = 80 * 1024 * 1024;
/// The largest window of zstd, as a power of two: 128 MiB is what `zstd -22` writes and the library reads by default.
const LARGEST_ZSTD_WINDOW: u32 = 27;

/// How a file is compressed, told from its first bytes: names lie, and URLs may have none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compression {
    None,
    Gzip,
    Xz,
    Zstd,
}

/// What the formats begin with, and what those begin with that we do not unpack.
const KNOWN: [(&[u8], Result<Compression, &str>); 5] = [
    (b"\x1f\x8b", Ok(Compression::Gzip)),
    (b"\xfd7zXZ\0", Ok(Compression::Xz)),
    (b"\x28\xb5\x2f\xfd", Ok(Compression::Zstd)),
    (b"BZh", Err("bzip2")),
    (b"\0ZCK1", Err("zchunk")),
];

impl Compression {
    /// # Errors
    /// The name of a compression that is known and not supported.
    pub(crate) fn of(bytes: &[u8]) -> Result<Self, &'static str> {
        let known = KNOWN.into_iter().find(|(magic, _)| bytes.starts_with(magic));
        known.map_or(Ok(Self::None), |(_, compression)| compression)
    }

    /// Unpacks while it is read. Ends in an error if the bytes end too early, or if anything but the same compression
    /// follows.
    pub(crate) fn unpack<'a>(self, bytes: &'a [u8]) -> io::Result<BufReader<Box<dyn Read + 'a>>> {
        let reader: Box<dyn Read + 'a> = match self {
            Self::None => Box::new(bytes),
            Self::Gzip => Box::new(MultiGzDecoder::new(bytes)),
            Self::Xz => {
                Box::new(XzDecoder::new_stream(bytes, Stream::new_stream_decoder(MOST_XZ_MEMORY, CONCATENATED)?))
            }
            Self::Zstd => {
                let mut decoder = zstd::Decoder::with_buffer(bytes)?;
                decoder.window_log_max(LARGEST_ZSTD_WINDOW)?;
                Box::new(decoder)
            }
        };
        Ok(BufReader::with_capacity(64 * 1024, reader))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::io::Write;

    use super::*;

    /// The text in every form that is read.
    pub(crate) fn packed(text: &[u8]) -> [(Compression, Vec<u8>); 4] {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        let mut xz = liblzma::write::XzEncoder::new(Vec::new(), 0);
        gzip.write_all(text).and_then(|()| xz.write_all(text)).expect("memory");
        [
            (Compression::None, text.to_vec()),
            (Compression::Gzip, gzip.finish().expect("memory")),
            (Compression::Xz, xz.finish().expect("memory")),
            (Compression::Zstd, zstd::encode_all(text, 3).expect("memory")),
        ]
    }

    fn unpacked(bytes: &[u8]) -> io::Result<Vec<u8>> {
        let mut text = Vec::new();
        Compression::of(bytes).map_err(io::Error::other)?.unpack(bytes)?.read_to_end(&mut text)?;
        Ok(text)
    }

    #[test]
    fn tells_and_unpacks_each_and_two_in_a_row() {
        let text = b"some text";
        for (compression, bytes) in packed(text) {
            assert_eq!(Compression::of(&bytes), Ok(compression));
            assert_eq!(unpacked(&bytes).expect("good"), text, "{compression:?}");
            assert_eq!(unpacked(&bytes.repeat(2)).expect("good"), text.repeat(2), "{compression:?}");
        }
    }

    #[test]
    fn what_is_cut_short_or_goes_on_is_an_error() {
        for (compression, bytes) in packed(b"some text").into_iter().skip(1) {
            for length in 7..bytes.len() {
                assert!(unpacked(&bytes[..length]).is_err(), "{compression:?} {length}");
            }
            assert!(unpacked(&[&bytes, &b"and more"[..]].concat()).is_err(), "{compression:?}");
        }
    }

    #[test]
    fn names_what_it_does_not_unpack() {
        assert_eq!(Compression::of(b"BZh91AY&SY"), Err("bzip2"));
        assert_eq!(Compression::of(b"\0ZCK1\x01"), Err("zchunk"));
        assert_eq!(Compression::of(b""), Ok(Compression::None));
    }
}
