//! Whatever a file holds: no panic, no allocation by its word, and if it is accepted, metadata that parses.

mod support;

use colca_model::Sha256;
use colca_rpmmd::{HeaderExtent, Invalid, Location, MetadataKind, Package};
use proptest::prelude::*;
use support::{
    raw_rpm::{Format, RawRpm},
    rpm_rs,
    xml_tree::Element,
};

/// Packages to damage. Without digests, so that damage gets past them.
fn packages() -> Vec<Vec<u8>> {
    let files: [(u32, &[u8], u16, u32); 3] =
        [(0, b"a", 0o100_644, 0), (0, b"b", 0o040_755, 64), (1, b"c", 0o100_644, 64)];
    let rich = RawRpm::new("rich")
        .format(Format::Md5)
        .requires(&[("libc.so.6(GLIBC_2.4)", 0, ""), ("a", 8, "1:2-3"), ("/etc/a", 512, "")])
        .provides(&[("rich", 8, "1.0-1"), ("b", 0, "")])
        .dependencies([1156, 1158, 1157], &[("old", 1 << 27, "")])
        .files(&["/etc/", "/usr/bin/"], &files)
        .changelog(&[(5, b"author <a@b>", b"- text & more"), (5, b"author", b"text")]);
    vec![rich.build(), rich.format(Format::Three).build(), RawRpm::new("small").format(Format::Md5).build()]
}

/// All that can be asked of bytes; gives back whether they were accepted.
fn examine(bytes: &[u8], file_size: u64) -> bool {
    let Ok(extent) = HeaderExtent::locate(bytes, file_size) else {
        assert!(Package::parse(bytes, file_size).is_err(), "a package without headers");
        return false;
    };
    assert!(extent.needed() <= file_size, "{extent:?} reaches beyond {file_size}");
    let Ok(package) = Package::parse(bytes, file_size) else {
        return false;
    };
    let location =
        Location { href: "<a&b>\".rpm".to_owned(), size: file_size, sha256: Sha256::new([7; 32]), file_time: -1 };
    let fragments = package.fragments(&location);
    assert_eq!(fragments, package.fragments(&location), "the same input gives the same bytes");
    for kind in MetadataKind::ALL {
        let xml = fragments.of(kind);
        assert!(xml.starts_with(b"<package ") && xml.ends_with(b"</package>\n"), "{kind:?}");
        assert_eq!(Element::parse(xml).name, "package", "{kind:?}");
    }
    assert!(!package.arch_dir().contains(['/', '.']), "{}", package.arch_dir());
    assert!(!package.nevra().file_name().contains(['/', '\0']), "{}", package.nevra());
    true
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes(bytes: Vec<u8>, file_size: u64) {
        examine(&bytes, bytes.len() as u64);
        examine(&bytes, file_size);
    }

    #[test]
    fn arbitrary_headers(tail: Vec<u8>, counts in prop::array::uniform4(prop_oneof![0..40_u32, any::<u32>()])) {
        let mut bytes = packages().remove(0)[..96].to_vec();
        let [signatures, signature_data, entries, data] = counts;
        for (count, length) in [(signatures, signature_data), (entries, data)] {
            bytes.extend([0x8e, 0xad, 0xe8, 1, 0, 0, 0, 0]);
            bytes.extend([count, length].into_iter().flat_map(u32::to_be_bytes));
            bytes.extend(&tail);
            bytes.resize(bytes.len().next_multiple_of(8), 0);
        }
        examine(&bytes, bytes.len() as u64);
        examine(&bytes, u64::from(u32::MAX));
    }

    #[test]
    fn damaged_packages(
        which in 0..3_usize,
        damage in prop::collection::vec((any::<prop::sample::Index>(), prop_oneof![0..=32_u8, any::<u8>()]), 1..6),
        cut in prop::option::weighted(0.2, any::<prop::sample::Index>()),
    ) {
        let mut bytes = packages().remove(which);
        for (at, value) in damage {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        let file_size = bytes.len() as u64;
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        examine(&bytes, file_size);
    }
}

#[test]
fn the_packages_to_damage_are_good() {
    for bytes in packages() {
        assert!(examine(&bytes, bytes.len() as u64));
    }
}

#[test]
fn exactly_what_is_needed_is_enough_and_one_byte_less_is_not() {
    for bytes in packages().into_iter().chain(rpm_rs::packages().into_iter().map(|(_, bytes)| bytes)) {
        let size = bytes.len() as u64;
        let mut have = 112;
        let mut rounds = 0;
        while let Ok(extent) = HeaderExtent::locate(&bytes[..have], size)
            && extent.needed() > have as u64
        {
            have = usize::try_from(extent.needed()).expect("small");
            rounds += 1;
        }
        assert!(rounds <= 2, "{rounds} rounds");
        let extent = HeaderExtent::locate(&bytes[..have], size).expect("a package");
        let exact = usize::try_from(extent.end().expect("located")).expect("small");
        Package::parse(&bytes[..exact], size).expect("enough");
        let short = Package::parse(&bytes[..exact - 1], size).expect_err("too little");
        assert!(matches!(short, Invalid::Truncated { .. }), "{short}");
    }
}

#[test]
fn a_lying_length_is_named_and_never_believed() {
    let mut bytes = packages().remove(0);
    let header = bytes.windows(4).rposition(|bytes| bytes == [0x8e, 0xad, 0xe8, 1]).expect("a header");
    bytes[header + 12..header + 16].copy_from_slice(&0x7fff_ffff_u32.to_be_bytes());
    let error = HeaderExtent::locate(&bytes, 5 << 40).expect_err("2 GiB of header");
    assert_eq!(error.to_string(), "the header claims 2147483647 bytes of data, more than the 67108864 that are read");
    bytes[header + 12..header + 16].copy_from_slice(&0x03ff_ffff_u32.to_be_bytes());
    let error = HeaderExtent::locate(&bytes, bytes.len() as u64).expect_err("more than the file");
    assert!(error.to_string().starts_with("truncated: the header ends at byte 67"), "{error}");
    let extent = HeaderExtent::locate(&bytes, 5 << 40).expect("a large file may have a large header");
    assert!(extent.needed() < 65 << 20, "{extent:?}");
}

#[test]
fn a_small_header_cannot_make_a_huge_file_list() {
    let dir = format!("/{}/", "long".repeat(10_000));
    let files: Vec<(u32, &[u8], u16, u32)> = vec![(0, b"f", 0o100_644, 0); 10_000];
    let package = RawRpm::new("x").files(&[&dir], &files).build();
    assert!(package.len() < 500_000, "{}", package.len());
    let error = Package::parse(&package, package.len() as u64).expect_err("400 MB of paths");
    assert_eq!(error.to_string(), "the file list has 400030000 bytes, more than the 67108864 that are published");
}

#[test]
fn a_signature_header_longer_than_the_prefix_asks_for_more() {
    use support::raw_rpm::Value;

    let package = RawRpm::new("x").signed(1008, Value::Binary(vec![0; 100_000])).build();
    let size = package.len() as u64;
    let extent = HeaderExtent::locate(&package[..65_536], size).expect("so far it is a package");
    assert_eq!(extent.end(), None);
    assert!(extent.needed() > 100_000 && extent.needed() <= size);
    let error = Package::parse(&package[..65_536], size).expect_err("not all there");
    assert!(matches!(error, Invalid::Truncated { .. }), "{error}");
}
