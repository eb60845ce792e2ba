//! Texts in every form that is read, for the tests here and of those that unpack.

use std::io::Write;

use colca_unpack::Compression;

/// The text in every form that is read, lzma of old aside.
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
