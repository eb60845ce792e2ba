//! Small lists to try things with.

use bytes::Bytes;
use colca_segments::{Codec, Grade, Id, Layout, Package, Stream};

/// An id that follows those of lower numbers.
pub(crate) fn id(number: u8) -> Id {
    Id::new([number; 16])
}

/// A package whose texts in the two streams of [`layout`] tell its number and version, and are so much longer than that.
pub(crate) fn package(number: u8, version: u8, lengths: [usize; 2]) -> Package {
    let text = |(stream, length): (usize, usize)| match length {
        0 => Bytes::new(),
        _ => format!("<{number} {version} {stream}>{}\n", "some words ".repeat(length)).into(),
    };
    Package {
        id: id(number),
        texts: lengths.into_iter().enumerate().map(text).collect(),
        mark: number.is_multiple_of(3),
    }
}

/// A stream that counts, in one codec, and one without opening and closing, in both. Segments are short.
pub(crate) fn layout() -> Layout {
    let counted = |packages: Option<usize>| match packages {
        Some(packages) => format!("<list packages=\"{packages}\">\n"),
        None => "<list>\n".to_owned(),
    };
    Layout {
        streams: vec![
            Stream { opening: counted, closing: "</list>\n".to_owned(), codecs: vec![Codec::Gzip] },
            Stream { opening: |_| String::new(), closing: String::new(), codecs: vec![Codec::Zstd, Codec::Gzip] },
        ],
        fresh: Grade { packages: 4, bytes: 300, gzip: 6, zstd: 3 },
        merged: Grade { packages: 16, bytes: 1500, gzip: 9, zstd: 10 },
    }
}
