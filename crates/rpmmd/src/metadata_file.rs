//! A whole metadata file, made from the fragments of all packages.

use std::io::{self, Write};

use colca_model::Sha256;
use sha2::Digest;

use crate::{Codec, MetadataKind, codec::Encoder};

/// A finished metadata file: its bytes, and what `repomd.xml` says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetadataFile {
    /// Which of the three it is.
    pub kind: MetadataKind,
    /// How it is compressed.
    pub codec: Codec,
    /// The compressed file.
    pub bytes: Vec<u8>,
    /// Length of the compressed file in bytes.
    pub size: u64,
    /// Length of the XML in bytes.
    pub open_size: u64,
    /// Digest of the compressed file.
    pub sha256: Sha256,
    /// Digest of the XML.
    pub open_sha256: Sha256,
}

/// The root element announces a number of packages; another number of fragments was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{} announces {announced} packages, but got {got}", .kind.name())]
pub struct Miscounted {
    /// The file.
    pub kind: MetadataKind,
    /// What its first line says.
    pub announced: usize,
    /// How many fragments came.
    pub got: usize,
}

impl MetadataFile {
    /// Builds the file in one go. The same fragments in the same order give the same bytes.
    ///
    /// # Errors
    /// [`Miscounted`] if there are not exactly `packages` fragments.
    pub fn build<'a>(
        kind: MetadataKind,
        codec: Codec,
        packages: usize,
        fragments: impl IntoIterator<Item = &'a [u8]>,
    ) -> Result<Self, Miscounted> {
        let mut writer = MetadataWriter::new(kind, codec, packages);
        fragments.into_iter().for_each(|fragment| writer.add(fragment));
        writer.finish()
    }

    /// The name to publish it under, which no other content can have: `<sha256>-primary.xml.zst`.
    #[must_use]
    pub fn file_name(&self) -> String {
        format!("{}-{}.xml.{}", self.sha256, self.kind.name(), self.codec.extension())
    }
}

/// Builds a [`MetadataFile`] fragment by fragment, so that never all of them need be in memory at once.
pub struct MetadataWriter {
    kind: MetadataKind,
    codec: Codec,
    announced: usize,
    got: usize,
    open: Digester<Encoder<Digester<Vec<u8>>>>,
}

/// Why the `expect`s below hold.
const IN_MEMORY: &str = "compressing into memory has nothing to fail at";

impl MetadataWriter {
    /// Starts a file whose root element announces exactly `packages` packages.
    #[must_use]
    pub fn new(kind: MetadataKind, codec: Codec, packages: usize) -> Self {
        let encoder = Encoder::new(codec, Digester::new(Vec::new())).expect(IN_MEMORY);
        let mut writer = Self { kind, codec, announced: packages, got: 0, open: Digester::new(encoder) };
        writer.write(kind.opening(packages).as_bytes());
        writer
    }

    /// Adds the fragment of the next package.
    pub fn add(&mut self, fragment: &[u8]) {
        self.got += 1;
        self.write(fragment);
    }

    /// Ends the file.
    ///
    /// # Errors
    /// [`Miscounted`] if the number of fragments is not the one announced.
    pub fn finish(mut self) -> Result<MetadataFile, Miscounted> {
        let Self { kind, codec, announced, got, .. } = self;
        if got != announced {
            return Err(Miscounted { kind, announced, got });
        }
        self.write(kind.closing().as_bytes());
        let (encoder, open_size, open_sha256) = self.open.finish();
        let (bytes, size, sha256) = encoder.finish().expect(IN_MEMORY).finish();
        Ok(MetadataFile { kind, codec, bytes, size, open_size, sha256, open_sha256 })
    }

    fn write(&mut self, bytes: &[u8]) {
        self.open.write_all(bytes).expect(IN_MEMORY);
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

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn unpacked(file: &MetadataFile) -> String {
        let mut text = String::new();
        match file.codec {
            Codec::Gzip => flate2::read::GzDecoder::new(&file.bytes[..]).read_to_string(&mut text),
            Codec::Zstd => zstd::Decoder::new(&file.bytes[..]).expect("starts").read_to_string(&mut text),
        }
        .expect("decompresses");
        text
    }

    #[test]
    fn says_of_itself_what_is_true() {
        let fragments: [&[u8]; 2] = [b"<package>1</package>\n", b"<package>2</package>\n"];
        for codec in [Codec::Gzip, Codec::Zstd] {
            let file = MetadataFile::build(MetadataKind::Other, codec, 2, fragments).expect("two are two");
            let text = unpacked(&file);
            assert_eq!(
                text,
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
                 <otherdata xmlns=\"http://linux.duke.edu/metadata/other\" packages=\"2\">\n\
                 <package>1</package>\n<package>2</package>\n</otherdata>\n"
            );
            assert_eq!(file.size, file.bytes.len() as u64);
            assert_eq!(file.open_size, text.len() as u64);
            assert_eq!(file.sha256.as_bytes()[..], sha2::Sha256::digest(&file.bytes)[..]);
            assert_eq!(file.open_sha256.as_bytes()[..], sha2::Sha256::digest(&text)[..]);
            assert_eq!(file.file_name(), format!("{}-other.xml.{}", file.sha256, codec.extension()));
            let again = MetadataFile::build(MetadataKind::Other, codec, 2, fragments).expect("two are two");
            assert_eq!(again, file, "the same input gives the same bytes");
        }
    }

    #[test]
    fn an_empty_repository_is_a_file_too() {
        let file = MetadataFile::build(MetadataKind::Primary, Codec::Gzip, 0, []).expect("none is none");
        assert!(unpacked(&file).contains("packages=\"0\">\n</metadata>"));
    }

    #[test]
    fn refuses_to_lie_about_the_number_of_packages() {
        let file = MetadataFile::build(MetadataKind::Filelists, Codec::Zstd, 2, [&b"<package/>\n"[..]]);
        assert_eq!(file, Err(Miscounted { kind: MetadataKind::Filelists, announced: 2, got: 1 }));
    }
}
