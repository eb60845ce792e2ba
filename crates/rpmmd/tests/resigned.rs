//! A package whose signature header was replaced, as signing does it: the header stays and moves.
//!
//! Nothing is carried over from before: the package is read anew from the first bytes of the new file.

mod support;

use std::collections::{BTreeMap, BTreeSet};

use colca_model::Sha256;
use colca_rpmmd::{HeaderExtent, Location, Package};
use sha2::Digest;
use support::{
    compare::compare,
    raw_rpm::{RawRpm, Value, text},
    scratch::Scratch,
    xml_tree::Element,
};

/// The tags of signatures: of the header by RSA, and since rpm 6 by any key.
const RSA_HEADER: u32 = 268;
const OPENPGP: u32 = 278;

fn unsigned() -> RawRpm {
    RawRpm::new("hello")
        .requires(&[("a", 8, "1:2-3")])
        .changelog(&[(5, b"author", b"text")])
        .signed(1007, Value::Int32(vec![4321]))
}

fn signed(length: usize) -> RawRpm {
    unsigned().signed(RSA_HEADER, Value::Binary(vec![0x89; length])).signed(OPENPGP, text("wsF="))
}

fn read(bytes: &[u8]) -> (Package, HeaderExtent, Location) {
    let size = bytes.len() as u64;
    let extent = HeaderExtent::locate(bytes, size).expect("a package");
    let needed = usize::try_from(extent.needed()).expect("small");
    let package = Package::parse(&bytes[..needed], size).expect("a package");
    let sha256 = Sha256::new(sha2::Sha256::digest(bytes).into());
    (package, extent, Location { href: "hello.rpm".to_owned(), size, sha256, file_time: 7 })
}

/// What an element says, line by line, without what belongs to the file and not to its header.
fn lines(fragment: &[u8]) -> (BTreeSet<String>, BTreeMap<&'static str, String>) {
    let mut lines = Vec::new();
    Element::parse(fragment).lines("", &mut lines);
    let mut moved = BTreeMap::new();
    lines.retain_mut(|line| {
        let of_file = ["/package/format/rpm:header-range", "/package/checksum", "/package/size"];
        let Some(what) = of_file.into_iter().find(|what| line.starts_with(&format!("{what} "))) else { return true };
        moved.insert(what, std::mem::take(line));
        false
    });
    (lines.into_iter().collect(), moved)
}

#[test]
fn only_what_belongs_to_the_file_changes() {
    let (before, after) = (unsigned().build(), signed(500).build());
    let ((old, old_extent, old_location), (new, new_extent, new_location)) = (read(&before), read(&after));
    assert!(new_extent.start > old_extent.start, "the header moved");
    let header = |bytes: &[u8], extent: HeaderExtent| {
        let [start, end] = [extent.start, extent.needed()].map(|at| usize::try_from(at).expect("small"));
        bytes[start..end].to_vec()
    };
    assert_eq!(header(&before, old_extent), header(&after, new_extent), "and is the same");
    assert_eq!(old.nevra(), new.nevra());

    let (old, new) = (old.fragments(&old_location), new.fragments(&new_location));
    let ((old_lines, old_moved), (new_lines, new_moved)) = (lines(&old.primary), lines(&new.primary));
    assert_eq!(old_lines, new_lines);
    assert_eq!(old_moved.len(), 3);
    assert!(old_moved.iter().all(|(what, line)| new_moved[what] != *line), "{old_moved:?} {new_moved:?}");
    let range = &new_moved["/package/format/rpm:header-range"];
    assert!(range.contains(&format!("\"start\": \"{}\"", new_extent.start)), "{range}");
    assert!(range.contains(&format!("\"end\": \"{}\"", new_extent.needed())), "{range}");
    assert!(new_moved["/package/size"].contains("\"archive\": \"4321\""), "{new_moved:?}");

    // The other two know the package by the digest of its file, and by nothing else of the file.
    let [old_id, new_id] = [&old_location, &new_location].map(|location| location.sha256.to_string());
    for (old, new) in [(&old.filelists, &new.filelists), (&old.other, &new.other)] {
        let old = String::from_utf8(old.clone()).expect("UTF-8").replace(&old_id, &new_id);
        assert_eq!(old.as_bytes(), new);
    }
}

#[test]
fn createrepo_c_says_the_same_of_it() {
    let scratch = Scratch::new("resigned");
    for length in [0, 1, 7, 500, 5000] {
        scratch.write(&format!("signed-{length}.rpm"), signed(length).build());
    }
    scratch.write("unsigned.rpm", unsigned().build());
    assert_eq!(compare(scratch.path(), &BTreeSet::new()), 6);
}
