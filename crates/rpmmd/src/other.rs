//! A package's element of `other.xml`.

use crate::{Location, Package, changelog, common::opening, xml::Xml};

pub(crate) fn write(package: &Package, location: &Location) -> Vec<u8> {
    let mut xml = Xml::new(1024);
    opening(&mut xml, package, location);
    for entry in changelog::latest(&package.header) {
        xml.raw("  <changelog").attribute("author", entry.author);
        xml.raw(" date=\"").number(entry.time).raw("\">").content(entry.text).raw("</changelog>\n");
    }
    xml.raw("</package>\n");
    xml.finish()
}
