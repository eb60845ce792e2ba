//! The packages that the index of another archive lists, for those who want to take them over.

use std::io::{BufRead, BufReader, Read};

use colca_model::Sha256;
use colca_unpack::Compression;

use crate::{ArchivePath, Control, Invalid, Package, bounded::Bounded, checksums::decimal};

const PARAGRAPH: &str = "the paragraph";
/// The longest paragraph, as of a control file, in bytes.
const MOST_PARAGRAPH: u64 = 1024 * 1024;

/// The longest index, unpacked, in bytes: ten times that of all of Debian.
const MOST_UNPACKED: u64 = 512 * 1024 * 1024;

/// Reads `Packages`, paragraph by paragraph; never more than one is in memory.
pub struct ForeignPackages<'a>(Paragraphs<'a>);

/// The paragraphs of an index.
pub(crate) struct Paragraphs<'a> {
    text: BufReader<Box<dyn Read + 'a>>,
    ended: bool,
}

/// A package in another archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignPackage {
    /// What is said of it.
    pub package: Package,
    /// Where it lies below that archive's top.
    pub path: ArchivePath,
    /// The length of the file in bytes.
    pub size: u64,
    /// Its digest.
    pub sha256: Sha256,
}

impl<'a> ForeignPackages<'a> {
    /// Reads an index of that name, which says how it is compressed: `Packages`, `Packages.gz`, `.xz` or `.zst`.
    ///
    /// # Errors
    /// [`Invalid`] for another ending.
    pub fn new(name: &str, bytes: impl BufRead + 'a) -> Result<Self, Invalid> {
        Paragraphs::new(name, bytes).map(Self)
    }
}

impl<'a> Paragraphs<'a> {
    /// Reads an index whose name says how it is compressed.
    pub(crate) fn new(name: &str, bytes: impl BufRead + 'a) -> Result<Self, Invalid> {
        let ending =
            name.rsplit('/').next().and_then(|name| name.find('.').map(|dot| &name[dot..])).unwrap_or_default();
        let refuse = || colca_model::Invalid::new("index", "must be plain or end in .gz, .xz or .zst", name);
        let compression = Compression::of_ending(ending.as_bytes()).ok_or_else(refuse)?;
        let text = compression.unpack(bytes).map_err(|error| unreadable(&error))?;
        Ok(Self { text: BufReader::new(Box::new(Bounded::new(text, MOST_UNPACKED))), ended: false })
    }

    /// The lines up to the next empty one, or nothing at the end.
    fn paragraph(&mut self) -> Result<Vec<u8>, Invalid> {
        let mut paragraph = Vec::new();
        loop {
            let (start, left) = (paragraph.len(), MOST_PARAGRAPH - paragraph.len() as u64);
            let read = self.text.by_ref().take(left + 1).read_until(b'\n', &mut paragraph);
            let read = read.map_err(|error| unreadable(&error))?;
            if read as u64 > left {
                return Err(Invalid::TooLong { part: PARAGRAPH, most: MOST_PARAGRAPH });
            }
            let blank = paragraph[start..].trim_ascii().is_empty();
            if blank {
                paragraph.truncate(start);
            }
            if read == 0 || blank && start > 0 {
                return Ok(paragraph);
            }
        }
    }
}

impl Iterator for Paragraphs<'_> {
    type Item = Result<Vec<u8>, Invalid>;

    /// The next paragraph. An error is the last item.
    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let paragraph = self.paragraph();
        self.ended = paragraph.as_ref().map_or(true, Vec::is_empty);
        paragraph.map(|bytes| (!bytes.is_empty()).then_some(bytes)).transpose()
    }
}

impl Iterator for ForeignPackages<'_> {
    type Item = Result<ForeignPackage, Invalid>;

    /// The next package. An error is the paragraph's alone if it can be told where the next one begins; else the last item.
    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|paragraph| read(&paragraph?))
    }
}

fn read(paragraph: &[u8]) -> Result<ForeignPackage, Invalid> {
    let control = Control::parse(paragraph, PARAGRAPH)?;
    let [path, size, sha256] = ["Filename", "Size", "SHA256"].map(|field| control.require(PARAGRAPH, field));
    let path = path?;
    // An archive without dists/ has this before each path.
    let path = ArchivePath::new(path.strip_prefix("./").unwrap_or(path))
        .map_err(|invalid| colca_model::Invalid { field: "Filename".to_owned(), ..invalid })?;
    let size = size?;
    let size = decimal(size).ok_or_else(|| colca_model::Invalid::new("Size", "must be a decimal number", size))?;
    let sha256 = sha256?.parse()?;
    Ok(ForeignPackage { package: Package::from_control(control, PARAGRAPH)?, path, size, sha256 })
}

fn unreadable(error: &std::io::Error) -> Invalid {
    Invalid::Corrupt { part: "the index", reason: format!("cannot be read: {}", error.to_string().escape_debug()) }
}
