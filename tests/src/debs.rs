//! Packages of Debian to upload, made by `dpkg-deb` and `dpkg-source`. The same parameters give the same bytes.

use std::{fs, path::Path};

use crate::{createrepo::Scratch, tools, upload::Package};

/// No file of a package is younger than this, so that bytes do not depend on when they were made.
const TIME: &str = "SOURCE_DATE_EPOCH=1767571200";

const MAINTAINER: &str = "Colca Tests <tests@example.com>";

/// A binary package to be built.
#[derive(Debug, Clone)]
pub struct Deb {
    name: String,
    version: String,
    arch: String,
    ending: String,
    compression: String,
    fields: Vec<(String, String)>,
    text: String,
    more: Vec<String>,
}

impl Deb {
    /// A `.deb` for amd64 whose members are compressed with xz.
    #[must_use]
    pub fn new(name: &str, version: &str) -> Self {
        Self {
            name: name.to_owned(),
            version: version.to_owned(),
            arch: "amd64".to_owned(),
            ending: "deb".to_owned(),
            compression: "xz".to_owned(),
            fields: vec![("Section".to_owned(), "misc".to_owned()), ("Priority".to_owned(), "optional".to_owned())],
            text: String::new(),
            more: vec![],
        }
    }

    /// For another architecture, such as `all`.
    #[must_use]
    pub fn arch(self, arch: &str) -> Self {
        Self { arch: arch.to_owned(), ..self }
    }

    /// With another ending, `udeb` or `ddeb`.
    #[must_use]
    pub fn ending(self, ending: &str) -> Self {
        Self { ending: ending.to_owned(), ..self }
    }

    /// With another compression, `gzip`, `zstd` or `none`.
    #[must_use]
    pub fn compression(self, compression: &str) -> Self {
        Self { compression: compression.to_owned(), ..self }
    }

    /// With a field more, or another value of one.
    #[must_use]
    pub fn field(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|(known, _)| known != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With other content, and so other bytes.
    #[must_use]
    pub fn text(self, text: &str) -> Self {
        Self { text: text.to_owned(), ..self }
    }

    /// With another file, `usr/share/colca-tests/<name>`.
    #[must_use]
    pub fn file(mut self, name: &str) -> Self {
        self.more.push(format!("usr/share/colca-tests/{name}"));
        self
    }

    /// The file that it installs, relative to the root, and the only one if there is no other.
    #[must_use]
    pub fn installs(&self) -> String {
        format!("usr/share/colca-tests/{}", self.name)
    }

    /// The file's name: the version in it has no epoch.
    #[must_use]
    pub fn filename(&self) -> String {
        format!("{}_{}_{}.{}", self.name, without_epoch(&self.version), self.arch, self.ending)
    }

    /// Builds it.
    ///
    /// # Panics
    /// If `dpkg-deb` does not want to.
    #[must_use]
    pub fn build(&self) -> Package {
        let scratch = Scratch::new();
        let (tree, built) = (scratch.path().join("tree"), scratch.path().join("built"));
        let mut control = format!(
            "Package: {}\nVersion: {}\nArchitecture: {}\nMaintainer: {MAINTAINER}\n",
            self.name, self.version, self.arch
        );
        for (name, value) in &self.fields {
            control += &format!("{name}: {value}\n");
        }
        if !self.fields.iter().any(|(name, _)| name == "Description") {
            control += &format!("Description: {}, größe\n It has a second line.\n .\n  And a third.\n", self.name);
        }
        write(&tree.join("DEBIAN/control"), &control);
        write(&tree.join(self.installs()), &format!("{} {} {}\n", self.name, self.version, self.text));
        for path in &self.more {
            write(&tree.join(path), &format!("of {}\n", self.name));
        }
        let (compression, tree) = (format!("-Z{}", self.compression), tree.display().to_string());
        tools::output("chmod", ["-R", "u=rwX,go=rX", &tree]);
        let built_name = built.display().to_string();
        let arguments = [TIME, "dpkg-deb", "--root-owner-group", &compression, "--build", &tree, &built_name];
        tools::output("env", arguments);
        let bytes = fs::read(built).expect("dpkg-deb said that it made one");
        Package { filename: self.filename(), arch: self.arch.clone(), bytes }
    }
}

/// A source package: the `.dsc` first, then the original sources, then what Debian adds to them.
#[must_use]
pub fn source(name: &str, version: &str) -> Vec<Package> {
    let scratch = Scratch::new();
    let upstream = upstream(version);
    let folder = format!("{name}-{upstream}");
    write(&scratch.path().join(&folder).join("hello.txt"), &format!("{name} {version}\n"));
    let orig = format!("{name}_{upstream}.orig.tar.gz");
    let file = scratch.path().join(&orig);
    tools::output(
        "tar",
        [
            &format!("--directory={}", scratch.path().display()),
            "--use-compress-program=gzip -n",
            "--sort=name",
            "--mtime=@1767571200",
            "--owner=0",
            "--group=0",
            "--mode=u=rwX,go=rX",
            "--create",
            &format!("--file={}", file.display()),
            &folder,
        ],
    );
    let bytes = fs::read(file).expect("tar said that it made one");
    source_of(name, version, &Package { filename: orig, arch: "source".to_owned(), bytes })
}

/// The same with original sources that are there already.
///
/// # Panics
/// If `dpkg-source` does not want to.
#[must_use]
pub fn source_of(name: &str, version: &str, orig: &Package) -> Vec<Package> {
    let scratch = Scratch::new();
    fs::write(scratch.path().join(&orig.filename), &orig.bytes).expect("the working copy is writable");
    let folder = scratch.path().display().to_string();
    let tarball = scratch.path().join(&orig.filename).display().to_string();
    tools::output("tar", ["--directory", &folder, "--extract", "--file", &tarball]);
    let (version_of_files, upstream) = (without_epoch(version), upstream(version));
    let tree = scratch.path().join(format!("{name}-{upstream}"));
    let control = format!(
        "Source: {name}\nSection: misc\nPriority: optional\nMaintainer: {MAINTAINER}\nBuild-Depends: debhelper-compat (= 13)\n\
         Standards-Version: 4.6.2\nHomepage: https://example.com/\n\nPackage: {name}\nArchitecture: any\nDescription: {name}\n\n\
         Package: {name}-doc\nSection: doc\nArchitecture: all\nDescription: what is to be read of {name}\n"
    );
    let changelog = format!(
        "{name} ({version}) unstable; urgency=medium\n\n  * First.\n\n -- {MAINTAINER}  Mon, 05 Jan 2026 00:00:00 +0000\n"
    );
    for (path, text) in [
        ("control", control.as_str()),
        ("changelog", &changelog),
        ("rules", "#!/usr/bin/make -f\n%:\n\tdh $@\n"),
        ("source/format", "3.0 (quilt)\n"),
    ] {
        write(&tree.join("debian").join(path), text);
    }
    tools::output("env", ["-C", &folder, TIME, "dpkg-source", "--build", &tree.display().to_string()]);
    let read = |filename: String| {
        let bytes = fs::read(scratch.path().join(&filename)).unwrap_or_else(|error| panic!("{filename}: {error}"));
        Package { filename, arch: "source".to_owned(), bytes }
    };
    vec![
        read(format!("{name}_{version_of_files}.dsc")),
        read(orig.filename.clone()),
        read(format!("{name}_{version_of_files}.debian.tar.xz")),
    ]
}

/// What `dpkg-genchanges` says of an upload (`man deb-changes`), unsigned.
#[must_use]
pub fn changes(name: &str, version: &str, distribution: &str, files: &[Package]) -> Package {
    let scratch = Scratch::new();
    let digests = |program: &str, middle: &str| {
        let line = |file: &Package| {
            let path = scratch.path().join(&file.filename);
            fs::write(&path, &file.bytes).expect("the working copy is writable");
            let digest = tools::output(program, [&path]);
            let digest = digest.split(' ').next().expect("a digest").to_owned();
            format!("\n {digest} {}{middle} {}", file.bytes.len(), file.filename)
        };
        files.iter().map(line).collect::<String>()
    };
    let text = format!(
        "Format: 1.8\nDate: Mon, 05 Jan 2026 00:00:00 +0000\nSource: {name}\nBinary: {name}\nArchitecture: source amd64\n\
         Version: {version}\nDistribution: {distribution}\nUrgency: medium\nMaintainer: {MAINTAINER}\nChanged-By: {MAINTAINER}\n\
         Description:\n {name} - greets\nChanges:\n {name} ({version}) {distribution}; urgency=medium\n .\n   * First.\n\
         Checksums-Sha1:{}\nChecksums-Sha256:{}\nFiles:{}\n",
        digests("sha1sum", ""),
        digests("sha256sum", ""),
        digests("md5sum", " misc optional"),
    );
    let filename = format!("{name}_{}_amd64.changes", without_epoch(version));
    Package { filename, arch: "amd64".to_owned(), bytes: text.into_bytes() }
}

/// A version as it stands in the names of files.
#[must_use]
pub fn without_epoch(version: &str) -> &str {
    version.split_once(':').map_or(version, |(_, rest)| rest)
}

/// The version of the original sources.
fn upstream(version: &str) -> &str {
    without_epoch(version).rsplit_once('-').expect("a version with a revision").0
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a file stands in a folder")).expect("the working copy is writable");
    fs::write(path, text).expect("the working copy is writable");
}

#[cfg(test)]
mod tests {
    use super::{Deb, source};

    #[test]
    fn the_same_parameters_give_the_same_bytes() {
        let deb = Deb::new("hello", "1:1.0~rc1+b1-1").compression("zstd");
        let built = deb.build();
        assert_eq!(built.filename, "hello_1.0~rc1+b1-1_amd64.deb");
        assert_eq!(built.bytes, deb.build().bytes);
        assert_ne!(built.bytes, deb.text("other").build().bytes);
        let names = |files: Vec<super::Package>| files.into_iter().map(|file| file.filename).collect::<Vec<_>>();
        let files = source("hello", "1:1.0-1");
        assert!(files.iter().zip(source("hello", "1:1.0-1")).all(|(one, two)| one.bytes == two.bytes));
        assert_eq!(names(files), ["hello_1.0-1.dsc", "hello_1.0.orig.tar.gz", "hello_1.0-1.debian.tar.xz"]);
    }
}
