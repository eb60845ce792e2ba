//! Control members that could be read in two ways, or never end.

mod support;

use colca_apt::Package;
use support::{
    raw_deb::{CONTROL, NAMES, deb, file, packed, tar, tar_header, with_entries},
    refusal,
};
use tar::EntryType;

const OTHER: &[u8] = b"Package: other\nVersion: 1\nArchitecture: all\n";

#[test]
fn what_packages_hold_beside_the_control_file() {
    let directory = |name| (name, EntryType::Directory, &b""[..]);
    let time: (_, _, &[u8]) = ("./PaxHeaders/control", EntryType::XHeader, b"20 mtime=1700000000\n");
    for (name, entries) in [
        ("alone", vec![file("control", CONTROL)]),
        ("usual", vec![directory("./"), file("./control", CONTROL), file("./md5sums", b"00  a\n")]),
        ("last", vec![directory("."), file("./templates", &[b'x'; 70_000]), file("./control", CONTROL)]),
        ("odd", vec![file("././control", CONTROL)]),
        ("old directory", vec![("./", EntryType::Regular, b""), file("./control", CONTROL)]),
        ("links", vec![file("control", CONTROL), ("prerm", EntryType::Symlink, b""), ("a", EntryType::Link, b"")]),
        ("times", vec![time, file("control", CONTROL)]),
    ] {
        let file = with_entries(&entries);
        let package = Package::parse(&file, file.len() as u64).unwrap_or_else(|invalid| panic!("{name}: {invalid}"));
        assert_eq!(package.name(), "raw", "{name}");
    }
}

#[test]
fn no_control_file_or_two() {
    for entries in
        [vec![], vec![file("./md5sums", b"")], vec![file("Control", CONTROL)], vec![file("control.x", CONTROL)]]
    {
        assert_eq!(refusal(&with_entries(&entries)), "corrupt: the control member holds no file named control");
    }
    for second in ["control", "./control", "././/control"] {
        let file = with_entries(&[file("./control", CONTROL), file("x", b""), file(second, OTHER)]);
        assert_eq!(refusal(&file), "corrupt: the control member holds two files named control", "{second}");
    }
    assert!(refusal(&deb("control.tar", b"")).ends_with("holds no file named control"));
}

#[test]
fn names_that_climb_or_go_down() {
    for name in
        ["../control", "/control", "//control", "./../control", "..", "a/../control", "a/control", "/etc/passwd"]
    {
        let file = with_entries(&[file("./control", CONTROL), file(name, OTHER)]);
        let expected = format!("corrupt: the control member holds \"{name}\", which is not right at its top");
        assert_eq!(refusal(&file), expected);
    }
    for name in ["", "./"] {
        let kind = EntryType::Symlink;
        let error = refusal(&with_entries(&[file("./control", CONTROL), (name, kind, b"")]));
        assert!(error.starts_with("corrupt: the control member holds \""), "{error}");
    }
}

#[test]
fn kinds_of_entries_that_are_read_in_two_ways() {
    let sizes: &[u8] = b"10 size=1\n";
    let renames: &[u8] = b"16 path=control\n";
    let sparse: &[u8] = b"22 GNU.sparse.major=1\n";
    for (kind, name, content, expected) in [
        (EntryType::Symlink, "control", &b""[..], "\"control\", which is no plain file"),
        (EntryType::Link, "./control", b"", "\"./control\", which is no plain file"),
        (EntryType::Fifo, "x", b"", "\"x\", which is no plain file"),
        (EntryType::Char, "control", b"", "\"control\", which is no plain file"),
        (EntryType::GNUSparse, "x", b"", "\"x\", which is no plain file"),
        (EntryType::GNULongName, "././@LongLink", b"control\0", "\"././@LongLink\", which is no plain file"),
        (EntryType::GNULongLink, "././@LongLink", b"control\0", "\"././@LongLink\", which is no plain file"),
        (EntryType::Directory, "control", b"", "\"control\", a directory, which dpkg does not install"),
        (EntryType::Regular, "control/", b"", "\"control/\", a directory, which dpkg does not install"),
        (EntryType::Link, "x", b"content", "\"x\", a link or directory with content"),
        (EntryType::Directory, "./", b"content", "\"./\", a link or directory with content"),
        (EntryType::XHeader, "x", sizes, "an extended header with \"size\", which only other files need"),
        (EntryType::XHeader, "x", renames, "an extended header with \"path\", which only other files need"),
        (EntryType::XGlobalHeader, "x", renames, "an extended header with \"path\", which only other files need"),
        (EntryType::XHeader, "x", sparse, "an extended header with \"GNU.sparse.major\", which only other files need"),
        (EntryType::XHeader, "x", b"99 no\n", "cannot be unpacked: malformed pax extension"),
    ] {
        let error = refusal(&with_entries(&[(name, kind, content), file("y", OTHER), file("./control", CONTROL)]));
        assert!(error.starts_with("corrupt: the control member") && error.ends_with(expected), "{error}\n{expected}");
    }
}

#[test]
fn an_archive_that_is_damaged_or_ends_early() {
    let whole = tar(&[file("./control", CONTROL), file("x", b"more")]);
    for (length, expected) in [
        (1, "cannot be unpacked: failed to read entire block"),
        (511, "cannot be unpacked: failed to read entire block"),
        (512, "ends in the middle of the control file"),
        (512 + CONTROL.len() - 1, "ends in the middle of the control file"),
        (1025, "cannot be unpacked: failed to read entire block"),
    ] {
        assert_eq!(refusal(&deb("control.tar", &whole[..length])), format!("corrupt: the control member {expected}"));
    }
    let mut damaged = whole.clone();
    damaged[150] ^= 1;
    assert!(refusal(&deb("control.tar", &damaged)).contains("cannot be unpacked: "));
    let mut damaged = whole;
    damaged[512 + 2] = b'\n';
    assert!(refusal(&deb("control.tar", &damaged)).starts_with("control: line 1"), "what it says is what is read");
}

#[test]
fn a_compressed_member_that_is_damaged_or_ends_early() {
    let content = tar(&[file("./control", CONTROL), file("x", &[b'x'; 5000])]);
    for name in &NAMES[1..] {
        let packed = packed(name, content.as_slice());
        for length in 0..packed.len() {
            let error = refusal(&deb(name, &packed[..length]));
            assert!(error.starts_with("corrupt: the control member "), "{name} {length}: {error}");
        }
        let error = refusal(&deb(name, &[&packed, &b"something else"[..]].concat()));
        assert!(error.contains("cannot be unpacked: "), "{name}: {error}");
        for other in NAMES.iter().filter(|other| *other != name) {
            assert!(refusal(&deb(other, &packed)).starts_with("corrupt: "), "{name} as {other}");
        }
    }
}

#[test]
fn lengths_in_the_archive_that_lie() {
    for (name, kind, size, expected) in [
        (
            "control",
            EntryType::Regular,
            1024 * 1024 + 1,
            "the control file has more than the 1048576 bytes that are read",
        ),
        ("control", EntryType::Regular, 100_000_000, "the control file has more than the 1048576 bytes that are read"),
        ("control", EntryType::Regular, u64::MAX, "corrupt: the control member cannot be unpacked: size overflow"),
        (
            "control",
            EntryType::Regular,
            u64::MAX - 511,
            "corrupt: the control member cannot be unpacked: size overflow",
        ),
        (
            "control",
            EntryType::Regular,
            1024 * 1024,
            "corrupt: the control member ends in the middle of the control file",
        ),
        ("x", EntryType::Regular, u64::MAX - 511, "corrupt: the control member cannot be unpacked: size overflow"),
        (
            "x",
            EntryType::Regular,
            1 << 62,
            "corrupt: the control member cannot be unpacked: unexpected EOF during skip",
        ),
        (
            "x",
            EntryType::XHeader,
            1 << 62,
            "an extended header of the control member has more than the 65536 bytes that are read",
        ),
    ] {
        let header = tar_header(name, kind, size);
        let error = refusal(&deb("control.tar", &[&header.as_bytes()[..], CONTROL].concat()));
        assert_eq!(error, expected, "{name} of {size}");
    }
}
