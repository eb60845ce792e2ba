//! Indexes of contents say what `apt-ftparchive` says.

mod support;

use std::{collections::BTreeMap, fs, io::Cursor, os::unix::fs::symlink, path::Path};

use colca_apt::{ContentsEdits, Fragment, Label, Layout, Package, Paths, contents};
use colca_model::{DebArchitecture, Sha256};
use flate2::read::GzDecoder;
use support::{
    dpkg::{build_tree, write},
    raw_deb,
    scratch::Scratch,
    tool::output,
};
use tar::EntryType;

/// Files, links, directories and names of all kinds.
fn fill(root: &Path) {
    let long = "x".repeat(150);
    for name in [
        "etc/conf",
        "usr/A/f",
        "usr/b/f",
        "usr/B/f",
        "usr/a/f",
        "usr/a/F",
        "usr/a.d/f",
        "usr/a+c/f",
        "usr/a-b/f",
        "usr/aé/f",
        "usr/é",
        "usr/ein name",
        &format!("usr/{long}/{long}"),
    ] {
        write(&root.join(name), name.as_bytes());
    }
    symlink("f", root.join("usr/a/link")).expect("a link");
    symlink(long.repeat(2), root.join("usr/a/far")).expect("a link");
    fs::hard_link(root.join("usr/a/f"), root.join("usr/a/hard")).expect("a link");
    fs::create_dir_all(root.join("usr/empty")).expect("a directory");
    output(root, "mkfifo", &["usr/pipe"]);
}

fn control(name: &str, architecture: &str, section: &str) -> String {
    format!(
        "Package: {name}\nVersion: 1\nArchitecture: {architecture}\nMaintainer: a <a@example.org>\n{section}Description: x\n"
    )
}

fn paths(file: &[u8]) -> Paths {
    Paths::read(file, file.len() as u64).expect("a good package")
}

fn fragment(file: &[u8], name: &str) -> Fragment {
    let package = Package::parse(file, file.len() as u64).expect("a good package");
    Fragment::of_package(&package, name, file.len() as u64, Sha256::new([0; 32]))
}

/// Owners of paths, sorted, without the spaces between the two.
fn read(text: &str) -> Vec<(String, String)> {
    let line = |line: &str| {
        line.rsplit_once([' ', '\t']).map(|(path, owners)| (path.trim_end().to_owned(), owners.to_owned()))
    };
    text.lines().map(|text| line(text).unwrap_or_else(|| panic!("{text:?} has no owner"))).collect()
}

#[test]
fn say_what_apt_ftparchive_says() {
    let scratch = Scratch::new("contents");
    let architectures: Vec<_> = ["amd64", "arm64"].into_iter().flat_map(DebArchitecture::new).collect();
    let built = [
        ("zz", "amd64", "Section: net\n"),
        ("aa", "all", "Section: contrib/libs\n"),
        ("other", "arm64", ""),
        ("installer-udeb", "amd64", "Package-Type: udeb\n"),
    ]
    .map(|(name, architecture, section)| {
        let file = build_tree(&control(name, architecture, section), &["--nocheck"], |root| match name {
            "other" => write(&root.join("usr/b/f"), b"of another"),
            _ => fill(root),
        });
        (name, fragment(&file, name), paths(&file), file)
    });
    let layout = Layout::new(&[], &[]);
    let labels = built.each_ref().map(|(_, fragment, ..)| Label::of(&layout, fragment));
    let packages =
        labels.iter().zip(&built).flat_map(|(label, (_, _, paths, _))| label.as_ref().map(|label| (label, paths)));
    let packages: Vec<_> = packages.collect();
    assert_eq!(packages.len(), 3, "one is for the installer");
    let ours: BTreeMap<_, _> = contents(&layout, &architectures, &packages)
        .into_iter()
        .map(|list| {
            let text = std::io::read_to_string(GzDecoder::new(&list.index.packed.bytes[..])).expect("UTF-8");
            (list.index.plain.name, read(&text))
        })
        .collect();
    assert_eq!(ours.keys().collect::<Vec<_>>(), ["main/Contents-amd64", "main/Contents-arm64"]);
    for (architecture, among) in [("amd64", ["zz", "aa"]), ("arm64", ["aa", "other"])] {
        let directory = scratch.path().join(architecture);
        for (name, _, _, file) in built.iter().filter(|(name, ..)| among.contains(name)) {
            write(&directory.join(format!("{name}.deb")), file);
        }
        let theirs = read(&output(&directory, "apt-ftparchive", &["contents", "."]));
        // Called on a directory, it does not know the sections.
        let plain = |(path, owners): &(String, String)| {
            let names = owners.split(',').map(|owner| owner.rsplit('/').next().expect("a name"));
            let mut names: Vec<_> = names.collect();
            names.sort_unstable();
            (path.clone(), names.join(","))
        };
        let ours: Vec<_> = ours[&format!("main/Contents-{architecture}")].iter().map(plain).collect();
        assert_eq!(ours, theirs, "{architecture}");
    }
    let owners: BTreeMap<_, _> = ours["main/Contents-arm64"].iter().cloned().collect();
    assert_eq!(owners["usr/b/f"], "contrib/libs/aa,other");
    assert_eq!(owners["usr/ein name"], "contrib/libs/aa");
}

/// What is called by its name and its arguments, and reads a file.
const READERS: [(&str, &[&str]); 3] = [
    ("zcat", &["Contents.gz"]),
    ("gzip", &["--decompress", "--stdout", "--keep", "Contents.gz"]),
    ("python3", &["-c", "import gzip, sys; sys.stdout.buffer.write(gzip.open('Contents.gz').read())"]),
];

#[test]
fn a_list_of_many_runs_is_read_by_everybody_and_changes_where_it_changes() {
    let scratch = Scratch::new("contents-runs");
    let of = |name: &str, files: usize| {
        let paths: Vec<_> =
            (0..files).map(|number| format!("usr/share/{:x}/{name}", number * 7919 % 100_003)).collect();
        let entries: Vec<_> = paths.iter().map(|path| raw_deb::file(path, b"")).collect();
        paths_of_data(&raw_deb::tar(&entries))
    };
    let architecture = DebArchitecture::new("amd64").expect("a good name");
    let layout = Layout::new(&[], &[]);
    let label = |name: &str| Label {
        name: format!("net/{name}"),
        component: layout.component(None).clone(),
        architecture: "amd64".to_owned(),
    };
    let (many, few) = ((label("many"), of("many", 30_000)), (label("few"), of("few", 3)));
    let build = |packages: &[&(Label, Paths)]| {
        let packages: Vec<_> = packages.iter().map(|(label, paths)| (label, paths)).collect();
        contents(&layout, std::slice::from_ref(&architecture), &packages).remove(0)
    };
    let (without, with) = (build(&[&many]), build(&[&many, &few]));
    assert!(without.runs.len() >= 4, "{} runs", without.runs.len());
    let mut edits = ContentsEdits::default();
    edits.add(&few.0.name, &few.1);
    assert_eq!(without.edit(&edits).as_ref(), Ok(&with));
    let mut edits = ContentsEdits::default();
    edits.remove(&few.0.name, &[&few.1], &[]);
    assert_eq!(with.edit(&edits).as_ref(), Ok(&without));

    let text = std::io::read_to_string(GzDecoder::new(&with.index.packed.bytes[..])).expect("UTF-8");
    assert_eq!(text.lines().count(), 30_003);
    assert_eq!(text.len() as u64, with.index.plain.size);
    write(&scratch.path().join("Contents.gz"), &with.index.packed.bytes);
    for (program, arguments) in READERS {
        assert!(output(scratch.path(), program, arguments) == text, "{program} reads something else");
    }
}

fn paths_of_data(data: &[u8]) -> Paths {
    paths(&with_data("data.tar", data))
}

#[test]
fn however_a_package_is_packed_and_read() {
    let of = |packing: &[&str]| build_tree(&control("aa", "all", ""), packing, fill);
    let expected = paths(&of(&["-Zxz"]));
    assert_eq!(expected.iter().count(), 17);
    for packing in [&["-Zgzip"][..], &["-Zzstd"], &["-Znone"], &["-Zxz", "-z9"]] {
        let file = of(packing);
        assert_eq!(paths(&file), expected, "{packing:?}");
        let in_pieces = Trickle(Cursor::new(&file));
        assert_eq!(Paths::read(in_pieces, file.len() as u64).as_ref(), Ok(&expected), "{packing:?}");
        for length in [0, 100, file.len() / 2, file.len() - 100] {
            assert!(Paths::read(&file[..length], file.len() as u64).is_err(), "{packing:?} cut at {length}");
        }
    }
    assert_eq!(Paths::from_bytes(&expected.to_bytes()), Ok(expected));
}

/// Gives little at a time, as a network does.
struct Trickle<R>(R);

impl<R: std::io::Read> std::io::Read for Trickle<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let most = buffer.len().min(77);
        self.0.read(&mut buffer[..most])
    }
}

/// A package with this data member.
fn with_data(name: &str, data: &[u8]) -> Vec<u8> {
    let control = raw_deb::tar(&[raw_deb::file("control", raw_deb::CONTROL)]);
    raw_deb::archive(&[("debian-binary", b"2.0\n"), ("control.tar", &control), (name, data)])
}

#[test]
fn data_members_that_no_tool_writes() {
    let read = |name, data: &[u8]| {
        let file = with_data(name, data);
        Paths::read(&file[..], file.len() as u64).map_err(|invalid| invalid.to_string())
    };
    let good =
        raw_deb::tar(&[raw_deb::file("./usr/b", b"x"), raw_deb::file("/usr/a/", b""), raw_deb::file("usr/c", b"")]);
    let found: Vec<_> = read("data.tar", &good).expect("good").iter().map(<[u8]>::to_vec).collect();
    assert_eq!(found, [b"usr/b".to_vec(), b"usr/c".to_vec()]);
    for (entry, expected) in [
        (("a\nb", EntryType::Regular, &b""[..]), "holds \"a\\nb\", which is no path"),
        (("./", EntryType::Symlink, b""), "which is no path of a file"),
        (("a", EntryType::XHeader, b""), "has an entry of type \"x\""),
        (("a", EntryType::GNUSparse, b""), "has an entry of type \"S\""),
        (("a", EntryType::GNULongName, &[b'x'; 5000]), "a path in the data member has more than the 4096 bytes"),
    ] {
        let error = read("data.tar", &raw_deb::tar(&[entry])).expect_err(expected);
        assert!(error.contains(expected), "{error}");
    }
    assert!(read("data.tar.bz2", b"").expect_err("bzip2").contains("is data.tar.bz2, which cannot be unpacked here"));
    assert!(read("data.tar.gz", b"no gzip").expect_err("no gzip").contains("the data member cannot be unpacked"));
}

#[test]
fn old_packages_with_lzma() {
    let scratch = Scratch::new("lzma");
    scratch.write("data.tar", raw_deb::tar(&[raw_deb::file("./usr/b", b"x")]));
    output(scratch.path(), "xz", &["--format=lzma", "data.tar"]);
    let file = with_data("data.tar.lzma", &fs::read(scratch.path().join("data.tar.lzma")).expect("xz wrote it"));
    assert_eq!(paths(&file).iter().collect::<Vec<_>>(), [b"usr/b"]);
}
