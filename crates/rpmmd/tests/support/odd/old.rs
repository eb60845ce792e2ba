//! Packages as they were made long ago.

use super::{super::raw_rpm::*, Named, named, x};

pub(super) fn packages() -> Vec<Named> {
    let old = x().format(Format::Three);
    let files = x().files(&[""], &[(0, b"", 0o100_644, 0), (0, b"", 0o100_644, 64), (0, b"", 0o040_755, 0)]);
    let files = files.with(1027, texts(["/etc/old", "/usr/old", "nodir"]));
    let paths = files.clone().without(1116).without(1117).without(1118);
    let own = [("a", 8, "1"), ("x", 8, "1.0-1"), ("b", 0, "")];
    named([
        ("sha1", x().format(Format::Sha1)),
        ("md5", x().format(Format::Md5)),
        ("lzma", x().with(1125, text("lzma"))),
        ("v3", old.clone()),
        ("v3-epoch", old.clone().with(1003, numbers([3]))),
        ("v3-source", old.clone().without(1044)),
        ("v3-provides", old.clone().provides(&[("a", 8, "1"), ("b", 0, "")])),
        ("v3-provides-itself", old.clone().provides(&own)),
        ("v3-provides-another-self", old.clone().provides(&[("x", 8, "2.0-1"), ("x", 0, ""), ("x", 12, "1.0-1")])),
        ("v3-provides-only-itself", old.clone().provides(&[("x", 8, "1.0-1")])),
        ("v3-provides-itself-first", old.clone().provides(&[("x", 8, "1.0-1"), ("a", 0, "")])),
        ("v3-provides-names", old.clone().with(1047, texts(["a", "b"]))),
        ("v3-requires-itself", old.clone().requires(&[("x", 8, "1.0-1"), ("x", 0, "")])),
        ("v3-prereq", old.clone().requires(&[("a", 64, ""), ("b", 0, "")])),
        ("v3-archive-size", old.with(1046, numbers([99])).unsigned(1007)),
        ("old-paths", paths.clone()),
        ("v3-old-paths", paths.format(Format::Three)),
        ("old-and-new-paths", files),
        ("old-paths-alone", x().with(1027, texts(["/etc/old"]))),
    ])
}
