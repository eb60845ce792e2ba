//! Signatures in packages, checked by `rpmkeys`.

mod support;

use colca_signing::{CertificationRequest, RpmHeaders, SecretKey, SignatureRequest, SignedRpm, UserId, armored_keys};
use jiff::{SignedDuration, Timestamp};
use rpm::BuildConfig;
use support::{
    gnupg::{Gnupg, run},
    keys::{ED25519, RSA, created},
    rpms::{RpmKeys, built, rpmbuild},
    scratch::Scratch,
    service::Service,
};

fn signed(key: &SecretKey, package: &[u8]) -> (SignedRpm, Vec<u8>) {
    let headers = RpmHeaders::parse(package).expect("a package");
    let signed = key.sign(headers.request(key.public_key(), created())).expect("our own key");
    let whole = file(&signed, package);
    (signed, whole)
}

fn file(signed: &SignedRpm, package: &[u8]) -> Vec<u8> {
    let rest = usize::try_from(signed.replaces).expect("a start fits into memory");
    [&signed.start, &package[rest..]].concat()
}

/// The packet that a package should hold.
fn over_header(key: &SecretKey, package: &[u8], at: Timestamp) -> Vec<u8> {
    let package = rpm::PackageMetadata::parse(&mut &package[..]).expect("a package");
    let header = package.header_bytes().expect("a header");
    key.sign(SignatureRequest::detached(key.public_key(), &header, at)).expect("our own key").to_bytes()
}

fn packages() -> [(&'static str, Vec<u8>); 3] {
    [
        ("rpmbuild", rpmbuild()),
        ("rpm-rs", built(BuildConfig::v4())),
        ("rpm-rs without room", built(BuildConfig::v4().reserved_space(None))),
    ]
}

#[test]
fn rpmkeys_takes_our_signatures() {
    for (key, kind) in [(&*RSA, "V4 RSA/SHA512"), (&*ED25519, "V4 EdDSA/SHA512")] {
        let rpmkeys = RpmKeys::importing(&key.public_key().to_armored()).expect("a key that rpm reads");
        for (name, package) in packages() {
            assert!(!RpmHeaders::parse(&package).expect("a package").is_signed());
            let (changed, signed) = signed(key, &package);
            let (good, log) = rpmkeys.check(&signed);
            let line = format!("Header {kind} Signature, key ID {}: OK", key.public_key().key_id()[8..].to_lowercase());
            assert!(good && log.contains(&line), "{name}: {log}");
            // The digests that were there are there still.
            let before = rpmkeys.check(&package).1;
            for digest in before.lines().filter(|line| line.ends_with("digest: OK")) {
                assert!(log.contains(digest), "{name}: {digest} is missing in {log}");
            }
            let had_room = name != "rpm-rs without room";
            assert_eq!(changed.start.len() as u64 == changed.replaces, had_room, "{name}");
        }
    }
}

#[test]
fn a_package_that_was_altered_is_refused() {
    let rpmkeys = RpmKeys::importing(&RSA.public_key().to_armored()).expect("a key that rpm reads");
    let package = rpmbuild();
    let (changed, signed) = signed(&RSA, &package);
    let header = changed.start.len() + 100;
    for place in [header, signed.len() - 5] {
        let mut altered = signed.clone();
        altered[place] ^= 1;
        let (good, log) = rpmkeys.check(&altered);
        assert!(!good, "byte {place}: {log}");
    }
}

/// OpenPGP leaves out the zeros that a number begins with, and one program or the other has had its trouble with that.
#[test]
fn rpmkeys_takes_signatures_with_short_numbers() {
    let rpmkeys = RpmKeys::importing(&ED25519.public_key().to_armored()).expect("a key that rpm reads");
    let package = built(BuildConfig::v4());
    let at = |second| created() + SignedDuration::from_secs(second);
    let mut by_length: Vec<_> =
        (0..2000).map(|second| (over_header(&ED25519, &package, at(second)).len(), second)).collect();
    by_length.sort_unstable();
    assert!(by_length[4].0 < by_length[1999].0, "five short ones of 2000");
    for (_, second) in &by_length[..5] {
        let headers = RpmHeaders::parse(&package).expect("a package");
        let signed = ED25519.sign(headers.request(ED25519.public_key(), at(*second))).expect("our own key");
        let (good, log) = rpmkeys.check(&file(&signed, &package));
        assert!(good, "{second}: {log}");
    }
}

#[test]
fn our_signature_replaces_all_that_there_are() {
    let scratch = Scratch::new("rpmsign");
    let gnupg = Gnupg::new();
    gnupg.generate("Somebody Else", "rsa2048", "sign", "never");
    let theirs = gnupg.text(&["--armor", "--export"]);
    let package = scratch.write("package.rpm", rpmbuild());
    let define = ["--define", "_gpg_name Somebody Else", "--define", &format!("_gpg_path {}", gnupg.path())];
    let define = [&define[..], &["--define", "__gpg /usr/bin/gpg"]].concat();
    // With signatures of rpm 3 as well, over header and payload.
    let output = run("rpmsign", &[&define[..], &["--addsign", "--rpmv3", &package]].concat(), b"");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let package = std::fs::read(&package).expect("the package");
    let rpmkeys = RpmKeys::importing(&theirs).expect("their key");
    let (good, log) = rpmkeys.check(&package);
    assert!(good && log.matches("RSA/SHA").count() == 2, "{log}");

    assert!(RpmHeaders::parse(&package).expect("a package").is_signed());
    let (_, once) = signed(&ED25519, &package);
    let rpmkeys = RpmKeys::importing(&armored_keys([ED25519.public_key(), RSA.public_key()])).expect("our keys");
    let (good, log) = rpmkeys.check(&once);
    assert!(good && log.matches("Signature, key ID").count() == 1, "{log}");
    // And once more by another key of ours.
    let (_, twice) = signed(&RSA, &once);
    let (good, log) = rpmkeys.check(&twice);
    assert!(good && log.matches("Signature, key ID").count() == 1 && log.contains("RSA/SHA512"), "{log}");
    assert_eq!(signed(&RSA, &twice).1, twice);
}

#[test]
fn a_service_signs_packages_too() {
    let service = Service::rsa(3072);
    let user_id = UserId::new("Held Elsewhere").expect("a good user ID");
    let request = CertificationRequest::from_spki(&service.public_key(), &user_id, created(), None).expect("a key");
    let key = service.complete(request);
    let package = rpmbuild();
    let signed = service.complete(RpmHeaders::parse(&package).expect("a package").request(&key, created()));
    let rpmkeys = RpmKeys::importing(&key.to_armored()).expect("a key that rpm reads");
    let (good, log) = rpmkeys.check(&file(&signed, &package));
    assert!(good && log.contains("V4 RSA/SHA512 Signature"), "{log}");
}

/// The primary key of distributions is kept in a safe, and a subkey signs.
#[test]
fn rpmkeys_takes_signatures_by_a_subkey() {
    let gnupg = Gnupg::new();
    let fingerprint = gnupg.generate("Offline", "rsa2048", "cert", "never");
    gnupg.run(&["--passphrase", "", "--quick-add-key", &fingerprint, "rsa2048", "sign", "never"], b"");
    let armored = gnupg.text(&["--armor", "--export-secret-subkeys", &fingerprint]);
    let now = Timestamp::from_second(4_000_000_000).expect("a moment");
    let key = SecretKey::import(&armored, now).expect("a key");
    assert_ne!(key.public_key().signer_fingerprint(), fingerprint);
    let (_, signed) = signed(&key, &rpmbuild());
    let (good, log) = RpmKeys::importing(&key.public_key().to_armored()).expect("a key that rpm reads").check(&signed);
    assert!(good && log.contains("RSA/SHA512"), "{log}");
}

/// The rpm of the tests reads no signatures of format 6, but the crate does.
#[test]
fn a_package_of_format_6_has_its_signature_where_format_6_has_it() {
    for config in [BuildConfig::v6(), BuildConfig::v6().reserved_space(None)] {
        let package = built(config);
        let (_, signed) = signed(&RSA, &package);
        let read = rpm::Package::parse(&mut signed.as_slice()).expect("a package");
        read.verify_digests().expect("its digests");
        assert_eq!(read.raw_signatures().expect("signatures"), [over_header(&RSA, &package, created())]);
    }
}

#[test]
fn what_is_no_package_is_refused() {
    let package = rpmbuild();
    for length in [0, 4, 95, 96, 111, 112, 300, 5000] {
        RpmHeaders::parse(&package[..length]).expect_err("too short");
    }
    RpmHeaders::parse(&package).expect("all of it");
    for place in 0..600 {
        for value in [0, 1, 0x7f, 0xff] {
            let mut altered = package[..8000.min(package.len())].to_vec();
            altered[place] = value;
            // Refused or not, but never a panic, nor something else than was asked for.
            if let Ok(headers) = RpmHeaders::parse(&altered) {
                let signed = ED25519.sign(headers.request(ED25519.public_key(), created())).expect("our own key");
                RpmHeaders::parse(&file(&signed, &altered)).expect("what we wrote");
            }
        }
    }
}
