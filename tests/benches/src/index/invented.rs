//! Indexes for the tests, which need none of Debian's.

use std::{fmt::Write, fs, path::Path};

use super::{Index, fetch::Files};
use colca_tests::random::Random;

/// Of so many packages with a few dependencies among them, and their paths; the first installs nothing.
pub(crate) fn index(count: usize, folder: &Path) -> Index {
    let mut random = Random::new(7);
    let (mut packages, mut contents) = (String::new(), String::new());
    for number in 0..count {
        let name = format!("lib{number}+tool-dev");
        let epoch = if number.is_multiple_of(3) { "1:" } else { "" };
        let arch = if number.is_multiple_of(2) { "all" } else { "amd64" };
        let other = random.below(count);
        writeln!(
            packages,
            "Package: {name}\nSource: tool{number} (1.{number}-1)\nVersion: {epoch}1.{number}~rc1+ds-2+b{number}\n\
             Architecture: {arch}\nMaintainer: Example <example@example.org>\nInstalled-Size: {number}\n\
             Depends: libc6 (>= 2.36), lib{other}+tool-dev | gone, python3:any\nProvides: virtual (= 2)\n\
             Breaks: lib{other}+tool-dev (<< 1.0~)\nSection: misc\nPriority: optional\nSize: 5\n\
             Description: größe & <angle> of {number}\nDescription-md5: 0\nSHA256: {number}\n"
        )
        .expect("memory");
        for file in 0..random.below(150) * number.min(1) {
            let long = "long".repeat(random.below(30));
            writeln!(contents, "usr/share/{name}/part{}/{long} file {file}   misc/{name}", file % 7).expect("memory");
        }
    }
    let write = |name: &str, text: &str| {
        let path = folder.join(name);
        fs::write(&path, text).expect("the working copy is writable");
        vec![path]
    };
    let files = Files { packages: write("Packages", &packages), contents: write("Contents", &contents) };
    Index::read(files).expect("they are well-formed")
}
