//! `repomd.xml`: the entry file of a repository, which names all others and their digests.

use colca_model::Sha256;
use quick_xml::{
    Reader,
    events::{BytesStart, Event},
};

use crate::{MetadataFile, escape::push_value};

/// Writes the entry file. `timestamp` is when the metadata files were made, in seconds since 1970; each file
/// comes with its path relative to the directory that holds `repodata/`.
#[must_use]
pub fn repomd(revision: u64, timestamp: i64, files: &[(&str, &MetadataFile)]) -> Vec<u8> {
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <repomd xmlns=\"http://linux.duke.edu/metadata/repo\" xmlns:rpm=\"http://linux.duke.edu/metadata/rpm\">\n  \
         <revision>{revision}</revision>\n"
    )
    .into_bytes();
    for (href, file) in files {
        let MetadataFile { kind, size, open_size, sha256, open_sha256, .. } = file;
        let mut location = Vec::new();
        push_value(&mut location, href);
        xml.extend(format!("  <data type=\"{}\">\n", kind.name()).bytes());
        xml.extend(format!("    <checksum type=\"sha256\">{sha256}</checksum>\n").bytes());
        xml.extend(format!("    <open-checksum type=\"sha256\">{open_sha256}</open-checksum>\n").bytes());
        xml.extend(b"    <location href=\"");
        xml.extend(location);
        xml.extend(format!("\"/>\n    <timestamp>{timestamp}</timestamp>\n").bytes());
        xml.extend(format!("    <size>{size}</size>\n    <open-size>{open_size}</open-size>\n  </data>\n").bytes());
    }
    xml.extend(b"</repomd>\n");
    xml
}

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

impl Repomd {
    /// Reads an entry file. What it holds besides is passed over.
    ///
    /// # Errors
    /// [`NotRepomd`] if it is not XML, has another root element, or lacks the place of a file.
    pub fn parse(bytes: &[u8]) -> Result<Self, NotRepomd> {
        let text = str::from_utf8(bytes).map_err(|error| NotRepomd(error.to_string()))?;
        let mut reader = Reader::from_str(text);
        let mut path: Vec<String> = Vec::new();
        let mut content = String::new();
        let mut checksum_type = None;
        let mut repomd = Self { revision: String::new(), entries: Vec::new() };
        loop {
            let wrong = |error: &dyn std::fmt::Display| NotRepomd(error.to_string());
            match reader.read_event().map_err(|error| wrong(&error))? {
                Event::Start(element) => {
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
                Event::Eof if path.is_empty() => break,
                Event::Eof => return Err(NotRepomd("it ends inside an element".to_owned())),
                _ => {}
            }
        }
        if let Some(entry) = repomd.entries.iter().find(|entry| entry.href.is_empty()) {
            return Err(NotRepomd(format!("no location for {}", entry.kind)));
        }
        Ok(repomd)
    }

    /// Takes what is in the attributes of an element that begins.
    fn enter(&mut self, path: &[String], element: &BytesStart<'_>) -> Result<(), NotRepomd> {
        match path.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            ["repomd", "data"] => self.entries.push(RepomdEntry {
                kind: attribute(element, "type")?.unwrap_or_default(),
                href: String::new(),
                sha256: None,
                open_sha256: None,
                size: None,
                open_size: None,
                timestamp: None,
            }),
            ["repomd", "data", "location"] => {
                if let Some(entry) = self.entries.last_mut() {
                    entry.href = attribute(element, "href")?.unwrap_or_default();
                }
            }
            ["repomd", ..] => {}
            _ => return Err(NotRepomd("its root element is not repomd".to_owned())),
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
            "checksum" => entry.sha256 = sha256(),
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
    let wrong = |error: &dyn std::fmt::Display| NotRepomd(error.to_string());
    let Some(attribute) = element.try_get_attribute(name).map_err(|error| wrong(&error))? else {
        return Ok(None);
    };
    let value = attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0).map_err(|error| wrong(&error))?;
    Ok(Some(value.into_owned()))
}
