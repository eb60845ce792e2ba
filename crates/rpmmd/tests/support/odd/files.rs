//! File lists: types, paths, and lists that do not fit together.

use super::{super::raw_rpm::*, Named, named, x};

const DIR: u16 = 0o040_755;
const FILE: u16 = 0o100_644;
const LINK: u16 = 0o120_777;
const GHOST: u32 = 64;

const DIRS: [&str; 10] =
    ["/etc/", "/usr/bin/", "/usr/lib/", "/usr/share/x/", "/", "/sbin/", "relative/", "", "/opt/bin", "/etc"];

/// Index of the directory, name, mode, flags.
const FILES: [(u32, &[u8], u16, u32); 38] = [
    (0, b"a", FILE, 0),
    (0, b"d", DIR, 0),
    (0, b"g", FILE, GHOST),
    (0, b"gd", DIR, GHOST),
    (0, b"c", FILE, 1),
    (0, b"cg", FILE, 1 | GHOST),
    (0, b"", FILE, 0),
    (0, b"lat\xe9", FILE, 0),
    (1, b"x", 0o100_755, 0),
    (1, b"link", LINK, 0),
    (1, b"", DIR, 0),
    (2, b"sendmail", FILE, 0),
    (2, b"sendmail", LINK, GHOST),
    (2, b"Sendmail", FILE, 0),
    (3, b"p&<>\"'", FILE, 2),
    (3, b"sp ace", FILE, 0),
    (3, b"bin", DIR, 0),
    (3, b"binx", DIR, 0),
    (3, b"", DIR, 0),
    (3, b"fifo", 0o010_644, 0),
    (3, b"dev", 0o020_644, GHOST),
    (3, b"no-type", 0, 0),
    (3, b"missingok", FILE, 8),
    (3, b"artifact", FILE, 4096),
    (3, "ümläut".as_bytes(), FILE, 0),
    (3, b"caf\xe9 \xa9", FILE, 0),
    (3, b"tab\tnew\nline\rcr", FILE, 0),
    (3, b"  lead trail  ", FILE, 0),
    (3, b"amp&amp;amp", FILE, 0),
    (4, b"root", FILE, 0),
    (4, b"etc", DIR, 0),
    (4, b"bin", DIR, 0),
    (5, b"s", FILE, 0),
    (6, b"rel", FILE, 0),
    (7, b"bare", FILE, 0),
    (7, b"/etc/whole", FILE, 0),
    (8, b"joined", FILE, 0),
    (9, b"joined", FILE, 0),
];

const OWN: [(&str, u32, &str); 12] = [
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
];

pub(super) fn packages() -> Vec<Named> {
    let all = x().files(&DIRS, &FILES);
    let two = x().files(&["/a/", "/b/"], &[(0, b"a", DIR, GHOST), (1, b"b", DIR, GHOST)]);
    let mut list = named([
        ("files", all.clone()),
        ("requires-own-files", all.clone().requires(&OWN)),
        ("dir-outside", two.clone().with(1116, numbers([0, 2]))),
        ("dir-far-outside", two.clone().with(1116, numbers([0, u32::MAX]))),
        ("few-dirs", two.clone().with(1118, texts(["/a/"]))),
        ("few-indexes", two.clone().with(1116, numbers([0]))),
        ("many-indexes", two.clone().with(1116, numbers([0, 1, 0]))),
        ("few-modes", two.clone().with(1030, Value::Int16(vec![DIR]))),
        ("few-flags-of-files", two.clone().with(1037, numbers([0]))),
        ("few-digests", two.clone().with(1035, texts([""]))),
        ("dirs-unsorted", two.clone().with(1118, texts(["/z/", "/a/"]))),
        ("control-in-dir", two.clone().with(1118, texts(["/a\x01/", "/b/"]))),
        ("control-in-name", two.with(1117, texts(["a", "b\x01"]))),
        ("many-files", many()),
    ]);
    for tag in [1028, 1030, 1034, 1035, 1036, 1037, 1116, 1117, 1118] {
        list.push((format!("files-without-{tag}"), all.clone().without(tag)));
    }
    list
}

fn many() -> RawRpm {
    let names: Vec<_> = (0..14_000).map(|at| format!("file{at:05}").into_bytes()).collect();
    let files: Vec<_> = names.iter().map(|name| (3, name.as_slice(), FILE, 0)).collect();
    x().files(&DIRS, &files)
}
