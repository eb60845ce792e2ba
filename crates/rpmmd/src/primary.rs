//! A package's element of `primary.xml`.

use crate::{
    Location, Package,
    common::{file_line, version},
    dependencies::{CONFLICTS, Dependency, ENHANCES, OBSOLETES, RECOMMENDS, SUGGESTS, SUPPLEMENTS, dependencies, weak},
    files::{File, Files},
    requires::{is_pre, requires},
    tag::Tag,
    xml::Xml,
};

pub(crate) fn write(package: &Package, location: &Location, files: &Files<'_>) -> Vec<u8> {
    let header = &package.header;
    let mut xml = Xml::new(4096);
    describe(&mut xml, package, location);

    xml.raw("  <format>\n");
    xml.line("    ", "rpm:license", header.string(Tag::License));
    xml.line("    ", "rpm:vendor", header.string(Tag::Vendor));
    xml.line("    ", "rpm:group", header.string(Tag::Group));
    xml.line("    ", "rpm:buildhost", header.string(Tag::BuildHost));
    xml.line("    ", "rpm:sourcerpm", package.source_rpm());
    let (start, end) = package.header_range;
    xml.raw("    <rpm:header-range start=\"").number(start).raw("\" end=\"").number(end).raw("\"/>\n");

    let provides = package.provides();
    let requires = requires(header, files, &provides);
    list(&mut xml, "rpm:provides", provides, |_| false);
    list(&mut xml, "rpm:requires", requires, is_pre);
    list(&mut xml, "rpm:conflicts", dependencies(header, CONFLICTS), |_| false);
    list(&mut xml, "rpm:obsoletes", dependencies(header, OBSOLETES), |_| false);
    list(&mut xml, "rpm:suggests", weak(header, SUGGESTS), |_| false);
    list(&mut xml, "rpm:enhances", weak(header, ENHANCES), |_| false);
    list(&mut xml, "rpm:recommends", weak(header, RECOMMENDS), |_| false);
    list(&mut xml, "rpm:supplements", weak(header, SUPPLEMENTS), |_| false);
    files.iter().filter(File::is_primary).for_each(|file| file_line(&mut xml, "    ", &file));
    xml.raw("  </format>\n</package>\n");
    xml.finish()
}

/// Everything up to the part that is rpm's own.
fn describe(xml: &mut Xml, package: &Package, location: &Location) {
    let header = &package.header;
    let nevra = package.nevra();
    xml.raw("<package type=\"rpm\">\n  <name>").content(nevra.name.as_bytes());
    xml.raw("</name>\n  <arch>").content(nevra.arch.as_bytes()).raw("</arch>\n");
    version(xml, package);
    xml.raw("  <checksum type=\"sha256\" pkgid=\"YES\">").raw(&location.sha256.to_string()).raw("</checksum>\n");
    xml.line("  ", "summary", header.string(Tag::Summary));
    xml.line("  ", "description", header.string(Tag::Description));
    xml.line("  ", "packager", header.string(Tag::Packager));
    xml.line("  ", "url", header.string(Tag::Url));
    xml.raw("  <time file=\"").number(location.file_time);
    xml.raw("\" build=\"").number(package.build_time()).raw("\"/>\n");
    xml.raw("  <size package=\"").number(location.size);
    xml.raw("\" installed=\"").number(package.installed_size());
    xml.raw("\" archive=\"").number(package.archive_size()).raw("\"/>\n");
    xml.raw("  <location").attribute("href", location.href.as_bytes()).raw("/>\n");
}

fn list<'a>(
    xml: &mut Xml,
    name: &str,
    dependencies: impl IntoIterator<Item = Dependency<'a>>,
    is_pre: impl Fn(&Dependency<'a>) -> bool,
) {
    let mut dependencies = dependencies.into_iter().peekable();
    if dependencies.peek().is_none() {
        return;
    }
    xml.raw("    <").raw(name).raw(">\n");
    for dependency in dependencies {
        entry(xml, &dependency, is_pre(&dependency));
    }
    xml.raw("    </").raw(name).raw(">\n");
}

fn entry(xml: &mut Xml, dependency: &Dependency<'_>, pre: bool) {
    xml.raw("      <rpm:entry").attribute("name", dependency.name);
    if let Some(comparison) = dependency.comparison() {
        xml.attribute("flags", comparison.as_bytes());
        let evr = dependency.evr();
        for (name, part) in [("epoch", evr.epoch), ("ver", evr.version), ("rel", evr.release)] {
            if !part.is_empty() {
                xml.attribute(name, part);
            }
        }
    }
    if pre {
        xml.raw(" pre=\"1\"");
    }
    xml.raw("/>\n");
}
