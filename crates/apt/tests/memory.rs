//! What unpacks to much more than it is ends in an error, with little memory and in little time.
//!
//! A test binary of its own: the memory is counted for the whole process.

mod support;

use std::{
    fs,
    io::{self, Read},
};

use colca_apt::{Package, Paths};
use support::{
    raw_deb::{CONTROL, NAMES, archive, deb, file, packed, tar, tar_header},
    refusal,
};
use tar::EntryType;

const MIB: u64 = 1024 * 1024;

/// The most memory this process ever had, in MiB.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
    line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") / 1024
}

/// The start of an entry of this length, and no end of zeros.
fn endless(name: &str, kind: EntryType, size: u64) -> impl Read {
    io::Cursor::new(tar_header(name, kind, size).as_bytes().to_vec()).chain(io::repeat(0))
}

/// What ends at the first header, and what has to be unpacked up to the limit.
#[test]
fn bombs() {
    let control = tar(&[file("control", CONTROL)]);
    for name in &NAMES[1..] {
        for (entry, kind, expected) in [
            ("control", EntryType::Regular, "the control file has more than the 1048576 bytes that are read"),
            ("x", EntryType::GNULongName, "corrupt: the control member holds \"x\", which is no plain file"),
            (
                "x",
                EntryType::XHeader,
                "an extended header of the control member has more than the 65536 bytes that are read",
            ),
        ] {
            let bomb = packed(name, endless(entry, kind, 1 << 30).take(2 * MIB));
            assert_eq!(refusal(&deb(name, &bomb)), expected, "{name}");
        }
        // Not much bigger than allowed, since it has to be packed first; more where that is fast.
        let unpacked = if *name == "control.tar.zst" { 512 * MIB } else { 65 * MIB };
        let expected = "the unpacked control member has more than the 67108864 bytes that are read";
        let bomb = packed(name, endless("x", EntryType::Regular, 1 << 40).take(unpacked));
        assert!((bomb.len() as u64) < MIB, "{name}: {}", bomb.len());
        assert_eq!(refusal(&deb(name, &bomb)), expected, "{name}");
        let bomb = packed(name, control.chain(io::repeat(0)).take(unpacked));
        assert_eq!(refusal(&deb(name, &bomb)), expected, "{name}, behind the end of the archive");
    }
    large_files_and_long_names_of_the_data_member();
    xz_that_asks_for_memory();
    zstd_that_asks_for_memory();
    assert!(peak() < 64, "{} MiB", peak());
}

/// The paths of a package are read without its files.
fn large_files_and_long_names_of_the_data_member() {
    let read = |entry, size: u64, there: u64| {
        let member = tar(&[file("./first", b"")])[..512].to_vec();
        let data = io::Cursor::new(member).chain(endless("./large", entry, size)).chain(io::repeat(0));
        let data = packed("control.tar.zst", data.take(there + 4 * 512));
        let control = tar(&[file("control", CONTROL)]);
        let file = archive(&[("debian-binary", b"2.0\n"), ("control.tar", &control), ("data.tar.zst", &data)]);
        Paths::read(&file[..], file.len() as u64).map_err(|invalid| invalid.to_string())
    };
    let paths = read(EntryType::Regular, 256 * MIB, 256 * MIB).expect("a good package");
    assert_eq!(paths.iter().collect::<Vec<_>>(), [&b"first"[..], b"large"]);
    let expected = "a path in the data member has more than the 4096 bytes that are read";
    assert_eq!(read(EntryType::GNULongName, 512 * MIB, MIB), Err(expected.to_owned()));
}

/// A member of a few bytes can claim that unpacking it takes 4 GiB.
fn xz_that_asks_for_memory() {
    let good = packed("control.tar.xz", tar(&[file("control", CONTROL)]).as_slice());
    // The block's header: its length in words less one, flags, the filter LZMA2 with one byte of properties, which is
    // the size of the dictionary. A checksum is its end.
    assert_eq!((good[12], &good[14..16]), (2, &[0x21, 1][..]));
    for (dictionary, accepted) in [(28, true), (29, false), (40, false)] {
        let mut member = good.clone();
        member[16] = dictionary;
        let mut checksum = flate2::Crc::new();
        checksum.update(&member[12..20]);
        member[20..24].copy_from_slice(&checksum.sum().to_le_bytes());
        let file = deb("control.tar.xz", &member);
        let read = Package::parse(&file, file.len() as u64);
        assert_eq!(read.is_ok(), accepted, "{dictionary}: {read:?}");
    }
}

/// A frame can claim a window of 2 TiB.
fn zstd_that_asks_for_memory() {
    let content = tar(&[file("control", CONTROL)]);
    let block = u32::try_from(content.len()).expect("small") << 3 | 1;
    for (window, accepted) in [(27, true), (28, false), (41, false)] {
        // Magic, a descriptor that says that nothing is known but the window, and one last block as it is.
        let mut member = vec![0x28, 0xb5, 0x2f, 0xfd, 0, (window - 10) << 3];
        member.extend(&block.to_le_bytes()[..3]);
        member.extend(&content);
        let file = deb("control.tar.zst", &member);
        let read = Package::parse(&file, file.len() as u64);
        assert_eq!(read.is_ok(), accepted, "{window}: {read:?}");
    }
}
