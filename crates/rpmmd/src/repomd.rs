//! `repomd.xml`: the entry file of a repository, which names all others and their digests.

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
