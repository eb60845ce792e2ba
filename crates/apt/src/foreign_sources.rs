//! The source packages that an index lists.

use std::io::BufRead;

use crate::foreign::Paragraphs;
use crate::{ArchivePath, Control, Invalid, NamedFile, checksums::Lists};

const PARAGRAPH: &str = "the paragraph";

/// Reads `Sources`, paragraph by paragraph; never more than one is in memory.
pub struct ForeignSources<'a>(Paragraphs<'a>);

/// A source package in an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignSource {
    /// What it is called.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Where its files lie, below that archive's top.
    pub directory: ArchivePath,
    /// The file that describes it.
    pub dsc: NamedFile,
}

impl<'a> ForeignSources<'a> {
    /// Reads an index of that name, which says how it is compressed: `Sources`, `Sources.gz`, `.xz` or `.zst`.
    ///
    /// # Errors
    /// [`Invalid`] for another ending.
    pub fn new(name: &str, bytes: impl BufRead + 'a) -> Result<Self, Invalid> {
        Paragraphs::new(name, bytes).map(Self)
    }
}

impl Iterator for ForeignSources<'_> {
    type Item = Result<ForeignSource, Invalid>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|paragraph| read(&paragraph?))
    }
}

fn read(paragraph: &[u8]) -> Result<ForeignSource, Invalid> {
    let control = Control::parse(paragraph, PARAGRAPH)?;
    let [name, version, directory] = ["Package", "Version", "Directory"].map(|field| control.require(PARAGRAPH, field));
    let (name, version) = (name?.to_owned(), version?.to_owned());
    let directory = ArchivePath::new(directory?)
        .map_err(|invalid| colca_model::Invalid { field: "Directory".to_owned(), ..invalid })?;
    let mut files = Lists::read(&control, PARAGRAPH, 0)?.files()?.into_iter();
    let dsc = files.find(|file| file.name.ends_with(".dsc"));
    let rule = "must name a .dsc";
    let dsc = dsc.ok_or_else(|| colca_model::Invalid::new("Checksums-Sha256", rule, &name))?;
    Ok(ForeignSource { name, version, directory, dsc })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_where_each_source_package_lies() {
        let (md5, sha256) = ("0".repeat(32), "ab".repeat(32));
        let index = format!(
            "Package: hello\nVersion: 1-1\nDirectory: pool/main/h/hello\nFiles:\n {md5} 5 hello_1-1.dsc\n\
             Checksums-Sha256:\n {sha256} 5 hello_1-1.dsc\n\n"
        );
        let found: Result<Vec<_>, _> = ForeignSources::new("Sources", index.as_bytes()).expect("plain").collect();
        let found = found.expect("a good index");
        assert_eq!((found[0].directory.as_str(), found[0].dsc.name.as_str()), ("pool/main/h/hello", "hello_1-1.dsc"));
        let none = index.replace(".dsc", ".tar.gz");
        let found: Result<Vec<_>, _> = ForeignSources::new("Sources", none.as_bytes()).expect("plain").collect();
        assert!(found.expect_err("no .dsc").to_string().contains("must name a .dsc"));
    }
}
