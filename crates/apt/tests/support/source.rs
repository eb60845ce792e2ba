//! Source packages as `dpkg-source` builds them.

use std::path::Path;

use super::{dpkg::write, tool::output};

/// Builds a source package in a directory: `<name>_<version>.dsc`, a tar archive from upstream and one of Debian's changes.
/// Gives the name of the `.dsc`.
pub(crate) fn build(directory: &Path, name: &str, version: &str, section: &str) -> String {
    let (upstream, revision) = version.rsplit_once('-').expect("a version with a revision");
    let upstream = upstream.split_once(':').map_or(upstream, |(_, upstream)| upstream);
    let tree = format!("{name}-{upstream}");
    write(&directory.join(&tree).join("README"), b"what it is\n");
    output(directory, "tar", &["-czf", &format!("{name}_{upstream}.orig.tar.gz"), &tree]);
    let debian = directory.join(&tree).join("debian");
    write(&debian.join("source/format"), b"3.0 (quilt)\n");
    write(&debian.join("rules"), b"#!/usr/bin/make -f\n");
    let changelog = format!(
        "{name} ({version}) unstable; urgency=low\n\n  * First.\n\n -- Maintainers <a@example.org>  Thu, 01 Jan 2026 00:00:00 +0000\n"
    );
    write(&debian.join("changelog"), changelog.as_bytes());
    let area = section.split_once('/').map_or(String::new(), |(area, _)| format!("{area}/"));
    let control = format!(
        "Source: {name}\nSection: {section}\nPriority: optional\nMaintainer: Maintainers <a@example.org>\n\
         Standards-Version: 4.6.2\nBuild-Depends: debhelper (>= 13),\n libx-dev\n\n\
         Package: {name}\nArchitecture: any\nDescription: one\n one\n\n\
         Package: {name}-doc\nArchitecture: all\nSection: {area}doc\nDescription: two\n two\n"
    );
    write(&debian.join("control"), control.as_bytes());
    output(directory, "dpkg-source", &["--build", &tree]);
    format!("{name}_{upstream}-{revision}.dsc")
}
