//! Whatever a file holds: no panic, no byte asked for that is not there or too many, and what is accepted keeps the rules.

mod support;

use colca_apt::{ControlExtent, Package};
use proptest::prelude::*;
use support::{
    raw_deb::{CONTROL, NAMES, archive, deb, file, packed, tar},
    read,
};

/// The most that is ever asked for.
const MOST: u64 = 18 * 1024 * 1024;

/// Packages to damage, one for each compression, with an ignored member and an odd length.
fn packages() -> Vec<Vec<u8>> {
    let content = tar(&[file("./control", CONTROL), file("./md5sums", b"00  a\n")]);
    let mut packages: Vec<_> = NAMES.iter().map(|name| deb(name, &packed(name, content.as_slice()))).collect();
    let control = packed("control.tar.gz", content.as_slice());
    let members: [(&str, &[u8]); 4] =
        [("debian-binary", b"2.0\n"), ("_x", b"odd"), ("control.tar.gz/", &control), ("data.tar.xz", b"even")];
    packages.push(archive(&members));
    packages
}

/// All that can be asked of bytes; gives back whether they were accepted.
fn examine(bytes: &[u8], size: u64) -> bool {
    let extent = ControlExtent::locate(bytes, size);
    let package = Package::parse(bytes, size);
    let Ok(extent) = extent else {
        assert!(package.is_err(), "a package without a control member");
        return false;
    };
    let needed = extent.needed();
    assert!(needed <= size.min(MOST.max(bytes.len() as u64)), "{extent:?} of {size}");
    let Ok(package) = package else {
        return false;
    };
    assert!(needed <= bytes.len() as u64, "parsed without {needed} bytes");
    for part in [package.name(), package.version(), package.architecture(), package.source().0, package.source().1] {
        assert!(
            part.bytes().all(|byte| byte.is_ascii_graphic()) && !part.contains('/') && !part.is_empty(),
            "{part:?}"
        );
        assert!(!part.starts_with('.') && part.len() <= 255, "{part:?}");
    }
    for (name, value) in package.control().fields() {
        assert!(!name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic()), "{name:?}");
        assert!(!value.contains(|character: char| character.is_control() && !"\n\t".contains(character)), "{value:?}");
        assert!(value.lines().skip(1).all(|line| line.starts_with([' ', '\t'])), "{value:?}");
    }
    true
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes(bytes: Vec<u8>, size: u64) {
        examine(&bytes, bytes.len() as u64);
        examine(&bytes, size);
        let bytes = [&b"!<arch>\n"[..], &bytes].concat();
        examine(&bytes, bytes.len() as u64);
        examine(&bytes, size);
    }

    #[test]
    fn arbitrary_control_members(bytes: Vec<u8>, name in prop::sample::select(&NAMES[..])) {
        let file = deb(name, &bytes);
        examine(&file, file.len() as u64);
        let file = deb(name, &packed(name, bytes.as_slice()));
        examine(&file, file.len() as u64);
    }

    #[test]
    fn arbitrary_control_files(lines in prop::collection::vec("[ \t]?[A-Za-z#-]{0,3}:?\\PC{0,4}", 0..5), bytes: Vec<u8>) {
        let text = [CONTROL, lines.join("\n").as_bytes(), b"\n"].concat();
        for control in [text, [CONTROL, &bytes].concat()] {
            let file = deb("control.tar", &tar(&[file("control", &control)]));
            examine(&file, file.len() as u64);
        }
    }

    #[test]
    fn arbitrary_lengths(lengths in prop::array::uniform3("[0-9]{1,10}"), size: u64, odd: bool) {
        let mut bytes = b"!<arch>\n".to_vec();
        for (name, length) in ["debian-binary", "control.tar.xz", "data.tar"].into_iter().zip(&lengths) {
            let length = if name == "debian-binary" && odd { "4" } else { length };
            support::raw_deb::member(&mut bytes, name, length, b"2.0\n");
        }
        for size in [size, bytes.len() as u64, u64::MAX] {
            examine(&bytes, size);
        }
    }

    #[test]
    fn damaged_packages(
        which in prop::sample::select(packages()),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        first in 0..2000_usize,
    ) {
        let mut bytes = which;
        for (at, value) in damage {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        let accepted = examine(&bytes, bytes.len() as u64);
        let in_parts = read(&bytes, first).map(|(package, ..)| package);
        prop_assert_eq!(accepted, in_parts.is_ok());
        prop_assert_eq!(Package::parse(&bytes, bytes.len() as u64), in_parts, "read at once and in parts");
    }

    #[test]
    fn more_bytes_never_ask_for_fewer(which in prop::sample::select(packages()), cut: prop::sample::Index) {
        let cut = cut.index(which.len());
        let size = which.len() as u64;
        let needed = ControlExtent::locate(&which[..cut], size).expect("a good package").needed();
        let whole = ControlExtent::locate(&which, size).expect("a good package").needed();
        prop_assert!(needed > cut as u64 || needed == whole, "{needed} with {cut} of {whole}");
    }
}

#[test]
fn the_packages_to_damage_are_good_until_they_are_cut() {
    for bytes in packages() {
        assert!(examine(&bytes, bytes.len() as u64));
        for length in 0..bytes.len() {
            assert!(!examine(&bytes[..length], length as u64), "{length} of {}", bytes.len());
        }
    }
}
