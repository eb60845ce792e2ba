//! What repositories of rpms say of themselves, and what is carried along in ours.

mod support;

use colca_fuzz::{check_words, fuzz};
use colca_rpmmd::{Carried, CarriedKind, Codec, Repomd, foreign_packages};
use support::{packed, unpacked};

/// The text, and the text packed: damage before and after.
fn texts(name: &str) -> Vec<Vec<u8>> {
    let plain = unpacked(name);
    plain.iter().flat_map(|text| packed(text)).chain(plain.clone()).collect()
}

#[test]
fn entry_files() {
    fuzz("repomd", Vec::new(), |bytes| {
        let Ok(repomd) = Repomd::parse(bytes).inspect_err(check_words) else { return false };
        assert!(repomd.entries.len() * 6 <= bytes.len() && repomd.revision.len() <= bytes.len());
        match repomd.primary() {
            Ok(primary) => {
                let below = !primary.href.starts_with('/') && primary.href.split('/').all(|name| name != "..");
                assert!(below, "{}", primary.href);
            }
            Err(error) => check_words(&error),
        }
        true
    });
}

#[test]
fn lists_of_packages() {
    fuzz("primary", texts("primary"), |bytes| {
        let Ok(packages) = foreign_packages(bytes).inspect_err(check_words) else { return false };
        assert_eq!(foreign_packages(bytes).as_ref(), Ok(&packages), "the same input gives the same list");
        for package in packages {
            assert!(!package.name.is_empty() && !package.name.contains('/'), "{package:?}");
            assert!(package.href.split('/').all(|name| name != ".."), "{package:?}");
        }
        true
    });
}

fn carried(name: &str, kind: CarriedKind) {
    fuzz(name, texts(name), |bytes| {
        let Ok(carried) = Carried::parse(kind, bytes).inspect_err(check_words) else { return false };
        assert!(carried.text().len() as u64 <= Carried::LONGEST);
        for codec in [Codec::Gzip, Codec::Zstd] {
            let (file, published) = carried.file(codec);
            assert_eq!(file.size, published.len() as u64);
            assert_eq!(Carried::parse(kind, &published).as_ref(), Ok(&carried), "published, and read again");
        }
        true
    });
}

#[test]
fn modules() {
    carried("modules", CarriedKind::Modules);
}

#[test]
fn groups() {
    carried("groups", CarriedKind::Group);
}

#[test]
fn advisories() {
    carried("advisories", CarriedKind::UpdateInfo);
}
