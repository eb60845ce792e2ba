//! A whole metadata file. Three are made from the fragments of all packages, the others were uploaded.

use colca_model::Sha256;

use crate::{Codec, DataType, MetadataKind, packing::Packing};

/// A finished metadata file: its bytes, and what `repomd.xml` says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetadataFile {
    /// What it is.
    pub kind: DataType,
    /// How it is compressed.
    pub codec: Codec,
    /// The compressed file.
    pub bytes: Vec<u8>,
    /// Length of the compressed file in bytes.
    pub size: u64,
    /// Length of the text in bytes.
    pub open_size: u64,
    /// Digest of the compressed file.
    pub sha256: Sha256,
    /// Digest of the text.
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
        format!("{}-{}.{}", self.sha256, self.kind.file_name(), self.codec.extension())
    }
}

/// Builds a [`MetadataFile`] fragment by fragment, so that never all of them need be in memory at once.
pub struct MetadataWriter {
    kind: MetadataKind,
    announced: usize,
    got: usize,
    packing: Packing,
}

impl MetadataWriter {
    /// Starts a file whose root element announces exactly `packages` packages.
    #[must_use]
    pub fn new(kind: MetadataKind, codec: Codec, packages: usize) -> Self {
        let mut packing = Packing::new(codec);
        packing.write(kind.opening(packages).as_bytes());
        Self { kind, announced: packages, got: 0, packing }
    }

    /// Adds the fragment of the next package.
    pub fn add(&mut self, fragment: &[u8]) {
        self.got += 1;
        self.packing.write(fragment);
    }

    /// Ends the file.
    ///
    /// # Errors
    /// [`Miscounted`] if the number of fragments is not the one announced.
    pub fn finish(mut self) -> Result<MetadataFile, Miscounted> {
        let Self { kind, announced, got, .. } = self;
        if got != announced {
            return Err(Miscounted { kind, announced, got });
        }
        self.packing.write(kind.closing().as_bytes());
        Ok(self.packing.finish(kind.into()))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use sha2::Digest;

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
