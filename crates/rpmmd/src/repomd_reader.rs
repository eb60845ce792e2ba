//! Reading `repomd.xml`, ours or another's.

use std::fmt;

use colca_model::{Sha256, printable};
use quick_xml::{
    Reader,
    events::{BytesStart, Event},
};

/// What an entry file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repomd {
    /// The repository's revision: text by the format, a number where we wrote it.
    pub revision: String,
    /// The files it names, in its order.
    pub entries: Vec<RepomdEntry>,
}

/// One file named by an entry file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepomdEntry {
    /// `primary`, `filelists`, `other`, or whatever else a repository may hold.
    pub kind: String,
    /// Its path relative to the directory that holds `repodata/`.
    pub href: String,
    /// What that path is relative to instead (`xml:base`), which hardly any repository says.
    pub base: Option<String>,
    /// The kind of digest that the repository uses for the file, as it calls it.
    pub checksum_type: Option<String>,
    /// Digest of the file; nothing if the repository uses another kind of digest.
    pub sha256: Option<Sha256>,
    /// Digest of the file without its compression.
    pub open_sha256: Option<Sha256>,
    /// Length of the file in bytes.
    pub size: Option<u64>,
    /// Length of the file without its compression.
    pub open_size: Option<u64>,
    /// When the file was made, in seconds since 1970.
    pub timestamp: Option<i64>,
}

/// Bytes that are not an entry file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a repomd.xml: {0}")]
pub struct NotRepomd(String);

impl NotRepomd {
    /// `why` may repeat what stands in the file.
    fn new(why: impl fmt::Display) -> Self {
        Self(printable(why.to_string()))
    }
}

/// How deep its elements may be nested; there are three levels.
const MOST_DEPTH: usize = 16;

impl Repomd {
    /// The longest entry file that is read, in bytes. Those with descriptions in all languages have some 100,000.
    pub const LONGEST: u64 = 4 * 1024 * 1024;

    /// Reads an entry file. What it holds besides is passed over, but no file that it names.
    ///
    /// # Errors
    /// [`NotRepomd`] if it is too long, is not XML, has another root element, or lacks the place of a file.
    pub fn parse(bytes: &[u8]) -> Result<Self, NotRepomd> {
        if bytes.len() as u64 > Self::LONGEST {
            return Err(NotRepomd::new(format_args!("it has more than {} bytes", Self::LONGEST)));
        }
        let text = str::from_utf8(bytes).map_err(NotRepomd::new)?;
        let mut reader = Reader::from_str(text);
        let mut path: Vec<String> = Vec::new();
        let mut content = String::new();
        let mut checksum_type = None;
        let mut repomd = Self { revision: String::new(), entries: Vec::new() };
        let mut has_root = false;
        loop {
            let wrong = |error: &dyn fmt::Display| NotRepomd::new(error);
            match reader.read_event().map_err(|error| wrong(&error))? {
                Event::Start(element) => {
                    has_root = true;
                    content.clear();
                    path.push(element.local_name().as_ref().to_owned());
                    checksum_type = attribute(&element, "type")?;
                    repomd.enter(&path, &element)?;
                }
                Event::Empty(element) => {
                    path.push(element.local_name().as_ref().to_owned());
                    repomd.enter(&path, &element)?;
                    path.pop();
                }
                Event::Text(text) => content.push_str(&text.into_inner()),
                Event::GeneralRef(reference) => {
                    let name = format!("&{};", reference.into_inner());
                    content.push_str(&quick_xml::escape::unescape(&name).map_err(|error| wrong(&error))?);
                }
                Event::End(_) => {
                    repomd.leave(&path, content.trim(), checksum_type.as_deref());
                    path.pop();
                }
                Event::Eof if has_root && path.is_empty() => break,
                Event::Eof => return Err(NotRepomd::new("it ends too early")),
                _ => {}
            }
        }
        if let Some(entry) = repomd.entries.iter().find(|entry| entry.href.is_empty()) {
            return Err(NotRepomd::new(format_args!("no location for {}", entry.kind)));
        }
        Ok(repomd)
    }

    /// Takes what is in the attributes of an element that begins.
    fn enter(&mut self, path: &[String], element: &BytesStart<'_>) -> Result<(), NotRepomd> {
        if path.len() > MOST_DEPTH {
            return Err(NotRepomd::new(format_args!("its elements are nested deeper than {MOST_DEPTH}")));
        }
        match path.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            ["repomd", "data"] => self.entries.push(RepomdEntry {
                kind: attribute(element, "type")?.unwrap_or_default(),
                href: String::new(),
                base: None,
                checksum_type: None,
                sha256: None,
                open_sha256: None,
                size: None,
                open_size: None,
                timestamp: None,
            }),
            ["repomd", "data", "location"] => {
                if let Some(entry) = self.entries.last_mut() {
                    entry.href = attribute(element, "href")?.unwrap_or_default();
                    entry.base = attribute(element, "xml:base")?;
                }
            }
            ["repomd", ..] => {}
            _ => return Err(NotRepomd::new("its root element is not repomd")),
        }
        Ok(())
    }

    /// Takes the text of an element that ends.
    fn leave(&mut self, path: &[String], text: &str, checksum_type: Option<&str>) {
        let sha256 = || text.parse().ok().filter(|_| checksum_type == Some("sha256"));
        let path: Vec<_> = path.iter().map(String::as_str).collect();
        if let ["repomd", "revision"] = path[..] {
            text.clone_into(&mut self.revision);
        }
        let (["repomd", "data", field], Some(entry)) = (&path[..], self.entries.last_mut()) else {
            return;
        };
        match *field {
            "checksum" => {
                entry.sha256 = sha256();
                entry.checksum_type = checksum_type.map(str::to_owned);
            }
            "open-checksum" => entry.open_sha256 = sha256(),
            "size" => entry.size = text.parse().ok(),
            "open-size" => entry.open_size = text.parse().ok(),
            // createrepo (the old one) wrote fractions of a second.
            "timestamp" => entry.timestamp = text.split('.').next().and_then(|seconds| seconds.parse().ok()),
            _ => {}
        }
    }
}

fn attribute(element: &BytesStart<'_>, name: &str) -> Result<Option<String>, NotRepomd> {
    let wrong = |error: &dyn fmt::Display| NotRepomd::new(error);
    let Some(attribute) = element.try_get_attribute(name).map_err(|error| wrong(&error))? else {
        return Ok(None);
    };
    let value = attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0).map_err(|error| wrong(&error))?;
    Ok(Some(value.into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Codec, MetadataFile, MetadataKind, repomd::repomd};

    #[test]
    fn reads_back_what_it_writes() {
        let files = MetadataKind::ALL.map(|kind| MetadataFile {
            kind: kind.into(),
            codec: Codec::Zstd,
            size: kind as u64,
            sha256: Sha256::new([1; 32]),
            open_size: 7,
            open_sha256: Sha256::new([2; 32]),
        });
        let hrefs = files.each_ref().map(|file| format!("repodata/7-{}?<&>\"", file.file_name()));
        let named: Vec<_> = hrefs.iter().map(String::as_str).zip(&files).collect();
        let bytes = repomd(7, 1_700_000_000, &named);
        let read = Repomd::parse(&bytes).expect("our own file");
        assert_eq!(read.revision, "7");
        let entries = named.iter().map(|(href, file)| RepomdEntry {
            kind: file.kind.name().to_owned(),
            href: (*href).to_owned(),
            base: None,
            checksum_type: Some("sha256".to_owned()),
            sha256: Some(file.sha256),
            open_sha256: Some(file.open_sha256),
            size: Some(file.size),
            open_size: Some(file.open_size),
            timestamp: Some(1_700_000_000),
        });
        assert_eq!(read.entries, entries.collect::<Vec<_>>());
        assert_eq!(repomd(7, 1_700_000_000, &named), bytes, "the same input gives the same bytes");
    }

    #[test]
    fn reads_what_others_write() {
        let read = Repomd::parse(
            br#"<?xml version="1.0"?><!-- by hand --><repomd xmlns="http://linux.duke.edu/metadata/repo">
            <tags><content>a</content></tags>
            <data type="group"><checksum type="sha">abc</checksum><location xml:base="x" href="repodata/comps.xml"/>
            <timestamp>1234567.89</timestamp><size>many</size></data></repomd>"#,
        )
        .expect("a repomd.xml");
        assert_eq!(read.revision, "");
        let [entry] = &read.entries[..] else { panic!("one entry, not {:?}", read.entries) };
        assert_eq!((entry.kind.as_str(), entry.href.as_str()), ("group", "repodata/comps.xml"));
        assert_eq!((entry.sha256, entry.size, entry.timestamp), (None, None, Some(1_234_567)));
        assert_eq!((entry.checksum_type.as_deref(), entry.base.as_deref()), (Some("sha"), Some("x")));
    }

    #[test]
    fn refuses_what_is_not_one() {
        let said = Repomd::parse(b"<repomd><\x1b[2J></repomd>").expect_err("a tag that is not closed").to_string();
        assert!(!said.contains(char::is_control), "{said:?}");
        for wrong in [
            &b""[..],
            b"<metadata/>",
            b"<repomd><data type=\"primary\"></data></repomd>",
            b"<repomd><data>",
            b"<repomd></data>",
            b"\xff",
            b"<repomd a=b/>",
            b"text",
            "<repomd>".repeat(17).as_bytes(),
            &b" ".repeat(5 << 20),
        ] {
            assert!(Repomd::parse(wrong).is_err(), "{}", wrong.escape_ascii());
        }
    }

    proptest::proptest! {
        #[test]
        fn arbitrary_text_never_panics(text in "(<(repomd|data|location|/)[^>]{0,9}/?>|&[a-z#0-9]{0,4};|[^<&]{0,5}|.)*") {
            drop(Repomd::parse(text.as_bytes()));
        }
    }
}
