//! A package's element of `filelists.xml`.

use crate::{
    Location, Package,
    common::{file_line, opening},
    files::Files,
    xml::Xml,
};

pub(crate) fn write(package: &Package, location: &Location, files: &Files<'_>) -> Vec<u8> {
    let mut xml = Xml::new(4096);
    opening(&mut xml, package, location);
    files.iter().for_each(|file| file_line(&mut xml, "  ", &file));
    xml.raw("</package>\n");
    xml.finish()
}
