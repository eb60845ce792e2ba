//! Packages that are valid and unusual, or nearly valid.

use super::raw_rpm::{Format, RawRpm, Value, numbers, text, texts, translated};

/// One of them.
pub(crate) struct Odd {
    pub(crate) file_name: String,
    pub(crate) bytes: Vec<u8>,
    /// On purpose, although `createrepo_c` takes it.
    pub(crate) refused_by_us_alone: bool,
}

pub(crate) fn packages() -> Vec<Odd> {
    let mut list: Vec<(String, RawRpm, bool)> = Vec::new();
    let mut add = |name: &str, package: RawRpm| list.push((name.to_owned(), package, false));
    let new = RawRpm::new;

    add("plain", new("plain"));
    add("v3", new("v3").format(Format::Three));
    add("sha1", new("sha1").format(Format::Sha1));
    add("md5", new("md5").format(Format::Md5));
    add("lzma", new("lzma").with(1125, text("lzma")));
    add("unknown-compressor", new("x").with(1125, text("snappy")));
    add("no-compressor", new("x").without(1125).without(1126).without(1124));
    add("epoch", new("epoch").with(1003, numbers([7])));
    add("epoch-big", new("epoch").with(1003, numbers([u32::MAX])));
    add("no-summary", new("x").without(1004).without(1005).without(1014).without(1016));
    add("no-buildtime", new("x").without(1006).without(1007).without(1009));
    add("string-summary", new("x").with(1004, text("plain string")).with(1005, text("plain")));
    add("wrong-type-summary", new("x").with(1004, numbers([5])).with(1005, Value::Binary(vec![65, 66])));
    add("wrong-type-time", new("x").with(1006, text("12")).with(1009, text("12")));
    add("array-license", new("x").with(1014, texts(["A", "B"])));
    add(
        "two-languages",
        new("x").with(100, texts(["C", "de"])).with(1004, Value::Translated(vec![b"one".to_vec(), b"eins".to_vec()])),
    );
    add("latin1-summary", new("x").with(1004, translated(b"caf\xe9 \xfc\x80\x9f\xff end")));
    add("latin1-description", new("x").with(1005, translated(b"caf\xe9\n\xa0 ok\n")));
    add(
        "latin1-vendor",
        new("x").with(1011, text(b"M\xfcller")).with(1015, text(b"M\xfcller")).with(1020, text(b"http://\xfc/")),
    );
    add("half-utf8", new("x").with(1004, translated(b"good \xc3\xbc bad \xfc")));
    add("truncated-utf8", new("x").with(1004, translated(b"cut \xe2\x98")));
    add("nonchar-utf8", new("x").with(1004, translated("non \u{fdd0} char \u{10ffff}")));
    add("c1-utf8", new("x").with(1004, translated("c1 \u{80} \u{85} \u{9f} \u{7f} del \u{2028}")));
    add("control-summary", new("x").with(1004, translated(b"a\x01b\x08c\x0bd\x0ce\x0ef\x1fg\x7fh\ti\nj\rk")));
    add("control-description", new("x").with(1005, translated(b"a\x01b\x1b[1m\x00")));
    add("control-latin1", new("x").with(1005, translated(b"a\x01b\x1b[1m\xe9 \x80\x85")));
    add("control-vendor", new("x").with(1011, text(b"a\x01b\tc\nd\re")).with(1020, text(b"http://a\x02/")));
    add("cr-description", new("x").with(1005, translated(b"one\r\ntwo\rthree\r\n")));
    add(
        "space-description",
        new("x").with(1005, translated("  \n lead\n\ntrail \n\n ")).with(1004, translated("  spaces  ")),
    );
    add("blank-description", new("x").with(1005, translated(" \n ")).with(1004, translated("")));
    add("source", new("source").without(1044).with(1106, numbers([1])));
    add("source-no-flag", new("source").without(1044));
    add("source-flag-and-sourcerpm", new("source").with(1106, numbers([1])));
    add("nosource", new("source").without(1044).with(1106, numbers([1])).with(1051, numbers([0])));
    add("nopatch", new("source").without(1044).with(1106, numbers([1])).with(1052, numbers([0])));
    add("empty-sourcerpm", new("x").with(1044, text("")));
    add(
        "long-size",
        new("x")
            .without(1009)
            .with(5009, Value::Int64(vec![5_000_000_000]))
            .signed(271, Value::Int64(vec![6_000_000_000])),
    );
    add(
        "both-sizes",
        new("x").with(5009, Value::Int64(vec![5_000_000_000])).signed(271, Value::Int64(vec![6_000_000_000])),
    );
    add("archive-in-header", new("x").with(1046, numbers([99])));
    add("archive-in-header-only", new("x").with(1046, numbers([99])).signed(1007, text("wrong type")));
    add("trailing-bytes", new("x"));

    // Dependencies.
    let bits: Vec<(String, u32)> = (0..32).map(|bit| (format!("bit{bit}"), 1 << bit)).collect();
    let bits: Vec<(&str, u32, &str)> = bits.iter().map(|(name, flag)| (name.as_str(), *flag, "1")).collect();
    add("flag-bits", new("x").requires(&bits).provides(&bits));
    let senses: Vec<(String, u32)> = (0..16).map(|sense| (format!("sense{sense}"), sense)).collect();
    let senses: Vec<(&str, u32, &str)> = senses.iter().map(|(name, flag)| (name.as_str(), *flag, "2:1-3")).collect();
    add("sense-bits", new("x").requires(&senses).dependencies([1054, 1053, 1055], &senses));
    let versions = [
        "", "1", "1-", "-1", ":", "1:", ":1", "1:2", "1:2-", "1:2-3", "1:2-3-4", "1:2:3-4", "a:1-2", "01:2-3",
        "1.0-1:2", " 1 ", "0:1", "-", "4294967296:1", "%{v}",
    ];
    let names: Vec<String> = (0..versions.len()).map(|at| format!("version{at}")).collect();
    let evrs: Vec<(&str, u32, &str)> =
        names.iter().zip(versions).map(|(name, version)| (name.as_str(), 8, version)).collect();
    let free: Vec<(&str, u32, &str)> =
        names.iter().zip(versions).map(|(name, version)| (name.as_str(), 0, version)).collect();
    add("versions", new("x").provides(&evrs).dependencies([1054, 1053, 1055], &free));
    add(
        "repeated",
        new("x")
            .requires(&[
                ("a", 0, ""),
                ("b", 0, ""),
                ("a", 0, ""),
                ("a", 8, "1"),
                ("a", 0, ""),
                ("a", 512, ""),
                ("b", 0, ""),
                ("a", 512, ""),
                ("c", 8, "1"),
                ("c", 8, "0:1"),
                ("c", 8, "1"),
                ("c", 10, "1"),
                ("c", 8, "1-1"),
                ("c", 8, "1"),
                ("d", 2048, ""),
                ("d", 0, ""),
            ])
            .provides(&[("p", 0, ""), ("q", 0, ""), ("p", 0, ""), ("p", 8, "1"), ("p", 8, "1")]),
    );
    add(
        "self-provided",
        new("x")
            .provides(&[("p", 0, ""), ("q", 8, "1"), ("r", 8, "1:1-1"), ("s", 12, "1"), ("t", 8, "1"), ("u", 8, "0:1")])
            .requires(&[
                ("p", 0, ""),
                ("p", 8, "1"),
                ("q", 0, ""),
                ("q", 8, "1"),
                ("q", 12, "1"),
                ("q", 8, "0:1"),
                ("r", 8, "1:1-1"),
                ("r", 8, "1:1"),
                ("s", 12, "1"),
                ("s", 8, "1"),
                ("t", 512 | 8, "1"),
                ("u", 8, "1"),
                ("p", 512, ""),
            ]),
    );
    add(
        "self-provided-other-version",
        new("x").provides(&[("p", 8, "1"), ("p", 8, "2")]).requires(&[("p", 8, "1"), ("p", 8, "2"), ("p", 0, "1")]),
    );
    add(
        "rpmlib",
        new("x")
            .requires(&[
                ("rpmlib(X)", 0x0100_000a, "1"),
                ("rpmlib(X)", 0, ""),
                ("rpmlib", 0, ""),
                ("xrpmlib(", 0, ""),
                ("rpmlibfoo", 0, ""),
                ("config(x)", 8, "1"),
            ])
            .provides(&[("rpmlib(Y)", 8, "1"), ("rpmlib(Z)", 0x0100_0008, "1")])
            .dependencies([1054, 1053, 1055], &[("rpmlib(C)", 0x0100_0008, "1")]),
    );
    for (at, names) in [
        &["libc.so.6()(64bit)"][..],
        &["libc.so.6"],
        &["libc.so.6()(64bit)", "libc.so.6"],
        &["libc.so.6(GLIBC_2.2.5)(64bit)", "libc.so.6(GLIBC_2.34)(64bit)", "libc.so.6(GLIBC_2.4)(64bit)"],
        &["libc.so.6(GLIBC_2.34)(64bit)", "libc.so.6(GLIBC_2.2.5)(64bit)", "libc.so.6()(64bit)"],
        &["libc.so.6(GLIBC_2.4)", "libc.so.6(GLIBC_2.4)(64bit)", "z"],
        &["libc.so.6(GLIBC_2.4)(64bit)", "libc.so.6(GLIBC_2.4)", "z"],
        &["libc.so.6(GLIBC_2.10)", "libc.so.6(GLIBC_2.9)", "z", "libc.so.6.1", "libc.so.60"],
        &["libc.so.6(GLIBC_PRIVATE)(64bit)", "libc.so.6(GLIBC_2.9)(64bit)", "z"],
        &["libc.so.6(GLIBC_2.9)(64bit)", "libc.so.6(GLIBC_PRIVATE)(64bit)", "z"],
        &["libc.so.6(GLIBC_2.3.4)(64bit)", "libc.so.6(GLIBC_2.3)(64bit)", "z", "libc.so.6(GLIBC_2.3.10)(64bit)"],
        &["libc.so.6(GLIBC_ABI_DT_RELR)(64bit)", "libc.so.6(GLIBC_2.34)(64bit)", "z"],
        &["libc.so.6(GLIBC_2.34)(64bit)", "libc.so.6(GLIBC_ABI_DT_RELR)(64bit)", "z"],
        &[
            "libc.so.6(GLIBC_2.2.5)(64bit)",
            "libc.so.6(GLIBC_2.38)(64bit)",
            "libc.so.6(GLIBC_ABI_DT_RELR)(64bit)",
            "libc.so.6(GLIBC_2.4)",
            "z",
        ],
        &["libc.so.6(", "libc.so.6", "z"],
        &["libc.so.6()", "libc.so.6()(64bit)", "libc.so.6(A)", "libc.so.6(B)(64bit)", "z"],
        &["libc.so.6(B)(64bit)", "libc.so.6(A)", "z"],
        &["libc.so.6(GLIBC_2.4)(64bit)", "libc.so.6(GLIBC_2.4)(64bit)", "z"],
    ]
    .into_iter()
    .enumerate()
    {
        let required: Vec<(&str, u32, &str)> = names.iter().map(|name| (*name, 0, "")).collect();
        add(&format!("libc-{at:02}"), new("x").requires(&required));
        let required: Vec<(&str, u32, &str)> = names.iter().map(|name| (*name, 512, "")).collect();
        add(&format!("libc-pre-{at:02}"), new("x").requires(&required));
    }
    add(
        "libc-versioned",
        new("x").requires(&[
            ("libc.so.6(GLIBC_2.4)", 8, "1"),
            ("libc.so.6(GLIBC_2.5)", 512, ""),
            ("libc.so.6(GLIBC_2.5)", 0, ""),
        ]),
    );
    add(
        "libc-provided",
        new("x").requires(&[("libc.so.6(GLIBC_2.4)", 0, ""), ("libc.so.6(GLIBC_2.5)", 0, "")]).provides(&[(
            "libc.so.6(GLIBC_2.5)",
            0,
            "",
        )]),
    );
    add(
        "dep-text",
        new("x")
            .requires(&[("a&b<c>\"d\"'e'", 8, "1&<\">"), ("t\tn\nr\r", 0, "")])
            .provides(&[("ümläut", 8, "ü"), ("", 0, "")]),
    );
    add(
        "dep-latin1",
        new("x")
            .with(1049, texts([&b"caf\xe9"[..], b"x\xa9\xfc"]))
            .with(1048, numbers([0, 8]))
            .with(1050, texts([&b""[..], b"\xe9\xa91"])),
    );
    add(
        "dep-short-flags",
        new("x").with(1049, texts(["a", "b"])).with(1048, numbers([8])).with(1050, texts(["1", "2"])),
    );
    add(
        "dep-short-versions",
        new("x").with(1049, texts(["a", "b"])).with(1048, numbers([8, 8])).with(1050, texts(["1"])),
    );
    add("dep-no-flags", new("x").with(1047, texts(["a", "b"])));
    add("dep-no-versions", new("x").with(1047, texts(["a", "b"])).with(1112, numbers([8, 8])));
    add("dep-one-string", new("x").with(1047, text("a")).with(1112, numbers([8])).with(1113, text("1")));
    add(
        "weak",
        new("x")
            .dependencies([5046, 5048, 5047], &[("rec", 8, "1")])
            .dependencies([5049, 5051, 5050], &[("sug", 8, "1")])
            .dependencies([5052, 5054, 5053], &[("sup", 8, "1")])
            .dependencies([5055, 5057, 5056], &[("enh", 8, "1")]),
    );
    add(
        "old-weak",
        new("x")
            .dependencies([1156, 1158, 1157], &[("oldsug", 8, "1"), ("oldrec", 8 | 1 << 27, "1")])
            .dependencies([1159, 1161, 1160], &[("oldenh", 8, "1"), ("oldsup", 8 | 1 << 27, "1")]),
    );
    add(
        "old-and-new-weak",
        new("x")
            .dependencies([1156, 1158, 1157], &[("oldsug", 8, "1"), ("oldrec", 8 | 1 << 27, "1"), ("same", 0, "")])
            .dependencies([5046, 5048, 5047], &[("rec", 8, "1")])
            .dependencies([5049, 5051, 5050], &[("sug", 8, "1"), ("same", 0, "")]),
    );
    add("v3-no-provides", new("x").format(Format::Three).without(1047));
    add("v3-source", new("x").format(Format::Three).without(1044));
    add("v3-prereq", new("x").format(Format::Three).requires(&[("a", 64, ""), ("b", 0, "")]));

    // Files.
    let dir = 0o040_755;
    let file = 0o100_644;
    let dirs = ["/etc/", "/usr/bin/", "/usr/lib/", "/usr/share/x/", "/", "/sbin/", "relative/", "", "/opt/bin", "/etc"];
    let all: Vec<(u32, &[u8], u16, u32)> = vec![
        (0, b"a", file, 0),
        (0, b"d", dir, 0),
        (0, b"g", file, 64),
        (0, b"gd", dir, 64),
        (0, b"c", file, 1),
        (0, b"cg", file, 65),
        (1, b"x", 0o100_755, 0),
        (1, b"link", 0o120_777, 0),
        (2, b"sendmail", file, 0),
        (2, b"sendmail", 0o120_777, 64),
        (2, b"Sendmail", file, 0),
        (3, b"p&<>\"'", file, 2),
        (3, b"sp ace", file, 0),
        (4, b"root", file, 0),
        (4, b"etc", dir, 0),
        (4, b"bin", dir, 0),
        (5, b"s", file, 0),
        (6, b"rel", file, 0),
        (7, b"bare", file, 0),
        (3, b"bin", dir, 0),
        (3, b"binx", dir, 0),
        (8, b"joined", file, 0),
        (9, b"joined", file, 0),
        (3, b"", dir, 0),
        (1, b"", dir, 0),
        (3, b"fifo", 0o010_644, 0),
        (3, b"dev", 0o020_644, 64),
        (3, b"zero-mode", 0, 0),
        (3, b"missingok", file, 8),
        (3, b"artifact", file, 4096),
        (3, "ümläut".as_bytes(), file, 0),
        (3, b"caf\xe9", file, 0),
        (3, b"tab\tnew\nline\rcr", file, 0),
        (0, b"lat\xe9", file, 0),
        (3, b"  lead trail  ", file, 0),
        (0, b"", file, 0),
        (3, b"amp&amp;amp", file, 0),
    ];
    add("files", new("x").files(&dirs, &all));
    add("no-modes", new("x").files(&dirs, &all).without(1030));
    add("no-flags", new("x").files(&dirs, &all).without(1037));
    add("no-dirindexes", new("x").files(&dirs, &all).without(1116));
    add("no-dirnames", new("x").files(&dirs, &all).without(1118));
    add("no-basenames", new("x").files(&dirs, &all).without(1117));
    add("bad-dirindex", new("x").files(&["/a/"], &[(0, b"a", file, 0), (1, b"b", file, 0), (u32::MAX, b"c", file, 0)]));
    add(
        "short-dirindexes",
        new("x").files(&["/a/"], &[(0, b"a", file, 0), (0, b"b", file, 0)]).with(1116, numbers([0])),
    );
    add(
        "short-modes",
        new("x")
            .files(&["/a/"], &[(0, b"a", dir, 64), (0, b"b", dir, 64)])
            .with(1030, Value::Int16(vec![0o040_755]))
            .with(1037, numbers([64])),
    );
    add(
        "old-filenames",
        new("x")
            .with(1027, texts(["/etc/old", "/usr/old", "/usr/olddir"]))
            .with(1030, Value::Int16(vec![file, file, dir]))
            .with(1037, numbers([0, 64, 0])),
    );
    add(
        "old-filenames-v3",
        new("x")
            .format(Format::Three)
            .with(1027, texts(["/etc/old", "/usr/old", "/usr/olddir"]))
            .with(1030, Value::Int16(vec![file, file, dir]))
            .with(1037, numbers([0, 64, 0])),
    );
    add(
        "requires-own-files",
        new("x").files(&dirs, &all).requires(&[
            ("/etc/a", 0, ""),
            ("/usr/bin/x", 0, ""),
            ("/usr/share/x/sp ace", 0, ""),
            ("/etc/d", 0, ""),
            ("/etc/g", 0, ""),
            ("/usr/bin/x", 8, "1"),
            ("/usr/bin/link", 512, ""),
            ("/usr/lib/sendmail", 0, ""),
            ("/usr/bin/none", 0, ""),
            ("/usr/bin", 0, ""),
            ("/etc", 0, ""),
            ("/bin", 0, ""),
        ]),
    );
    let many: Vec<Vec<u8>> = (0..14_000).map(|at| format!("file{at:05}").into_bytes()).collect();
    let many: Vec<(u32, &[u8], u16, u32)> = many.iter().map(|name| (3, name.as_slice(), file, 0)).collect();
    add("many-files", new("x").files(&dirs, &many));

    // Changelogs.
    let entry = |time: u32| (time, &b"Some One <a@b> - 1-1"[..], &b"- text"[..]);
    add("changelog-11", new("x").changelog(&(0..11).map(|at| entry(2_000_000 - at * 1000)).collect::<Vec<_>>()));
    add("changelog-same-day", new("x").changelog(&(0..12).map(|at| entry(2_000_000 - at / 4 * 2)).collect::<Vec<_>>()));
    add("changelog-same", new("x").changelog(&(0..12).map(|_| entry(2_000_000)).collect::<Vec<_>>()));
    add("changelog-rising", new("x").changelog(&(0..12).map(|at| entry(2_000_000 + at)).collect::<Vec<_>>()));
    add(
        "changelog-mixed",
        new("x").changelog(&[
            entry(5),
            entry(9),
            entry(3),
            entry(9),
            entry(9),
            entry(1),
            entry(2),
            entry(0),
            entry(u32::MAX),
            entry(0),
        ]),
    );
    add(
        "changelog-text",
        new("x").changelog(&[
            (100, b"A & <b> \"c\" 'd' \t x", b"- a & <b> \"c\" 'd'\n\t- tab\r\n- cr  \n\n"),
            (90, b"caf\xe9 \xa9", b"caf\xe9 \xa9"),
            (80, "ümläut ☃ 𝄞".as_bytes(), "ümläut ☃ 𝄞".as_bytes()),
            (70, b"", b""),
            (60, b"  pad  ", b"  pad  "),
            (50, b"c1 \x7f\xc2\x85", b"c1 \x7f\xc2\x85"),
            (40, b"new\nline", b"\n\n"),
        ]),
    );
    add("changelog-short", new("x").with(1080, numbers([5, 4])).with(1081, texts(["a", "b"])).with(1082, texts(["t"])));
    add("changelog-no-text", new("x").with(1080, numbers([5, 4])).with(1081, texts(["a", "b"])));
    add("changelog-no-name", new("x").with(1080, numbers([5, 4])).with(1082, texts(["a", "b"])));
    add("changelog-no-time", new("x").with(1081, texts(["a", "b"])).with(1082, texts(["a", "b"])));

    // Identity.
    add("name-number", new("x").with(1000, numbers([5])));
    add("odd-arch", new("x").with(1022, text("pdp_11")));
    add("odd-identity", new("a&<b>\"c'").with(1001, text("1~2^3+4&<\">")).with(1002, text("ü☃")));
    add("space-identity", new("a b").with(1001, text(" 1 ")).with(1002, text("1 1")));
    for odd in [
        "+plus", "~tilde", "^caret", "%41", "%", "sp ace", "ü☃", "a#b", "a?b", "a&b", "a<b>", "a\"b'", "a:b", "a@b",
        "a;b=c,d", "a[b]{c}|d\\e", "a(b)!$*",
    ] {
        add(odd, new("href"));
    }
    let mut packages: Vec<_> =
        list.into_iter().map(|(name, package, stricter)| (name, package.build(), stricter)).collect();

    for (name, package) in [
        ("no-name", new("x").without(1000)),
        ("no-version", new("x").without(1001)),
        ("no-release", new("x").without(1002)),
        ("no-arch", new("x").without(1022)),
        ("empty-name", new("")),
        ("empty-version", new("x").with(1001, text(""))),
        ("empty-release", new("x").with(1002, text(""))),
        ("empty-arch", new("x").with(1022, text(""))),
        ("name-slash", new("../../x")),
        ("name-dots", new("a..b")),
        ("name-control", new("a\x01b")),
        ("name-newline", new("a\nb")),
        ("name-latin1", new("x").with(1000, text(b"caf\xe9"))),
        ("version-slash", new("x").with(1001, text("1/2"))),
        ("release-control", new("x").with(1002, text("1\x02"))),
        ("arch-slash", new("x").with(1022, text("x/86"))),
        ("arch-repodata", new("x").with(1022, text("repodata"))),
    ] {
        packages.push((name.to_owned(), package.build(), true));
    }
    damaged(&mut packages);
    packages
        .into_iter()
        .map(|(name, bytes, refused_by_us_alone)| Odd { file_name: format!("{name}.rpm"), bytes, refused_by_us_alone })
        .collect()
}

/// Whole packages with something wrong in their bytes.
fn damaged(packages: &mut Vec<(String, Vec<u8>, bool)>) {
    let good = RawRpm::new("good").requires(&[("a", 0, "")]).build();
    let mut add = |name: &str, change: &dyn Fn(&mut Vec<u8>), stricter: bool| {
        let mut bytes = good.clone();
        change(&mut bytes);
        packages.push((format!("damaged-{name}"), bytes, stricter));
    };
    let header = good.windows(4).rposition(|bytes| bytes == [0x8e, 0xad, 0xe8, 1]).expect("a header");
    add("lead-version-2", &|bytes| bytes[4] = 2, false);
    add("lead-version-4", &|bytes| bytes[4] = 4, false);
    add("lead-version-5", &|bytes| bytes[4] = 5, false);
    add("lead-signature-type", &|bytes| bytes[79] = 1, false);
    add("lead-type-source", &|bytes| bytes[7] = 1, false);
    add("lead-type-9", &|bytes| bytes[7] = 9, false);
    add("lead-magic", &|bytes| bytes[0] = 0, false);
    add("signature-magic", &|bytes| bytes[96] = 0, false);
    add("header-magic", &|bytes| bytes[header] = 0, false);
    add("header-version", &|bytes| bytes[header + 3] = 2, false);
    add("header-reserved", &|bytes| bytes[header + 4] = 2, false);
    add("no-entries", &|bytes| bytes[header + 8..header + 12].fill(0), false);
    add("many-entries", &|bytes| bytes[header + 9] = 1, false);
    add("2-gib-of-data", &|bytes| bytes[header + 12] = 0x80, false);
    add("256-mib-of-data", &|bytes| bytes[header + 12] = 0x10, false);
    add("200-mib-of-data", &|bytes| bytes[header + 12] = 0x0c, false);
    add("signature-2-gib", &|bytes| bytes[96 + 12] = 0x80, false);
    add("cut-in-header", &|bytes| bytes.truncate(header + 100), false);
    add("cut-in-signature", &|bytes| bytes.truncate(120), false);
    add("cut-in-lead", &|bytes| bytes.truncate(50), false);
    add("cut-in-magic", &|bytes| bytes.truncate(3), false);
    add("empty", &|bytes| bytes.clear(), false);
    add("cut-in-payload", &|bytes| bytes.truncate(bytes.len() - 5), true);
    add("cut-before-payload", &|bytes| bytes.truncate(bytes.len() - 20), true);
    add("trailing", &|bytes| bytes.extend(b"trailing"), false);
    add("text-changed", &|bytes| flip(bytes, b"A package"), true);
    add("type-unknown", &|bytes| bytes[header + 16 + 16 + 7] = 12, false);
    add("offset-outside", &|bytes| bytes[header + 16 + 16 + 8] = 0x7f, false);
    add("offset-negative", &|bytes| bytes[header + 16 + 16 + 8] = 0xff, false);
    add("count-outside", &|bytes| bytes[header + 16 + 5 * 16 + 12] = 0x7f, false);
    add("region-wrong", &|bytes| bytes[header + 16 + 15] = 17, false);
    add("zeroes", &|bytes| bytes[header + 16..].fill(0), false);
}

fn flip(bytes: &mut [u8], text: &[u8]) {
    let at = bytes.windows(text.len()).position(|window| window == text).expect("the text is there");
    bytes[at] ^= 1;
}
