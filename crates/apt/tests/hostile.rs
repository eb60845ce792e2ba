//! Files that no `dpkg-deb` builds: each is refused with a word on what is wrong.

mod support;

use colca_apt::{ControlExtent, Invalid, Package};
use support::{
    raw_deb::{CONTROL, NAMES, archive, deb, file, member, packed, tar, with_control},
    read, refusal,
};

/// The three members of a good package.
fn good() -> [(&'static str, Vec<u8>); 3] {
    [("debian-binary", b"2.0\n".to_vec()), ("control.tar", tar(&[file("control", CONTROL)])), ("data.tar", vec![7; 33])]
}

/// A package of these members.
fn of<'a>(members: impl IntoIterator<Item = (&'a str, Vec<u8>)>) -> Vec<u8> {
    let members: Vec<_> = members.into_iter().collect();
    archive(&members.iter().map(|(name, content)| (*name, content.as_slice())).collect::<Vec<_>>())
}

#[test]
fn the_packages_to_spoil_are_good() {
    read(&of(good()), 64 * 1024).expect("a good package");
    for name in NAMES {
        let file = deb(name, &packed(name, tar(&[file("control", CONTROL)]).as_slice()));
        assert_eq!(read(&file, 64 * 1024).expect("a good package").0.name(), "raw", "{name}");
    }
}

#[test]
fn what_is_no_archive() {
    for bytes in [&b""[..], b"!", b"!<arch>", b"\xed\xab\xee\xdb", b"0.939000\n", b"!<thin>\nabcdefgh", b" !<arch>\n"] {
        assert_eq!(Package::parse(bytes, bytes.len() as u64), Err(Invalid::NotADeb), "{bytes:?}");
    }
    // It is told from the first byte on, so nobody downloads more.
    assert_eq!(ControlExtent::locate(b"\x7fELF", 1 << 40), Err(Invalid::NotADeb));
}

#[test]
fn other_versions() {
    let version = |text: &[u8]| of([("debian-binary", text.to_vec())].into_iter().chain(good().into_iter().skip(1)));
    for text in [&b"2.0\n"[..], b"2.1\n", b"2.10", b"2.0\nmore\nlines\n"] {
        let file = version(text);
        Package::parse(&file, file.len() as u64).expect("a good package");
    }
    for text in
        [&b"3.0\n"[..], b"", b"\n", b"2", b"2.\n", b"2.x\n", b"20.0\n", b" 2.0\n", b"2.0 \n", b"2.-1\n", b"0.93\n"]
    {
        assert!(refusal(&version(text)).contains("where only 2.x is known"), "{text:?}");
    }
    assert_eq!(refusal(&version(&[b'2'; 5000])), "debian-binary has more than the 4096 bytes that are read");
}

#[test]
fn members_in_another_order_or_of_other_names() {
    let [version, control, data] = good();
    let named = |name, (_, content): &(&str, Vec<u8>)| (name, content.clone());
    let (v, c, d) = (|| version.clone(), || control.clone(), || data.clone());
    for (members, expected) in [
        (vec![c(), v(), d()], "the member \"control.tar\" where debian-binary is due"),
        (vec![v(), d(), c()], "the member \"data.tar\" where control.tar,"),
        (vec![v(), v(), c(), d()], "the member \"debian-binary\" where control.tar,"),
        (vec![v(), c(), c(), d()], "the member \"control.tar\" where data.tar,"),
        (vec![("_a", vec![]), v(), c(), d()], "the member \"_a\" where debian-binary is due"),
        (vec![v(), named("control.tar.bz2", &control), d()], "the member \"control.tar.bz2\" where"),
        (vec![v(), named("control.tarx", &control), d()], "the member \"control.tarx\" where"),
        (vec![v(), named("../control.tar", &control), d()], "the member \"../control.tar\" where"),
        (vec![v(), named("/control.tar", &control), d()], "the member \"/control.tar\" where"),
        (vec![v(), named("#1/11", &control), d()], "the member \"#1/11\" where"),
        (vec![v(), named("", &control), d()], "the member \"\" where"),
        (vec![v(), c(), named("data.zip", &data)], "the member \"data.zip\" where data.tar,"),
        (vec![v(), c(), named("x", &data), d()], "the member \"x\" where data.tar,"),
    ] {
        let error = refusal(&of(members));
        assert!(error.contains(expected), "{error}\n{expected}");
    }
    for name in ["data.tar.gz", "data.tar.xz", "data.tar.zst", "data.tar.bz2", "data.tar.lzma", "data.tar/"] {
        read(&of([v(), c(), named(name, &data)]), 0).expect("a good package");
    }
}

#[test]
fn members_to_be_ignored_are_ignored_within_bounds() {
    let [version, control, data] = good();
    let ignored = |length| ("_later", vec![b'x'; length]);
    for (before, between) in [(0, 0), (1, 60_001), (400_000, 500_000)] {
        let members = [&version, &ignored(before), &control, &ignored(between), &data].map(Clone::clone);
        let (package, _, rounds) = read(&of(members), 64 * 1024).expect("a good package");
        assert_eq!((package.name(), rounds <= 3), ("raw", true), "{rounds} rounds");
    }
    for at in [1, 2] {
        let mut members = good().to_vec();
        members.insert(at, ignored(1 << 20));
        let error = refusal(&of(members));
        assert_eq!(error, "what stands between the members has more than the 1048576 bytes that are read");
    }
    // As many as fit take few rounds all the same.
    let many = std::iter::repeat_n(("_", Vec::new()), 17_000);
    let [version, rest @ ..] = good();
    let (.., rounds) = read(&of([version].into_iter().chain(many).chain(rest)), 0).expect("a good package");
    assert!(rounds < 25, "{rounds} rounds");
}

#[test]
fn what_follows_the_data() {
    let mut file = of(good());
    let end = file.len();
    for more in [&b"\n"[..], b"x", &[0; 60], &[b'x'; 1000]] {
        file.truncate(end);
        file.extend(more);
        let size = file.len();
        assert_eq!(
            refusal(&file),
            format!("the data member ends at byte {end}, but the file has {size} bytes: nothing may follow it")
        );
    }
    let mut members = good().to_vec();
    members.push(("_gpgorigin", b"signature".to_vec()));
    assert!(refusal(&of(members)).contains("nothing may follow it"));
}

#[test]
fn cut_off_at_every_boundary() {
    let file = of(good());
    let control = 72 + 60 + good()[1].1.len();
    for (length, part) in [
        (8, "debian-binary"),
        (67, "debian-binary"),
        (68, "debian-binary"),
        (71, "debian-binary"),
        (72, "the control member"),
        (131, "the control member"),
        (132, "the control member"),
        (control - 1, "the control member"),
        (control, "the data member"),
        (control + 59, "the data member"),
        (control + 60, "the data member"),
        (file.len() - 2, "the data member"),
        (file.len() - 1, "the data member"),
    ] {
        let error = refusal(&file[..length]);
        assert!(error.starts_with(&format!("truncated: {part} ends at byte ")), "{length}: {error}");
        assert!(error.ends_with(&format!("but the file has {length} bytes")), "{length}: {error}");
    }
}

#[test]
fn lengths_that_lie() {
    let [version, control, data] = good();
    for length in ["-1", "+1", "", "x", "0x10", " 1", "1 1", "1.5", "99999999999"] {
        for at in 0..3 {
            let mut file = b"!<arch>\n".to_vec();
            for (number, (name, content)) in [&version, &control, &data].into_iter().enumerate() {
                let length = if number == at { length.to_owned() } else { content.len().to_string() };
                member(&mut file, name, &length, content);
            }
            let error = refusal(&file);
            assert!(error.starts_with("corrupt: ") || error.starts_with("truncated: "), "{length:?} {at}: {error}");
        }
    }
}

#[test]
fn lengths_are_not_believed_however_large_the_file() {
    let start = |length: &str| {
        let mut file = b"!<arch>\n".to_vec();
        member(&mut file, "debian-binary", "4", b"2.0\n");
        member(&mut file, "control.tar", length, b"");
        file
    };
    for size in [10 << 30, u64::MAX - 1, u64::MAX] {
        let error = ControlExtent::locate(&start("9999999999"), size).expect_err("9 GiB of control member");
        assert_eq!(error.to_string(), "the control member has more than the 16777216 bytes that are read");
        let extent = ControlExtent::locate(&start("16777216"), size).expect("the most there may be");
        assert_eq!(extent.needed(), 132 + 16_777_216 + 60);
        assert!(
            Package::parse(&start("16777216"), size).expect_err("not there").to_string().starts_with("truncated: ")
        );
        let error = ControlExtent::locate(&of(good()), size).expect_err("the data ends before the file");
        assert!(error.to_string().contains("nothing may follow it"), "{error}");
    }
    let error = ControlExtent::locate(&start("1000"), 1000).expect_err("more than the file");
    assert_eq!(error.to_string(), "truncated: the control member ends at byte 1132, but the file has 1000 bytes");
}

#[test]
fn fields_that_are_missing_there_twice_or_bad() {
    for (control, expected) in [
        (&b""[..], "the control file has no Package"),
        (b"Version: 1\nArchitecture: all\n", "the control file has no Package"),
        (b"Package: aa\nArchitecture: all\n", "the control file has no Version"),
        (b"Package: aa\nVersion: 1\n", "the control file has no Architecture"),
        (b"Package: aa\nVersion: 1\nArchitecture: all\npackage: bb\n", "the control file has the field package twice"),
        (b"Package: aa\nVersion: 1\nArchitecture: all\nX: 1\nx: 1\n", "the control file has the field x twice"),
        (b"Package:\nVersion: 1\nArchitecture: all\n", "Package: must not be empty, got \"\""),
        (
            b"Package: ../a\nVersion: 1\nArchitecture: all\n",
            "Package: must be of lower case letters, digits, + - and ., got \"../a\"",
        ),
        (
            b"Package: aa\nVersion: v1\nArchitecture: all\n",
            "Version: must begin with a digit, after its epoch, got \"v1\"",
        ),
        (
            b"Package: aa\nVersion: 1\nArchitecture: a/b\n",
            "Architecture: must be of lower case letters, digits and -, and not begin with -, got \"a/b\"",
        ),
        (
            b"Package: aa\nVersion: 1\nArchitecture: all\nSource: aa 1\n",
            "Source: must be of lower case letters, digits, + - and ., got \"aa 1\"",
        ),
        (
            b"Package: aa\nVersion: 1\nArchitecture: all\n\nPackage: bb\n",
            "control: line 5 begins a second paragraph, but there may be only one, got \"Package: bb\"",
        ),
        (b"Package: aa\nVersion: 1\nArchitecture: all", "corrupt: the control file does not end with a newline"),
        (
            b"Package: aa\nVersion: 1\nArchitecture: all\nX: \x1b[0m\n",
            "control: line 4 must not contain control characters, got \"X: \\u{1b}[0m\"",
        ),
        (b"Package: aa\nVersion: 1\nArchitecture: \xe9\n", "corrupt: the control file is not UTF-8 from byte 37 on"),
    ] {
        assert_eq!(refusal(&with_control(control)), expected);
    }
}
