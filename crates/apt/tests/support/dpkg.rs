//! Packages as `dpkg-deb` builds them.

use std::{fs, path::Path, process::Command};

use super::scratch::Scratch;

/// A control file as packages have them.
pub(crate) const CONTROL: &str = "\
Package: ceph-common
Source: ceph (1:19.2.0-1)
Version: 1:19.2.0-1noble+b1
Architecture: amd64
Maintainer: Maintainers <a@example.org>
Installed-Size: 61
Depends: libc6 (>= 2.38),
 librados2 (= 1:19.2.0-1noble)
Section: admin
Priority: optional
Description: common utilities
 Größe and meaning of each:
 .
   * verbatim
\tlines
";

/// Builds a package with this control file, other files beside it, and the arguments.
pub(crate) fn build(control: &str, beside: &[(&str, &[u8])], arguments: &[&str]) -> Vec<u8> {
    build_tree(control, arguments, |root| {
        // An odd length, which nothing compresses: some archive has to be padded.
        write(&root.join("usr/share/data"), &(0..=254).collect::<Vec<u8>>());
        for (name, content) in beside {
            write(&root.join("DEBIAN").join(name), content);
        }
    })
}

/// Builds a package with this control file of what `fill` puts into a directory.
pub(crate) fn build_tree(control: &str, arguments: &[&str], fill: impl FnOnce(&Path)) -> Vec<u8> {
    let scratch = Scratch::new("dpkg");
    let root = scratch.path().join("root");
    write(&root.join("DEBIAN/control"), control.as_bytes());
    fill(&root);
    let package = scratch.path().join("package.deb");
    let output = Command::new("dpkg-deb")
        .args(["--root-owner-group", "--nocheck"])
        .args(arguments)
        .arg("--build")
        .args([&root, &package])
        .output()
        .expect("dpkg-deb is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    fs::read(package).expect("dpkg-deb wrote it")
}

/// What `dpkg-deb` reads of a file.
pub(crate) fn field(file: &[u8], field: &str) -> String {
    let scratch = Scratch::new("field");
    scratch.write("package.deb", file);
    let output = Command::new("dpkg-deb")
        .arg("--field")
        .args([scratch.path().join("package.deb").as_os_str(), field.as_ref()])
        .output()
        .expect("dpkg-deb is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8").trim_end_matches('\n').to_owned()
}

/// Writes a file, and the directories it is in.
pub(crate) fn write(path: &Path, content: &[u8]) {
    fs::create_dir_all(path.parent().expect("it has one")).expect("a temporary directory");
    fs::write(path, content).expect("a file in a temporary directory");
}
