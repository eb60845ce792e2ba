//! Packages that `dpkg-deb` builds are read as `dpkg-deb` reads them.

mod support;

use colca_apt::Package;
use support::{
    dpkg::{CONTROL, build, field},
    read,
};

/// The ways of packing that the `dpkg-deb` at hand knows.
const PACKINGS: [&[&str]; 6] =
    [&["-Zgzip"], &["-Zxz"], &["-Zzstd"], &["-Znone"], &["-Zxz", "-z9", "-Sextreme"], &["-Zzstd", "-z22"]];

#[test]
fn says_what_dpkg_says_however_it_is_packed() {
    for packing in PACKINGS {
        for uniform in ["--uniform-compression", "--no-uniform-compression"] {
            let file =
                build(CONTROL, &[("postinst", b"#!/bin/sh\n"), ("md5sums", b"")], &[packing, &[uniform]].concat());
            let (package, ..) = read(&file, 64 * 1024).expect("a good package");
            assert_eq!(package.name(), "ceph-common");
            assert_eq!(package.version(), "1:19.2.0-1noble+b1");
            assert_eq!(package.architecture(), "amd64");
            assert_eq!(package.source(), ("ceph", "1:19.2.0-1"));
            let written: String =
                package.control().fields().map(|(name, value)| format!("{name}: {value}\n")).collect();
            assert_eq!(written, CONTROL, "{packing:?}");
            for (name, value) in
                [("package", package.name()), ("version", package.version()), ("architecture", package.architecture())]
            {
                assert_eq!(field(&file, name), value, "{packing:?}");
            }
        }
    }
}

#[test]
fn the_source_is_the_package_itself_where_nothing_is_said() {
    let control = CONTROL.replace("Source: ceph (1:19.2.0-1)\n", "");
    let package = |control: &str| {
        let file = build(control, &[], &[]);
        Package::parse(&file, file.len() as u64).expect("a good package")
    };
    assert_eq!(package(&control).source(), ("ceph-common", "1:19.2.0-1noble+b1"));
    let control = CONTROL.replace(" (1:19.2.0-1)\n", "\n");
    assert_eq!(package(&control).source(), ("ceph", "1:19.2.0-1noble+b1"));
}

#[test]
fn a_udeb_and_a_package_of_debug_symbols_are_packages_too() {
    for control in [
        "Package: a-udeb\nPackage-Type: udeb\nVersion: 1\nArchitecture: all\nDescription: x\nMaintainer: x\n",
        "Package: a-dbgsym\nSource: aa\nVersion: 1\nAuto-Built-Package: debug-symbols\nArchitecture: all\nBuild-Ids: 00 11\n",
    ] {
        let file = build(control, &[], &[]);
        read(&file, 64 * 1024).expect("a good package");
    }
}

#[test]
fn every_byte_it_asks_for_is_enough_and_needed() {
    // Noise does not compress, so that the control member is longer than what is read first.
    let noise = noise(200_000);
    for packing in PACKINGS {
        let file = build(CONTROL, &[("templates", &noise)], packing);
        let (package, needed, _) = read(&file, 0).expect("a good package");
        for first in [0, 1, 7, 8, 67, 68, 71, 72, 131, 132, 133, 65_536, needed - 1, needed, file.len()] {
            let (same, bytes, rounds) = read(&file, first).expect("a good package");
            assert_eq!((&same, bytes), (&package, needed), "{packing:?} from {first}");
            assert!(rounds <= 2 || first < 132, "{rounds} rounds from {first}");
        }
        let size = file.len() as u64;
        let error = Package::parse(&file[..needed - 1], size).expect_err("a byte is missing");
        assert!(error.to_string().starts_with("truncated: "), "{error}");
    }
}

#[test]
fn a_package_cut_off_anywhere_is_refused() {
    for packing in PACKINGS {
        let file = build(CONTROL, &[], packing);
        read(&file, 64 * 1024).expect("a good package");
        for length in 0..file.len() {
            let cut = &file[..length];
            assert!(Package::parse(cut, cut.len() as u64).is_err(), "{packing:?} {length} of {}", file.len());
        }
    }
}

/// Bytes that do not compress, the same every time.
fn noise(length: usize) -> Vec<u8> {
    let next =
        |state: &u64| Some(state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407));
    std::iter::successors(Some(7), next).map(|state| state.to_be_bytes()[0]).take(length).collect()
}
