//! Packages that rpmbuild does not make: broken ones, hostile ones, and old ones that are good all the same.

use crate::rpm_header::{Header, LEAD, Rpm, header_offset, kind, signature_tag, tag};

/// A package that must be refused.
#[derive(Debug)]
pub struct Bad {
    /// What is wrong with it; fit for a file name.
    pub what: &'static str,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// One of these words stands in the reason that its uploader reads, in any case of letters.
    pub reason: &'static [&'static str],
}

/// Every broken or hostile package, made from a good one.
#[must_use]
pub fn bad(good: &[u8]) -> Vec<Bad> {
    let header = header_offset(good);
    let mut all = vec![
        Bad {
            what: "text",
            bytes: b"This is no package at all.\n".repeat(40),
            reason: &["not an rpm", "lead", "magic"],
        },
        Bad { what: "tiny", bytes: b"x".to_vec(), reason: &["not an rpm", "truncated", "short", "ends"] },
        Bad { what: "zeros", bytes: vec![0; 4096], reason: &["not an rpm", "lead", "magic"] },
        Bad {
            what: "gzip",
            bytes: [&[0x1f, 0x8b, 8, 0][..], &[0; 500]].concat(),
            reason: &["not an rpm", "lead", "magic"],
        },
        Bad { what: "lead-only", bytes: good[..LEAD].to_vec(), reason: TRUNCATED },
        Bad { what: "cut-in-signature", bytes: good[..LEAD + 40].to_vec(), reason: TRUNCATED },
        Bad { what: "cut-in-header", bytes: good[..header + 300].to_vec(), reason: TRUNCATED },
        Bad { what: "cut-in-payload", bytes: good[..good.len() - 7].to_vec(), reason: TRUNCATED },
    ];
    let patches: [(&str, usize, &[u8], &[&str]); 8] = [
        ("signature-magic", LEAD, &[0, 0, 0, 0], &["magic", "header", "signature"]),
        ("header-magic", header, &[0x8e, 0xad, 0xe8, 9], &["magic", "header"]),
        ("entry-outside-store", header + 16 + 3 * 16 + 8, &[0x7f, 0xff, 0xff, 0], CORRUPT),
        ("count-outside-store", header + 16 + 3 * 16 + 12, &[0x00, 0xff, 0xff, 0xff], CORRUPT),
        ("unknown-type", header + 16 + 3 * 16 + 4, &[0, 0, 0, 99], CORRUPT),
        ("length-of-2-gib", header + 12, &[0x7f, 0xff, 0xff, 0xff], CORRUPT),
        ("entries-of-64-gib", header + 8, &[0xff, 0xff, 0xff, 0xff], CORRUPT),
        ("signature-of-2-gib", LEAD + 12, &[0x7f, 0xff, 0xff, 0xff], CORRUPT),
    ];
    all.extend(patches.map(|(what, at, patch, reason)| Bad { what, bytes: patched(good, at, patch), reason }));
    let edits: [(&str, Edit, &[&str]); 11] = [
        ("no-name", |header| header.remove(tag::NAME), &["name"]),
        ("empty-name", |header| header.set_text(tag::NAME, b""), &["name"]),
        ("no-version", |header| header.remove(tag::VERSION), &["version"]),
        ("climbing-name", |header| header.set_text(tag::NAME, b"../../climber"), &["name"]),
        ("name-with-slash", |header| header.set_text(tag::NAME, b"a/b"), &["name"]),
        ("name-of-dots", |header| header.set_text(tag::NAME, b".."), &["name"]),
        ("control-in-name", |header| header.set_text(tag::NAME, b"a\x01b"), &["name", "control"]),
        ("newline-in-name", |header| header.set_text(tag::NAME, b"a\nb"), &["name", "control"]),
        ("control-in-version", |header| header.set_text(tag::VERSION, b"1\x1b[2J"), &["version", "control"]),
        ("control-in-summary", |header| header.set_text(tag::SUMMARY, b"rings \x07 bells"), &["summary", "control"]),
        ("control-in-file-name", control_in_file_name, &["file", "control"]),
    ];
    all.extend(edits.map(|(what, edit, reason)| Bad { what, bytes: edited(good, edit), reason }));
    all
}

type Edit = fn(&mut Header);

const TRUNCATED: &[&str] = &["truncated", "ends", "short", "incomplete", "length", "size"];
const CORRUPT: &[&str] = &["header", "corrupt", "beyond", "outside", "large", "length"];

/// Good packages as older and newer versions of rpm make them.
#[must_use]
pub fn odd(good: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let rpm = Rpm::parse(good);
    let mut old = rpm.clone();
    old.regions = false;
    let mut oldest = old.clone();
    old_file_names(&mut oldest.header);
    oldest.signature.remove(signature_tag::SHA256);
    let mut md5_only = rpm.clone();
    md5_only.signature.remove(signature_tag::SHA256);
    vec![
        ("without-regions", old.write()),
        ("version-3", oldest.write()),
        ("md5-only", md5_only.write()),
        ("version-6", version_6(rpm).write()),
        ("latin-1-summary", edited(good, |header| header.set_text(tag::SUMMARY, b"Caf\xe9 cr\xe8me"))),
        ("half-utf-8-summary", edited(good, |header| header.set_text(tag::SUMMARY, b"Caf\xc3\xa9 cr\xc3"))),
        ("no-summary", edited(good, |header| header.remove(tag::SUMMARY))),
    ]
}

/// The package with some bytes overwritten.
fn patched(good: &[u8], at: usize, patch: &[u8]) -> Vec<u8> {
    let mut bytes = good.to_vec();
    bytes[at..at + patch.len()].copy_from_slice(patch);
    bytes
}

/// The package with another header, and digests that fit it.
#[must_use]
pub fn edited(good: &[u8], edit: impl FnOnce(&mut Header)) -> Vec<u8> {
    let mut rpm = Rpm::parse(good);
    edit(&mut rpm.header);
    rpm.write()
}

fn control_in_file_name(header: &mut Header) {
    let mut names = header.strings(tag::BASE_NAMES);
    names.last_mut().expect("the package has files").push(1);
    let count = u32::try_from(names.len()).expect("few files");
    header.set(tag::BASE_NAMES, kind::STRING_ARRAY, count, joined(&names));
}

/// Whole paths in one array, as before rpm 4.
fn old_file_names(header: &mut Header) {
    let (bases, directories) = (header.strings(tag::BASE_NAMES), header.strings(tag::DIRECTORY_NAMES));
    let indexes = header.numbers(tag::DIRECTORY_INDEXES);
    let paths: Vec<_> =
        bases.iter().zip(indexes).map(|(base, index)| [&directories[index as usize][..], base].concat()).collect();
    for compressed in [tag::BASE_NAMES, tag::DIRECTORY_NAMES, tag::DIRECTORY_INDEXES] {
        header.remove(compressed);
    }
    header.set(tag::OLD_FILE_NAMES, kind::STRING_ARRAY, u32::try_from(paths.len()).expect("few files"), joined(&paths));
}

/// As rpm 6 lays it out: 64-bit sizes only, SHA-256 as the only digest, the format named in the header.
fn version_6(mut rpm: Rpm) -> Rpm {
    let wide = |header: &Header, tag| {
        header.numbers(tag).iter().flat_map(|size| u64::from(*size).to_be_bytes()).collect::<Vec<_>>()
    };
    for (narrow, long) in [(tag::SIZE, tag::LONG_SIZE), (tag::FILE_SIZES, tag::LONG_FILE_SIZES)] {
        let data = wide(&rpm.header, narrow);
        rpm.header.remove(narrow);
        rpm.header.set(long, kind::INT64, u32::try_from(data.len() / 8).expect("few files"), data);
    }
    rpm.header.set(tag::RPM_FORMAT, kind::INT32, 1, 6_u32.to_be_bytes().to_vec());
    rpm.signature.entries.retain(|entry| entry.tag == signature_tag::SHA256);
    rpm
}

fn joined(strings: &[Vec<u8>]) -> Vec<u8> {
    strings.iter().flat_map(|string| [&string[..], b"\0"].concat()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{createrepo, rpms, upload::Package};

    #[test]
    fn a_package_survives_being_taken_apart() {
        let good = Package::read(&rpms::one("corpus-files"));
        let again = Package::new(&good.filename, Rpm::parse(&good.bytes).write());
        let (before, after) = (createrepo::metadata(&[good]), createrepo::metadata(&[again]));
        let files = |repodata: crate::repodata::Repodata| {
            repodata.packages.into_values().map(|package| package.filelists.children).collect::<Vec<_>>()
        };
        assert_eq!(files(before), files(after));
    }
}
