//! Which package is in which index, in what order, and what is left out.

mod support;

use std::collections::BTreeMap;

use colca_apt::{ArchivePath, ForeignPackages, Fragment, Indexes, Layout, Listing, Package};
use colca_model::{Component, DebArchitecture, Sha256};
use support::{
    paragraphs::read,
    published::{self, Published},
    raw_deb::with_control,
};

/// A package of these fields; the digest is of this byte.
fn fragment(name: &str, version: &str, architecture: &str, more: &str, byte: u8) -> Fragment {
    let control = format!("Package: {name}\nVersion: {version}\nArchitecture: {architecture}\n{more}");
    let file = with_control(control.as_bytes());
    let package = Package::parse(&file, file.len() as u64).expect("a good package");
    Fragment::of_package(&package, "x.deb", 1, Sha256::new([byte; 32]))
}

fn layout(components: &[&str], architectures: &[&str]) -> Layout {
    let components: Vec<_> = components.iter().flat_map(|name| Component::new(*name)).collect();
    let architectures: Vec<_> = architectures.iter().flat_map(|name| DebArchitecture::new(*name)).collect();
    Layout::new(&components, &architectures)
}

fn publish(components: &[&str], architectures: &[&str], fragments: &[Fragment]) -> Published {
    let paths: Vec<_> = (0..fragments.len()).flat_map(|at| ArchivePath::new(format!("pool/{at}"))).collect();
    published::publish(&layout(components, architectures), fragments.iter().zip(&paths))
}

/// The packages of each index, by its path.
fn listed(published: &Published) -> BTreeMap<String, Vec<String>> {
    let names = |text: &str| {
        let name = |paragraph: &BTreeMap<String, String>| {
            ["package", "version", "filename"].map(|field| paragraph[field].clone()).join(" ")
        };
        read(text).iter().map(name).collect()
    };
    published.texts.iter().map(|(path, text)| (path.clone(), names(text))).collect()
}

#[test]
fn an_empty_archive_has_all_its_indexes() {
    let published = publish(&["main", "contrib"], &[], &[]);
    let paths = published.indexes.paths();
    let expected = [
        "main/binary-amd64/Packages",
        "main/binary-arm64/Packages",
        "main/source/Sources",
        "contrib/binary-amd64/Packages",
        "contrib/binary-arm64/Packages",
        "contrib/source/Sources",
    ];
    assert_eq!(paths, expected);
    assert!(published.texts.values().all(String::is_empty));
    assert_eq!(
        published.indexes.architectures().iter().map(DebArchitecture::as_str).collect::<Vec<_>>(),
        ["amd64", "arm64"]
    );
}

#[test]
fn components_architectures_and_udebs() {
    let published = publish(
        &["main", "contrib"],
        &["amd64", "source", "i386"],
        &[
            fragment("for-all", "1", "all", "Section: contrib/doc\n", 1),
            fragment("native", "1", "amd64", "Section: net\n", 2),
            fragment("alien", "1", "riscv64", "", 3),
            fragment("installer", "1", "all", "Package-Type: udeb\nSection: debian-installer\n", 4),
            fragment("elsewhere", "1", "i386", "Section: non-free/net\n", 5),
        ],
    );
    let expected = [
        ("contrib/binary-amd64/Packages", &["for-all 1 pool/0"][..]),
        ("contrib/binary-i386/Packages", &["for-all 1 pool/0"]),
        ("contrib/source/Sources", &[]),
        ("main/binary-amd64/Packages", &["native 1 pool/1"]),
        ("main/binary-i386/Packages", &["elsewhere 1 pool/4"]),
        ("main/debian-installer/binary-amd64/Packages", &["installer 1 pool/3"]),
        ("main/debian-installer/binary-i386/Packages", &["installer 1 pool/3"]),
        ("main/source/Sources", &[]),
    ];
    let listed = listed(&published);
    let found: Vec<_> = listed.iter().map(|(path, names)| (path.as_str(), names.as_slice())).collect();
    let expected =
        expected.map(|(path, names)| (path, names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()));
    assert_eq!(found, expected.iter().map(|(path, names)| (*path, names.as_slice())).collect::<Vec<_>>());
    let told: Vec<_> = published.left_out.iter().map(ToString::to_string).collect();
    assert_eq!(told, ["alien 1 is for riscv64, which is not among the architectures configured"]);
}

#[test]
fn two_files_for_one_package_are_told_with_both_checksums() {
    let published = publish(
        &[],
        &[],
        &[
            fragment("hello", "1", "amd64", "", 1),
            fragment("hello", "1", "arm64", "", 2),
            fragment("hello", "1", "amd64", "", 3),
            fragment("hello", "1", "amd64", "", 1),
            fragment("hello", "1.0", "amd64", "Package-Type: udeb\n", 4),
        ],
    );
    let listed = listed(&published);
    assert_eq!(listed["main/binary-amd64/Packages"], ["hello 1 pool/0"], "the first one, and once");
    assert_eq!(listed["main/binary-arm64/Packages"], ["hello 1 pool/1"]);
    let told: Vec<_> = published.left_out.iter().map(ToString::to_string).collect();
    let expected = format!(
        "hello 1 for amd64 is there twice with different content: the file with SHA-256 {} is published, the one with {} \
         is not",
        "01".repeat(32),
        "03".repeat(32)
    );
    assert_eq!(told, [expected]);
}

#[test]
fn what_was_there_stays_and_what_is_not_there_is_said() {
    let layout = layout(&["main", "contrib"], &[]);
    let riscv = fragment("hello", "1", "riscv64", "", 1);
    let udeb = fragment("installer", "1", "all", "Package-Type: udeb\nSection: contrib/x\n", 2);
    let before = Indexes::covering(&layout, [&riscv, &udeb].into_iter(), None);
    let empty = Indexes::covering(&layout, [].into_iter(), None);
    assert_eq!(empty.listing(&layout, &riscv), Listing::NotCovered);
    assert_eq!(empty.listing(&layout, &udeb), Listing::NotCovered);
    assert_eq!(
        empty.listing(&layout, &fragment("aa", "1", "all", "", 3)),
        Listing::In(["amd64", "arm64"].map(|name| format!("main/binary-{name}/Packages")).to_vec())
    );
    let after = Indexes::covering(&layout, [].into_iter(), Some(&before));
    assert_eq!(after, before, "clients go on asking for them");
    assert_eq!(after.listing(&layout, &riscv), Listing::In(vec!["main/binary-riscv64/Packages".to_owned()]));
    // A component that is configured no more has no indexes.
    let main = Layout::new(&[], &[]);
    let paths = Indexes::covering(&main, [].into_iter(), Some(&before)).paths();
    assert!(paths.iter().all(|path| path.starts_with("main/") && !path.contains("installer")), "{paths:?}");
}

#[test]
fn an_index_of_another_archive_is_read_strictly() {
    let sha256 = "0".repeat(64);
    let good = |name: &str| {
        format!(
            "Package: {name}\nVersion: 1\nArchitecture: all\nFilename: pool/{name}.deb\nSize: 1\nSHA256: {sha256}\n\n"
        )
    };
    let (first, last) = (good("first"), good("last"));
    let read = |text: &str| -> Vec<Result<String, String>> {
        let foreign = ForeignPackages::new("Packages", text.as_bytes()).expect("a good name");
        let told =
            foreign.map(|found| found.map(|found| found.path.to_string()).map_err(|invalid| invalid.to_string()));
        told.collect()
    };
    assert_eq!(read(""), []);
    assert_eq!(read(&format!("\n\n{first}\n\n{}", last.trim_end_matches("\n\n").to_owned() + "\n")).len(), 2);
    for (line, bad, expected) in [
        ("Filename: pool/bad.deb", "Filename: ../../etc/passwd", "Filename: must be relative"),
        ("Filename: pool/bad.deb", "Filename: /etc/passwd", "Filename: must be relative"),
        ("Filename: pool/bad.deb", "Filename: pool/../x.deb", "Filename: must be relative"),
        ("Filename: pool/bad.deb\n", "", "the paragraph has no Filename"),
        ("Size: 1", "Size: -1", "Size: must be a decimal number"),
        ("Size: 1\n", "", "the paragraph has no Size"),
        ("SHA256: 0", "SHA256: g", "sha256: must be 64 hex digits"),
        ("Package: bad", "Package: ../bad", "Package: must be of"),
        ("Version: 1", "Version: 1\nversion: 2", "the paragraph has the field version twice"),
    ] {
        let spoiled = good("bad").replace(line, bad);
        let found = read(&format!("{first}{spoiled}{last}"));
        assert_eq!(
            (found.len(), found[0].as_deref(), found[2].as_deref()),
            (3, Ok("pool/first.deb"), Ok("pool/last.deb"))
        );
        let error = found[1].as_ref().expect_err(bad);
        assert!(error.starts_with(expected), "{error}");
    }
    let endless = format!("{first}X: {}\n\n{last}", "x".repeat(2 << 20));
    let found = read(&endless);
    assert_eq!(found.len(), 2, "where the next one begins is not looked for");
    assert_eq!(found[1], Err("the paragraph has more than the 1048576 bytes that are read".to_owned()));
    for name in ["Packages.bz2", "Packages.zip", "Packages.tar.gz"] {
        assert!(ForeignPackages::new(name, &b""[..]).is_err(), "{name}");
    }
    let damaged: Vec<_> = ForeignPackages::new("Packages.gz", &b"no gzip"[..]).expect("a good name").collect();
    assert!(matches!(damaged.as_slice(), [Err(invalid)] if invalid.to_string().contains("the index cannot be read")));
}
