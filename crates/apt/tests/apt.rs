//! apt itself takes from our archive what we put into it.

mod support;

use std::{fs, path::Path};

use colca_apt::{
    ArchivePath, Dsc, Fragment, Index, Label, Layout, NamedFile, Package, Paths, PublishedRelease, Release, by_hash,
    contents, pool_directory,
};
use colca_model::{Codename, Component, Filename, Sha256};
use jiff::Timestamp;
use sha2::Digest;
use support::{
    dpkg, published,
    scratch::Scratch,
    source,
    tool::{failure, output},
};

/// Publishes packages and a source package, as a builder does, but for the signature.
fn publish(top: &Path) -> Release {
    let components: Vec<_> = ["main", "contrib"].into_iter().flat_map(Component::new).collect();
    let layout = Layout::new(&components, &[]);
    let mut fragments = Vec::new();
    let mut paths = Vec::new();
    for (name, version, architecture, section) in [
        ("g++-x", "1:1.0~rc1+b1", "amd64", "devel"),
        ("g++-x", "1:1.0+b1", "amd64", "devel"),
        ("g++-x", "1:1.0+b1", "arm64", "devel"),
        ("for-all", "2", "all", "contrib/doc"),
    ] {
        let control = format!(
            "Package: {name}\nSource: libx\nVersion: {version}\nArchitecture: {architecture}\nSection: {section}\n\
             Maintainer: a <a@example.org>\nDescription: x\n long\n"
        );
        let file = dpkg::build(&control, &[], &[]);
        let package = Package::parse(&file, file.len() as u64).expect("a good package");
        let directory = pool_directory(layout.component(Some(section)).as_str(), package.source().0);
        let version = version.split_once(':').map_or(version, |(_, version)| version);
        // The epoch as some tools write it, to see that a percent sign is no trap.
        let path = format!("{directory}/{name}_1%3a{version}_{architecture}.deb");
        dpkg::write(&top.join(&path), &file);
        let sha256 = Sha256::new(sha2::Sha256::digest(&file).into());
        let fragment = Fragment::of_package(&package, &path, file.len() as u64, sha256);
        paths.push((fragment.clone(), Paths::read(&file[..], file.len() as u64).expect("a good package")));
        fragments.push((fragment, ArchivePath::new(path).expect("a good path")));
    }
    let directory = format!("{}/01UPLOAD", pool_directory("main", "libx"));
    fs::create_dir_all(top.join(&directory)).expect("a temporary directory");
    let name = source::build(&top.join(&directory), "libx", "1:1.0+b1-1", "devel");
    let dsc = Dsc::parse(&fs::read(top.join(&directory).join(&name)).expect("it was built")).expect("a good .dsc");
    let fragment =
        Fragment::of_source(&dsc, &Filename::new(name).expect("a good name")).expect("a good source package");
    fragments.push((fragment, ArchivePath::new(directory).expect("a good path")));

    let published = published::publish(&layout, fragments.iter().map(|(fragment, path)| (fragment, path)));
    assert_eq!(published.left_out, []);
    let labels = paths.iter().flat_map(|(fragment, paths)| Label::of(&layout, fragment).map(|label| (label, paths)));
    let labels: Vec<_> = labels.collect();
    let with_paths: Vec<_> = labels.iter().map(|(label, paths)| (label, *paths)).collect();
    let contents = contents(&layout, published.indexes.architectures(), &with_paths);
    let contents: Vec<_> = contents.into_iter().map(|list| list.index).collect();
    let dists = top.join("dists/bookworm");
    let mut files: Vec<NamedFile> = contents.iter().flat_map(Index::listed).cloned().collect();
    let write = |file: &NamedFile, bytes: &[u8]| {
        dpkg::write(&dists.join(&file.name), bytes);
        dpkg::write(&dists.join(by_hash(file)), bytes);
    };
    contents.iter().for_each(|index| write(&index.packed.file, &index.packed.bytes));
    for (name, text) in &published.texts {
        let packed = zstd::encode_all(text.as_bytes(), 3).expect("memory");
        let packed_name = format!("{name}.zst");
        write(&named(packed_name.clone(), &packed), &packed);
        files.extend([named(name.clone(), text.as_bytes()), named(packed_name, &packed)]);
    }
    let release = Release {
        codename: Codename::new("bookworm").expect("a good word"),
        origin: Some("Example".to_owned()),
        label: None,
        suite: Some("stable".to_owned()),
        version: Some("12".to_owned()),
        description: None,
        // Long ago, which apt does not mind; a time to come it would.
        date: Timestamp::from_second(1_662_800_400).expect("a time"),
        valid_until: Timestamp::from_second(4_000_000_000).ok(),
        architectures: published.indexes.architectures().to_vec(),
        components: layout.components().to_vec(),
        not_automatic: true,
        but_automatic_upgrades: true,
        files,
    };
    dpkg::write(&dists.join("Release"), release.to_text().expect("good").as_bytes());
    release
}

fn named(name: String, bytes: &[u8]) -> NamedFile {
    NamedFile { name, size: bytes.len() as u64, sha256: Sha256::new(sha2::Sha256::digest(bytes).into()) }
}

const CONTENTS: &str = "Acquire::IndexTargets::deb::Contents-deb";

/// Runs a program of apt's with a state of its own.
fn apt(scratch: &Scratch, program: &str, arguments: &[&str]) -> String {
    with_options(scratch, output, program, arguments)
}

fn with_options(
    scratch: &Scratch,
    run: fn(&Path, &str, &[&str]) -> String,
    program: &str,
    arguments: &[&str],
) -> String {
    let top = scratch.path().display();
    let options = [
        format!("Dir={top}/apt"),
        format!("Dir::State::status={top}/apt/status"),
        format!("Dir::Etc::sourcelist={top}/apt/sources.list"),
        "Dir::Bin::dpkg=/usr/bin/dpkg".to_owned(),
        "APT::Architecture=amd64".to_owned(),
        "APT::Architectures=amd64".to_owned(),
        "APT::Sandbox::User=".to_owned(),
        // As apt-file sets it.
        format!("{CONTENTS}::MetaKey=$(COMPONENT)/Contents-$(ARCHITECTURE)"),
        format!("{CONTENTS}::ShortDescription=Contents-$(ARCHITECTURE)"),
        format!("{CONTENTS}::Description=$(RELEASE)/$(COMPONENT) $(ARCHITECTURE) Contents (deb)"),
    ];
    let options: Vec<_> = options.iter().flat_map(|option| ["-o", option]).collect();
    run(&scratch.path().join("apt"), program, &[&options, arguments].concat())
}

#[test]
fn apt_takes_packages_and_sources() {
    let scratch = Scratch::new("apt");
    let top = scratch.path().join("top");
    let release = publish(&top);
    for directory in ["lists/partial", "archives/partial"] {
        fs::create_dir_all(scratch.path().join("apt/var/lib/apt").join(directory)).expect("a temporary directory");
    }
    dpkg::write(&scratch.path().join("apt/status"), b"");
    fs::create_dir_all(scratch.path().join("apt/var/cache/apt/archives/partial")).expect("a temporary directory");
    fs::create_dir_all(scratch.path().join("apt/etc/apt/preferences.d")).expect("a temporary directory");
    let line = format!("[trusted=yes] copy:{} bookworm main contrib\n", top.display());
    let list = format!("deb {line}deb-src {line}");
    dpkg::write(&scratch.path().join("apt/sources.list"), list.as_bytes());

    apt(&scratch, "apt-get", &["update", "--error-on=any"]);
    let known = apt(&scratch, "apt-cache", &["madison", "g++-x", "for-all"]);
    let column = |line: &str| line.split('|').map(|part| part.trim().to_owned()).nth(1).expect("a version");
    assert_eq!(known.lines().map(column).collect::<Vec<_>>(), ["1:1.0+b1", "1:1.0~rc1+b1", "2"]);
    let policy = apt(&scratch, "apt-cache", &["policy"]);
    for expected in ["o=Example", "n=bookworm", "a=stable", "v=12", "c=contrib", " 100 "] {
        assert!(policy.contains(expected), "{expected} is not in {policy}");
    }
    apt(&scratch, "apt-get", &["download", "g++-x=1:1.0~rc1+b1", "for-all", "g++-x=1:1.0+b1"]);
    apt(&scratch, "apt-get", &["source", "--only-source", "libx"]);
    let mut found: Vec<_> = fs::read_dir(scratch.path().join("apt"))
        .expect("a directory")
        .map(|entry| entry.expect("readable").file_name().into_string().expect("UTF-8"))
        .filter(|name| name.contains('_') || name.contains('-'))
        .collect();
    found.sort();
    let expected = [
        "for-all_2_all.deb",
        "g++-x_1%3a1.0+b1_amd64.deb",
        "g++-x_1%3a1.0~rc1+b1_amd64.deb",
        "libx-1.0+b1",
        "libx_1.0+b1-1.debian.tar.xz",
        "libx_1.0+b1-1.dsc",
        "libx_1.0+b1.orig.tar.gz",
    ];
    assert_eq!(found, expected);
    let lists = apt(&scratch, "apt-get", &["indextargets", "--format", "$(IDENTIFIER) $(COMPONENT)"]);
    assert!(lists.contains("Contents-deb contrib") && lists.contains("Packages main"), "{lists}");

    // One byte altered, and apt does not believe it.
    let read = PublishedRelease::parse(&fs::read(top.join("dists/bookworm/Release")).expect("there")).expect("good");
    assert_eq!((read.date, read.files), (release.date, release.files.clone()));
    for file in release.files.iter().filter(|file| file.name.contains("/binary-amd64/Packages.")) {
        let damage = |path: String| {
            let mut bytes = fs::read(top.join("dists/bookworm").join(&path)).expect("there");
            let last = bytes.len() - 1;
            bytes[last] ^= 1;
            dpkg::write(&top.join("dists/bookworm").join(path), &bytes);
        };
        damage(file.name.clone());
        damage(by_hash(file));
    }
    fs::remove_dir_all(scratch.path().join("apt/var/lib/apt/lists")).expect("there");
    fs::create_dir_all(scratch.path().join("apt/var/lib/apt/lists/partial")).expect("a temporary directory");
    let complaints = with_options(&scratch, failure, "apt-get", &["update", "--error-on=any"]);
    assert!(complaints.contains("Hash Sum mismatch"), "{complaints}");
}
