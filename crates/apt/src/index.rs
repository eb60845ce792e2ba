//! One index of an archive, compressed.

use std::io::{self, Write};

use colca_model::Sha256;
use flate2::{GzBuilder, write::GzEncoder};
use sha2::Digest;

use crate::NamedFile;

/// The levels at which the two are about equally fast; higher ones cost more time than they save bytes.
const GZIP_LEVEL: u32 = 6;
const ZSTD_LEVEL: i32 = 3;

/// Why the `expect`s below hold.
const IN_MEMORY: &str = "compressing into memory has nothing to fail at";

/// An index as it is published: compressed in one or more ways.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// The index itself, which need not be there. But a Release file must name it: apt passes over one that does not.
    pub plain: NamedFile,
    /// The files to publish.
    pub packed: Vec<Packed>,
}

/// One compressed file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packed {
    /// Its path, relative to the directory of the Release file: `main/binary-amd64/Packages.gz`.
    pub file: NamedFile,
    /// Its content. The same index gives the same bytes.
    pub bytes: Vec<u8>,
}

impl Index {
    /// All that a Release file says of it.
    pub fn listed(&self) -> impl Iterator<Item = &NamedFile> {
        std::iter::once(&self.plain).chain(self.packed.iter().map(|packed| &packed.file))
    }
}

/// Builds an [`Index`] piece by piece; the text itself is never held.
pub(crate) struct IndexWriter {
    path: String,
    size: u64,
    sha256: sha2::Sha256,
    /// No time and no name: the same text gives the same bytes.
    gzip: GzEncoder<Vec<u8>>,
    zstd: Option<zstd::Encoder<'static, Vec<u8>>>,
}

impl IndexWriter {
    /// An index that is compressed with gzip, which everything reads, and with zstd, which apt knows since 1.6.
    pub(crate) fn new(path: String) -> Self {
        let zstd = zstd::Encoder::new(Vec::new(), ZSTD_LEVEL).expect(IN_MEMORY);
        Self { zstd: Some(zstd), ..Self::gzip(path) }
    }

    /// An index that is compressed with gzip alone.
    pub(crate) fn gzip(path: String) -> Self {
        let gzip = GzBuilder::new().write(Vec::new(), flate2::Compression::new(GZIP_LEVEL));
        Self { path, size: 0, sha256: sha2::Sha256::new(), gzip, zstd: None }
    }

    pub(crate) fn write(&mut self, text: &[u8]) {
        self.size += text.len() as u64;
        self.sha256.update(text);
        self.gzip.write_all(text).expect(IN_MEMORY);
        if let Some(zstd) = &mut self.zstd {
            zstd.write_all(text).expect(IN_MEMORY);
        }
    }

    pub(crate) fn finish(self) -> Index {
        let Self { path, size, sha256, gzip, zstd } = self;
        let packed = |ending: &str, bytes: io::Result<Vec<u8>>| {
            let bytes = bytes.expect(IN_MEMORY);
            Packed { file: NamedFile::of(format!("{path}.{ending}"), &bytes), bytes }
        };
        let gzip = packed("gz", gzip.finish());
        let zstd = zstd.map(|zstd| packed("zst", zstd.finish()));
        let packed = std::iter::once(gzip).chain(zstd).collect();
        Index { plain: NamedFile { name: path, size, sha256: Sha256::new(sha256.finalize().into()) }, packed }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn says_of_itself_what_is_true_and_gives_the_same_bytes_again() {
        let build = || {
            let mut writer = IndexWriter::new("main/binary-amd64/Packages".to_owned());
            ["Package: a\n", "", "Package: b\n"].iter().for_each(|text| writer.write(text.as_bytes()));
            writer.finish()
        };
        let index = build();
        let text = "Package: a\nPackage: b\n";
        assert_eq!(index.plain, NamedFile::of("main/binary-amd64/Packages".to_owned(), text.as_bytes()));
        let names: Vec<_> = index.listed().map(|file| file.name.rsplit('/').next().expect("a name")).collect();
        assert_eq!(names, ["Packages", "Packages.gz", "Packages.zst"]);
        for Packed { file, bytes } in &index.packed {
            assert_eq!(file, &NamedFile::of(file.name.clone(), bytes));
        }
        let mut unpacked = String::new();
        flate2::read::GzDecoder::new(&index.packed[0].bytes[..]).read_to_string(&mut unpacked).expect("gzip");
        assert_eq!(unpacked, text);
        assert_eq!(zstd::decode_all(&index.packed[1].bytes[..]).expect("zstd"), text.as_bytes());
        assert_eq!(index.packed[0].bytes[4..8], [0; 4], "no time");
        assert_eq!(build(), index);
    }
}
