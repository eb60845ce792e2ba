//! The reference tools read all that is made.

use std::{collections::BTreeSet, fs, path::Path, process::Command};

use super::{Data, Format, Store};
use crate::{
    index::{Index, invented},
    programs,
    scratch::Scratch,
};

const COUNT: usize = 50;

/// An index of fewer packages than are made, so that some are copies; and what is made from it.
fn made(scratch: &Scratch, format: Format, folder: &str) -> (Index, Data) {
    let index = invented::index(30, scratch.path());
    let data = Store::new(&index, format, &scratch.path().join(folder)).data(COUNT).unwrap();
    (index, data)
}

/// How many files the packages of a bench install.
fn files(index: &Index, data: &Data) -> usize {
    let names = index.packages.iter().map(|paragraph| paragraph.field("Package"));
    let paths = index.paths(names).unwrap();
    let original = |name: &str| name.split("-copy").next().unwrap().to_owned();
    data.packages.iter().map(|(made, _)| paths.get(&original(&made.name)).map_or(0, Vec::len)).sum()
}

fn link(data: &Data, folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    for (made, path) in data.packages.iter().chain([&data.added, &data.newer]) {
        fs::hard_link(path, folder.join(&made.file)).unwrap();
    }
}

#[test]
fn createrepo_c_reads_every_rpm() {
    let scratch = Scratch::new();
    let (index, mut data) = made(&scratch, Format::Rpm, "packages");
    let extra = files(&index, &Data { packages: vec![data.added.clone(), data.newer.clone()], ..data.clone() });
    let folder = scratch.path().join("repo");
    link(&data, &folder);
    programs::printed(Command::new("/usr/bin/createrepo_c").args(["--quiet", "--no-database"]).arg(&folder)).unwrap();
    let all = |kind: &str| {
        let mut entries = fs::read_dir(folder.join("repodata")).unwrap().map(|entry| entry.unwrap().path());
        let path = entries.find(|path| path.display().to_string().ends_with(kind)).unwrap();
        programs::printed(Command::new("gzip").args(["--decompress", "--stdout"]).arg(path)).unwrap()
    };
    let primary = all("-primary.xml.gz");
    assert!(primary.contains(&format!("packages=\"{}\"", COUNT + 2)), "{primary}");
    for name in ["<rpm:entry name=\"libc6\" flags=\"GE\"", "<name>lib1+tool-dev-copy1</name>", "+newer1\"/>"] {
        assert!(primary.contains(name), "{name}\n{primary}");
    }
    assert_eq!(all("-filelists.xml.gz").matches("<file").count() - 1, files(&index, &data) + extra, "and the root");
    assert!(all("-other.xml.gz").matches("<changelog").count() >= COUNT + 2);
    let names: BTreeSet<_> = data.packages.drain(..).map(|(made, _)| made.file).collect();
    assert_eq!(names.len(), COUNT);
}

#[test]
fn debian_reads_every_deb() {
    let scratch = Scratch::new();
    let (index, data) = made(&scratch, Format::Deb, "packages");
    let folder = scratch.path().join("pool");
    link(&data, &folder);
    let listed = programs::printed(Command::new("apt-ftparchive").arg("packages").arg(&folder)).unwrap();
    assert_eq!(listed.lines().filter(|line| line.starts_with("Package: ")).count(), COUNT + 2);
    let mut unpacked = 0;
    for (made, path) in &data.packages {
        let field = |name| programs::printed(Command::new("dpkg-deb").arg("--field").arg(path).arg(name)).unwrap();
        let (name, version) = (field("Package"), field("Version"));
        assert_eq!((name.trim(), version.trim()), (made.name.as_str(), made.version.as_str()));
        let contents = programs::printed(Command::new("dpkg-deb").arg("--contents").arg(path)).unwrap();
        unpacked += contents.lines().filter(|line| line.starts_with('-')).count();
    }
    assert_eq!(unpacked, files(&index, &data));
    let replaced = &data.replaced().0;
    let newer = &data.newer.0;
    assert_eq!(newer.name, replaced.name);
    let newer = ["--compare-versions", &newer.version, "gt", &replaced.version];
    programs::printed(Command::new("dpkg").args(newer)).unwrap();
}

#[test]
fn the_same_index_gives_the_same_bytes() {
    let scratch = Scratch::new();
    for format in [Format::Rpm, Format::Deb] {
        let (_, one) = made(&scratch, format, "one");
        let (_, two) = made(&scratch, format, "two");
        assert_eq!(one.packages.len(), COUNT);
        for ((made, path), (other, other_path)) in one.packages.iter().zip(&two.packages) {
            assert_eq!(made, other);
            assert!(fs::read(path).unwrap() == fs::read(other_path).unwrap(), "{} differs", made.file);
        }
        // More packages begin with the same.
        let index = invented::index(30, scratch.path());
        let more = Store::new(&index, format, &scratch.path().join("one")).data(2 * COUNT).unwrap();
        assert_eq!(more.packages[..COUNT], one.packages);
        assert_eq!(more.packages[COUNT], one.added);
    }
}
