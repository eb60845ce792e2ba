//! An index that is made as a whole: the lists of the files in packages. `Packages` and `Sources` are made of segments.

use std::io::Write;

use colca_model::Sha256;
use flate2::{GzBuilder, write::GzEncoder};
use sha2::Digest;

use crate::NamedFile;

/// Higher levels cost more time than they save bytes.
const GZIP_LEVEL: u32 = 6;

/// Why the `expect`s below hold.
const IN_MEMORY: &str = "compressing into memory has nothing to fail at";

/// An index as it is published: compressed with gzip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// The index itself, which need not be there. But a Release file must name it: apt passes over one that does not.
    pub plain: NamedFile,
    /// The file to publish.
    pub packed: Packed,
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
        [&self.plain, &self.packed.file].into_iter()
    }
}

/// Builds an [`Index`] piece by piece; the text itself is never held.
pub(crate) struct IndexWriter {
    path: String,
    size: u64,
    sha256: sha2::Sha256,
    /// No time and no name: the same text gives the same bytes.
    gzip: GzEncoder<Vec<u8>>,
}

impl IndexWriter {
    pub(crate) fn new(path: String) -> Self {
        let gzip = GzBuilder::new().write(Vec::new(), flate2::Compression::new(GZIP_LEVEL));
        Self { path, size: 0, sha256: sha2::Sha256::new(), gzip }
    }

    pub(crate) fn write(&mut self, text: &[u8]) {
        self.size += text.len() as u64;
        self.sha256.update(text);
        self.gzip.write_all(text).expect(IN_MEMORY);
    }

    pub(crate) fn finish(self) -> Index {
        let Self { path, size, sha256, gzip } = self;
        let bytes = gzip.finish().expect(IN_MEMORY);
        let packed = Packed { file: NamedFile::of(format!("{path}.gz"), &bytes), bytes };
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
            let mut writer = IndexWriter::new("main/Contents-amd64".to_owned());
            ["bin/a  a\n", "", "bin/b  b\n"].iter().for_each(|text| writer.write(text.as_bytes()));
            writer.finish()
        };
        let index = build();
        let text = "bin/a  a\nbin/b  b\n";
        assert_eq!(index.plain, NamedFile::of("main/Contents-amd64".to_owned(), text.as_bytes()));
        let names: Vec<_> = index.listed().map(|file| file.name.rsplit('/').next().expect("a name")).collect();
        assert_eq!(names, ["Contents-amd64", "Contents-amd64.gz"]);
        let Packed { file, bytes } = &index.packed;
        assert_eq!(file, &NamedFile::of(file.name.clone(), bytes));
        let mut unpacked = String::new();
        flate2::read::GzDecoder::new(&bytes[..]).read_to_string(&mut unpacked).expect("gzip");
        assert_eq!(unpacked, text);
        assert_eq!(bytes[4..8], [0; 4], "no time");
        assert_eq!(build(), index);
    }
}
