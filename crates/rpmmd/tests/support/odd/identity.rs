//! Names, versions and architectures; and names of files, which become places in the repository.

use super::{super::raw_rpm::*, Named, named, x};

pub(super) fn packages() -> Vec<Named> {
    let mut list = named([
        ("name-number", x().with(1000, numbers([5]))),
        ("name-translated", x().with(1000, translated("x"))),
        ("name-list", x().with(1000, texts(["x"]))),
        ("arch-list", x().with(1022, texts(["noarch"]))),
        ("release-list", x().with(1002, texts(["1"]))),
        ("name-control", RawRpm::new("a\x01b")),
        ("release-control", x().with(1002, text("1\x02"))),
        ("arch-control", x().with(1022, text("x\x02"))),
        ("odd-arch", x().with(1022, text("pdp_11"))),
        ("odd-identity", RawRpm::new("a&<b>\"c'").with(1001, text("1~2^3+4&<\">")).with(1002, text("ü☃"))),
        ("space-identity", RawRpm::new("a b").with(1001, text(" 1 ")).with(1002, text("1 1"))),
    ]);
    let file_names = [
        "+plus",
        "~tilde",
        "^caret",
        "%41",
        "%",
        "sp ace",
        "ü☃",
        "a#b",
        "a?b",
        "a&b",
        "a<b>",
        "a\"b'",
        "a:b",
        "a@b",
        "a;b=c,d",
        "a[b]{c}|d\\e",
        "a(b)!$*",
        "tab\tnew\nline",
    ];
    list.extend(file_names.map(|name| (name.to_owned(), x())));
    list
}

/// `createrepo_c` tells these, for others to stumble over.
pub(super) fn refused_by_us_alone() -> Vec<Named> {
    named([
        ("no-name", x().without(1000)),
        ("no-version", x().without(1001)),
        ("no-release", x().without(1002)),
        ("no-arch", x().without(1022)),
        ("two-names", x().with(1000, texts(["x", "y"]))),
        ("empty-name", RawRpm::new("")),
        ("empty-version", x().with(1001, text(""))),
        ("empty-release", x().with(1002, text(""))),
        ("empty-arch", x().with(1022, text(""))),
        ("name-slash", RawRpm::new("../../x")),
        ("name-dots", RawRpm::new("a..b")),
        ("name-newline", RawRpm::new("a\nb")),
        ("name-long", RawRpm::new(&"a".repeat(256))),
        ("name-latin1", x().with(1000, text(b"caf\xe9"))),
        ("version-slash", x().with(1001, text("1/2"))),
        ("arch-slash", x().with(1022, text("x/86"))),
        ("arch-dot", x().with(1022, text("."))),
        ("arch-repodata", x().with(1022, text("repodata"))),
    ])
}
