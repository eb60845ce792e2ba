//! A metadata file under construction: compressed, counted and digested in one pass.

use std::io::{self, Write};

use colca_model::Sha256;
use sha2::Digest;

use crate::{Codec, DataType, MetadataFile, codec::Encoder};

/// Takes the text of a file and gives the file.
pub(crate) struct Packing {
    codec: Codec,
    open: Digester<Encoder<Digester<Vec<u8>>>>,
}

/// Why the `expect`s below hold.
const IN_MEMORY: &str = "compressing into memory has nothing to fail at";

impl Packing {
    pub(crate) fn new(codec: Codec) -> Self {
        let encoder = Encoder::new(codec, Digester::new(Vec::new())).expect(IN_MEMORY);
        Self { codec, open: Digester::new(encoder) }
    }

    pub(crate) fn write(&mut self, text: &[u8]) {
        self.open.write_all(text).expect(IN_MEMORY);
    }

    pub(crate) fn finish(self, kind: DataType) -> (MetadataFile, Vec<u8>) {
        let (encoder, open_size, open_sha256) = self.open.finish();
        let (bytes, size, sha256) = encoder.finish().expect(IN_MEMORY).finish();
        (MetadataFile { kind, codec: self.codec, size, sha256, open_size, open_sha256 }, bytes)
    }
}

/// Counts and digests whatever passes through to the writer behind it.
struct Digester<W> {
    inner: W,
    size: u64,
    sha256: sha2::Sha256,
}

impl<W> Digester<W> {
    fn new(inner: W) -> Self {
        Self { inner, size: 0, sha256: sha2::Sha256::new() }
    }

    fn finish(self) -> (W, u64, Sha256) {
        (self.inner, self.size, Sha256::new(self.sha256.finalize().into()))
    }
}

impl<W: Write> Write for Digester<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.sha256.update(&bytes[..written]);
        self.size += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
