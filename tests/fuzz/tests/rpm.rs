//! Headers of rpms, as they are published and as they are signed.

mod support;

use colca_fuzz::{check_words, fuzz};
use colca_model::Sha256;
use colca_rpmmd::{Fragments, HeaderExtent, Location, MetadataKind, Package, foreign_packages};
use colca_signing::{NewKey, RpmHeaders, SecretKey, UserId};
use jiff::Timestamp;
use support::raw_rpm::{Format, RawRpm, Value};

/// Packages without digests, so that damage gets past them.
fn made() -> Vec<Vec<u8>> {
    let files: [(u32, &[u8], u16, u32); 2] = [(0, b"a", 0o100_644, 0), (1, b"b", 0o040_755, 64)];
    let rich = RawRpm::new("rich")
        .format(Format::Md5)
        .requires(&[("libc.so.6(GLIBC_2.4)", 0, ""), ("a", 8, "1:2-3"), ("/etc/a", 512, "")])
        .provides(&[("rich", 8, "1.0-1"), ("b", 0, "")])
        .dependencies([1156, 1158, 1157], &[("old", 1 << 27, "")])
        .files(&["/etc/", "/usr/bin/"], &files)
        .changelog(&[(5, b"author <a@b>", b"- text & more"), (5, b"author", b"text")]);
    let signed = RawRpm::new("signed").format(Format::Md5).signed(268, Value::Binary(vec![7; 64]));
    vec![
        rich.build(),
        rich.format(Format::Three).build(),
        RawRpm::new("small").format(Format::Md5).build(),
        signed.signed(1008, Value::Binary(vec![0; 4096])).build(),
    ]
}

/// As many bytes tell where the signature header ends.
const FIRST: usize = 112;

/// Reads as little of a package as is asked for, and tells the package.
fn read(bytes: &[u8]) -> Option<Package> {
    let size = bytes.len() as u64;
    let mut have = bytes.len().min(FIRST);
    for _ in 0..4 {
        match HeaderExtent::locate(&bytes[..have], size) {
            Err(error) => {
                check_words(&error);
                assert!(Package::parse(bytes, size).is_err(), "a package without headers");
                return None;
            }
            Ok(extent) => {
                assert!(extent.needed() <= size, "{extent:?} of {size}");
                let needed = usize::try_from(extent.needed()).expect("in memory");
                if needed <= have {
                    return Package::parse(&bytes[..needed], size).inspect_err(check_words).ok();
                }
                have = needed;
            }
        }
    }
    panic!("more is asked for again and again");
}

#[test]
fn headers() {
    fuzz("rpm", made(), |bytes| {
        let Some(package) = read(bytes) else { return false };
        assert!(!package.arch_dir().contains(['/', '.']) && !package.nevra().file_name().contains(['/', '\0']));
        let location = Location {
            href: "a.rpm".to_owned(),
            size: bytes.len() as u64,
            sha256: Sha256::new([7; 32]),
            file_time: -1,
        };
        let fragments = package.fragments(&location);
        assert_eq!(Fragments::from_bytes(&fragments.to_bytes()), Ok(fragments.clone()), "kept and read again");
        let length: usize = MetadataKind::ALL.iter().map(|kind| fragments.of(*kind).len()).sum();
        assert!(length <= (64 << 20) + 64 * bytes.len() + 4096, "{length} bytes of metadata from {}", bytes.len());
        let list = [&b"<metadata>"[..], fragments.of(MetadataKind::Primary), b"</metadata>"].concat();
        let listed = foreign_packages(&list).expect("what we publish is what we read of others");
        assert_eq!((listed.len(), &listed[0].name), (1, &package.nevra().name));
        true
    });
}

#[test]
fn what_is_signed() {
    let user_id = UserId::new("Fuzz <a@example.org>").expect("a good one");
    let created = Timestamp::from_second(1_750_000_000).expect("a moment");
    let key = SecretKey::generate(NewKey::Ed25519, &user_id, created, None, [1; 32]).expect("a key");
    fuzz("rpm", made(), |bytes| {
        let Ok(headers) = RpmHeaders::parse(bytes).inspect_err(check_words) else { return false };
        let Ok(signed) = key.sign(headers.request(key.public_key(), created)) else { return false };
        let replaced = usize::try_from(signed.replaces).expect("in memory");
        let again = [&signed.start, &bytes[replaced..]].concat();
        let headers = RpmHeaders::parse(&again).expect("what we signed can be read");
        assert!(headers.is_signed());
        // Whoever could publish it before can publish it still.
        if read(bytes).is_some() {
            assert!(read(&again).is_some(), "signed, and no package any more");
        }
        true
    });
}
