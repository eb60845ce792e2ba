//! Packages of Debian that no tool makes: broken and hostile ones, their archives made by hand.

use crate::{
    bad_rpms::Bad,
    debs,
    tiny::{ar, of_control, of_control_tar, tar},
    upload::Package,
};

/// Far more than any control file has in earnest.
const BOMB: usize = 100 << 20;

const GOOD: &str = "Package: bad\nVersion: 1.0\nArchitecture: amd64\nMaintainer: Colca Tests <tests@example.com>\n\
                    Description: a test\n";

/// Every broken or hostile binary package.
#[must_use]
pub fn bad() -> Vec<Bad> {
    let good = of_control(GOOD.as_bytes());
    let mut all = vec![
        Bad { what: "text", bytes: b"This is no package at all.\n".repeat(40), reason: &["not a debian package"] },
        Bad { what: "archive-of-other-things", bytes: ar(&[("hello", b"hello".to_vec())]), reason: &["debian-binary"] },
        Bad { what: "cut-in-control", bytes: good[..150].to_vec(), reason: &["truncated", "ends"] },
        Bad { what: "cut-in-data", bytes: good[..good.len() - 3].to_vec(), reason: &["truncated", "ends"] },
        Bad { what: "no-control", bytes: of_control_tar(&tar(&[("./md5sums", b"")])), reason: &["control"] },
    ];
    let bomb = [GOOD.as_bytes(), b" ", &vec![b'x'; BOMB], b"\n"].concat();
    all.push(Bad { what: "control-of-100-mb", bytes: of_control(&bomb), reason: LARGE });
    let before = tar(&[("./md5sums", &vec![0; BOMB]), ("./control", GOOD.as_bytes())]);
    all.push(Bad { what: "bomb-before-control", bytes: of_control_tar(&before), reason: LARGE });
    let edits: [(&str, &str, &str, &[&str]); 13] = [
        ("no-name", "Package: bad\n", "", &["package"]),
        ("no-version", "Version: 1.0\n", "", &["version"]),
        ("no-architecture", "Architecture: amd64\n", "", &["architecture"]),
        ("empty-name", "Package: bad", "Package:", &["package"]),
        ("version-twice", "Version: 1.0\n", "Version: 1.0\nversion: 2.0\n", &["twice"]),
        ("climbing-name", "Package: bad", "Package: ../../climber", &["package"]),
        ("name-with-slash", "Package: bad", "Package: a/b", &["package"]),
        ("climbing-version", "Version: 1.0", "Version: 1/../../2", &["version"]),
        ("climbing-source", "Version: 1.0", "Source: ../../climber\nVersion: 1.0", &["source"]),
        ("climbing-architecture", "Architecture: amd64", "Architecture: ../..", &["architecture"]),
        ("second-paragraph", "Version: 1.0\n", "Version: 1.0\n\nPackage: second\n", &["paragraph"]),
        ("control-character", "Description: a", "Description: a\x1b[2J", &["control characters"]),
        ("no-field", "Description: a", "what is this?\nDescription: a", &["field"]),
    ];
    for (what, good, bad, reason) in edits {
        let control = GOOD.replacen(good, bad, 1);
        assert_ne!(control, GOOD, "{what} changes nothing");
        all.push(Bad { what, bytes: of_control(control.as_bytes()), reason });
    }
    all
}

const LARGE: &[&str] = &["more than", "too large", "too long"];

/// Every broken or hostile `.dsc` and `.changes`, with words of which one stands in the reason.
///
/// # Panics
/// If one of them is as good as what it was made from.
#[must_use]
pub fn bad_lists() -> Vec<(Package, &'static [&'static str])> {
    let dsc = debs::source("bad", "1.0-1").remove(0);
    let good = String::from_utf8(dsc.bytes.clone()).expect("dpkg-source writes UTF-8");
    let of_orig = |line: &&str| line.ends_with(" bad_1.0.orig.tar.gz") && line.len() > 64 + 20;
    let line = good.lines().find(of_orig).expect("a line with a SHA-256");
    let named = |name: &str| good.replace("bad_1.0.orig.tar.gz", name);
    let (sha256, rest) = line.trim_start().split_at(64);
    let listed = |line_instead: &str| good.replace(line, line_instead);
    let texts: [(String, &'static [&'static str]); 14] = [
        (named("../../../climber.tar.gz"), NAME),
        (named("/etc/climber"), NAME),
        (named("folder/file.tar.gz"), NAME),
        (named(".hidden"), NAME),
        (named(".."), NAME),
        (listed(&line.replace(" bad_", " -5 bad_")), &["size", "words"]),
        (listed(&format!(" {sha256} -5 bad_1.0.orig.tar.gz")), &["size"]),
        (listed(&format!(" {sha256} 99999999999999999999999 bad_1.0.orig.tar.gz")), &["size"]),
        (listed(&format!(" {}{rest}", &sha256[1..])), &["checksum", "digits"]),
        (listed(&format!("{line}\n {}{rest}", "0".repeat(64))), &["twice", "once"]),
        (good.replace("Source: bad\n", ""), &["source"]),
        (good.replace("Version: 1.0-1\n", ""), &["version"]),
        (good.replace("Version: 1.0-1\n", "Version: 1/../2\n"), &["version"]),
        (good.replace("Version: 1.0-1\n", "Version: 1.0-1\nVersion: 2.0-1\n"), &["twice"]),
    ];
    let lists = texts.into_iter().map(|(text, reason)| {
        assert_ne!(text, good, "as good as before");
        (Package { bytes: text.into_bytes(), ..dsc.clone() }, reason)
    });
    let mut all: Vec<_> = lists.collect();
    let changes = debs::changes("bad", "1.0-1", "jammy", &[debs::Deb::new("bad", "1.0-1").build()]);
    for name in ["../climber_1.0-1_amd64.deb", "/etc/climber.deb", "a/b.deb"] {
        let text = String::from_utf8_lossy(&changes.bytes).replace("bad_1.0-1_amd64.deb", name);
        all.push((Package { bytes: text.into_bytes(), ..changes.clone() }, NAME));
    }
    all
}

const NAME: &[&str] = &["name", "slash", "dot", "path"];

#[cfg(test)]
mod tests {
    use super::{bad, bad_lists};

    #[test]
    fn bombs_are_small_as_files() {
        assert!(bad().iter().all(|bad| bad.bytes.len() < 100_000));
        assert!(bad_lists().iter().all(|(package, _)| package.bytes.len() < 100_000));
    }
}
