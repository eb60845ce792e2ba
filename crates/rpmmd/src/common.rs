//! What the elements of the three files have in common.

use crate::{
    Location, Package,
    files::{File, Kind},
    xml::Xml,
};

/// The start of a package's element in `filelists.xml` and `other.xml`.
pub(crate) fn opening(xml: &mut Xml, package: &Package, location: &Location) {
    let nevra = package.nevra();
    xml.raw("<package pkgid=\"").raw(&location.sha256.to_string()).raw("\"");
    xml.attribute("name", nevra.name.as_bytes()).attribute("arch", nevra.arch.as_bytes()).raw(">\n");
    version(xml, package);
}

/// The line with epoch, version and release.
pub(crate) fn version(xml: &mut Xml, package: &Package) {
    let evr = &package.nevra().evr;
    xml.raw("  <version epoch=\"").number(evr.epoch).raw("\"");
    xml.attribute("ver", evr.version.as_bytes()).attribute("rel", evr.release.as_bytes()).raw("/>\n");
}

/// The line of a file, in `filelists.xml` and `primary.xml`.
pub(crate) fn file_line(xml: &mut Xml, indent: &str, file: &File<'_>) {
    xml.raw(indent).raw(match file.kind {
        Kind::Plain => "<file>",
        Kind::Dir => "<file type=\"dir\">",
        Kind::Ghost => "<file type=\"ghost\">",
    });
    if file.dir.is_ascii() && file.name.is_ascii() {
        xml.content(file.dir).content(file.name);
    } else {
        // The encoding shows in the whole path only.
        xml.content(&file.path());
    }
    xml.raw("</file>\n");
}
