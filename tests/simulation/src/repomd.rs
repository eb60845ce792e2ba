//! What `repomd.xml` leads to.

use crate::cloud::{Bucket, Object, between};
use crate::named::{Named, unpacked};

/// Where it lies, below the directory of an architecture.
pub(crate) const ENTRY: &str = "repodata/repomd.xml";

/// Reads it and all that it leads to; an error says what is wrong with it.
pub(crate) fn read(store: &Bucket, directory: &str, entry: &Object) -> Result<Named, String> {
    let text = String::from_utf8_lossy(&entry.bytes);
    let revision = between(&text, "<revision>", "</revision>").first().and_then(|number| number.parse().ok());
    let mut named = Named { revision: revision.ok_or("it has no revision")?, ..Named::default() };
    for data in between(&text, "<data type=\"", "</data>") {
        let object = named.object(store, key(directory, data)?, one(data, "<checksum type=\"sha256\">", "<")?)?;
        if !data.starts_with("primary\"") {
            continue;
        }
        let primary = unpacked(&object.bytes);
        for package in between(&primary, "<package type=\"rpm\">", "</package>") {
            let sha256 = one(package, "<checksum type=\"sha256\" pkgid=\"YES\">", "<")?;
            let size = one(package, "<size package=\"", "\"")?;
            named.package(store, key(directory, package)?, sha256, size)?;
        }
    }
    Ok(named)
}

/// The key of what an element locates.
fn key(directory: &str, element: &str) -> Result<String, String> {
    Ok(format!("{directory}{}", one(element, "<location href=\"", "\"")?))
}

/// What stands between the two, once.
fn one<'a>(element: &'a str, start: &str, end: &str) -> Result<&'a str, String> {
    match between(element, start, end)[..] {
        [found] => Ok(found),
        ref found => Err(format!("an element has {found:?} after {start}")),
    }
}
