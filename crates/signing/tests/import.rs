//! Keys that GnuPG made: taken if every client can check what they sign, and otherwise refused with the reason.

mod support;

use colca_signing::{PublicKey, SecretKey, SignatureRequest, detached};
use jiff::{Timestamp, ToSpan};
use support::{
    gnupg::Gnupg,
    keys::{ED25519, created},
    scratch::Scratch,
};

/// Some time after GnuPG made its keys, which it did this moment.
fn later() -> Timestamp {
    "2100-01-01T00:00:00Z".parse().expect("a moment")
}

/// Signs with a key that GnuPG knows, and has GnuPG check it.
fn signs(gnupg: &Gnupg, key: &SecretKey) {
    let scratch = Scratch::new("import");
    let now = Timestamp::from_second(4_000_000_000).expect("a moment");
    let signature = key.sign(SignatureRequest::detached(key.public_key(), b"data", now)).expect("our own key");
    let files = [scratch.write("file.asc", detached(&[signature])), scratch.write("file", b"data")];
    gnupg.verify_at("20961002T070640", 1, &[&files[0], &files[1]]);
}

fn refused(armored: &str, now: Timestamp) -> String {
    let error = SecretKey::import(armored, now).expect_err("a key to refuse");
    assert_eq!(error.field, "import");
    error.rule
}

#[test]
fn takes_what_every_client_reads() {
    for (algorithm, name) in [
        ("rsa2048", "rsa2048"),
        ("rsa3072", "rsa3072"),
        ("ed25519", "ed25519"),
        ("nistp256", "nistp256"),
        ("nistp384", "nistp384"),
        ("default", "rsa3072"),
    ] {
        let gnupg = Gnupg::new();
        let usage = if algorithm == "default" { "default" } else { "sign,cert" };
        let fingerprint = gnupg.generate("Größe <a@example.org>", algorithm, usage, "never");
        let key = SecretKey::import(&gnupg.export_secret(&fingerprint), later()).expect(algorithm);
        assert_eq!(key.public_key().fingerprint(), fingerprint);
        assert_eq!(key.public_key().user_ids(), ["Größe <a@example.org>"]);
        assert_eq!(key.public_key().algorithm().to_string(), name);
        assert_eq!(key.public_key().expires(), None);
        signs(&gnupg, &key);
        let stored = key.to_armored();
        assert_eq!(SecretKey::restore(&stored).expect(algorithm).to_armored(), stored);
        assert_eq!(format!("{key:?}"), format!("SecretKey({fingerprint:?})"));
    }
}

#[test]
fn signs_with_the_subkey_where_the_primary_key_is_kept_elsewhere() {
    for usage in ["cert", "sign,cert"] {
        offline(usage);
    }
}

fn offline(usage: &str) {
    let gnupg = Gnupg::new();
    let fingerprint = gnupg.generate("Offline <a@example.org>", "rsa2048", usage, "never");
    gnupg.run(&["--passphrase", "", "--quick-add-key", &fingerprint, "ed25519", "sign", "2098-01-01"], b"");
    gnupg.run(&["--passphrase", "", "--quick-add-key", &fingerprint, "rsa2048", "encrypt", "never"], b"");
    let whole = gnupg.export_secret(&fingerprint);
    let subkeys = gnupg.text(&["--armor", "--export-secret-subkeys", &fingerprint]);
    for armored in [whole, subkeys] {
        let key = SecretKey::import(&armored, "2097-01-01T00:00:00Z".parse().expect("a moment")).expect("a key");
        assert_eq!(key.public_key().fingerprint(), fingerprint);
        assert_ne!(key.public_key().signer_fingerprint(), fingerprint);
        assert_eq!(key.public_key().algorithm().to_string(), "ed25519");
        assert!(key.public_key().expires().is_some_and(|expires| expires.to_string().starts_with("209")));
        signs(&gnupg, &key);
        assert_eq!(SecretKey::restore(&key.to_armored()).expect("a key").public_key(), key.public_key());
        // Whoever reads what is published finds the same.
        assert_eq!(PublicKey::parse(&key.public_key().to_armored()).as_ref(), Ok(key.public_key()));
        assert_eq!(refused(&armored, later()), "must not have expired");
    }
    // Then the primary key signs, if it may.
    gnupg.edit(&fingerprint, "key 1\nrevkey\ny\n0\n\ny\nsave\n");
    let revoked = gnupg.export_secret(&fingerprint);
    if usage == "cert" {
        assert_eq!(refused(&revoked, later()), "must have a key that may sign");
    } else {
        let key = SecretKey::import(&revoked, later()).expect("a key");
        assert_eq!(key.public_key().signer_fingerprint(), fingerprint);
        signs(&gnupg, &key);
    }
}

#[test]
fn passes_over_subkeys_that_some_client_cannot_read() {
    let gnupg = Gnupg::new();
    let fingerprint = gnupg.generate("Mixed", "rsa2048", "cert", "never");
    let add = |algorithm| {
        gnupg.run(&["--passphrase", "", "--quick-add-key", &fingerprint, algorithm, "sign", "never"], b"");
        SecretKey::import(&gnupg.export_secret(&fingerprint), later())
    };
    let error = add("dsa2048").expect_err("nothing else signs");
    assert_eq!(error.rule, "must be RSA, Ed25519, NIST P-256 or P-384, not DSA");
    let key = add("rsa2048").expect("a key");
    assert_eq!(key.public_key().algorithm().to_string(), "rsa2048");
    signs(&gnupg, &key);
}

#[test]
fn the_end_of_a_key_can_be_put_off() {
    let gnupg = Gnupg::new();
    let fingerprint = gnupg.generate("Ends <a@example.org>", "ed25519", "sign", "2090-01-01");
    let armored = gnupg.export_secret(&fingerprint);
    assert_eq!(refused(&armored, later()), "must not have expired");
    let key = SecretKey::restore(&armored).expect("an old key of ours");
    let expires = key.public_key().expires().expect("a moment");
    assert_eq!(refused(&armored, expires), "must not have expired");
    SecretKey::import(&armored, expires - 1.second()).expect("the last second");

    // Statements of one second have no order.
    let at = ["--faked-system-time", "20800101T000000"];
    gnupg.run(&[&at[..], &["--passphrase", "", "--quick-set-expire", &fingerprint, "1200w"]].concat(), b"");
    let key = SecretKey::import(&gnupg.export_secret(&fingerprint), later()).expect("a key");
    assert!(key.public_key().expires() > Some(later()));
    gnupg.run(
        &[&at[..], &["--passphrase", "", "--quick-add-uid", &fingerprint, "Second <b@example.org>"]].concat(),
        b"",
    );
    let key = SecretKey::import(&gnupg.export_secret(&fingerprint), later()).expect("a key");
    assert_eq!(key.public_key().user_ids().len(), 2);
    gnupg.run(&["--passphrase", "", "--quick-revoke-uid", &fingerprint, "Ends <a@example.org>"], b"");
    let output = gnupg.export_secret(&fingerprint);
    let key = SecretKey::import(&output, later()).expect("a key");
    assert_eq!(key.public_key().user_ids(), ["Second <b@example.org>"]);
}

#[test]
fn refuses_what_somebody_would_have_to_unlock() {
    let gnupg = Gnupg::new();
    gnupg.run(&["--passphrase", "secret", "--quick-generate-key", "Locked", "ed25519", "sign", "never"], b"");
    let armored = gnupg.text(&["--passphrase", "secret", "--armor", "--export-secret-keys"]);
    assert_eq!(
        refused(&armored, later()),
        "must not be protected by a passphrase, since nobody will be there to type it"
    );
}

#[test]
fn refuses_algorithms_that_a_client_lacks_or_distrusts() {
    for (algorithm, rule) in [
        ("dsa2048", "must be RSA, Ed25519, NIST P-256 or P-384, not DSA"),
        ("rsa1024", "must have 2048 bits or more if RSA, not 1024"),
        ("secp256k1", "must be RSA, Ed25519, NIST P-256 or P-384, not ECDSA on secp256k1"),
        ("nistp521", "must be RSA, Ed25519, NIST P-256 or P-384, not ECDSA on NIST P-521"),
        ("brainpoolP256r1", "must be RSA, Ed25519, NIST P-256 or P-384, not ECDSA on brainpoolP256r1"),
    ] {
        let gnupg = Gnupg::new();
        let fingerprint = gnupg.generate("Odd <a@example.org>", algorithm, "sign", "never");
        assert_eq!(refused(&gnupg.export_secret(&fingerprint), later()), rule);
    }
}

#[test]
fn refuses_a_key_certified_with_sha_1() {
    let gnupg = Gnupg::new();
    let weak = ["--cert-digest-algo", "SHA1", "--allow-weak-key-signatures", "--passphrase", ""];
    gnupg.run(&[&weak[..], &["--quick-generate-key", "Old", "rsa2048", "sign", "never"]].concat(), b"");
    let rule = "must have SHA-256 or better in its signature by itself, not SHA1";
    assert_eq!(refused(&gnupg.export_secret("Old"), later()), rule);
}

#[test]
fn refuses_a_key_that_was_revoked() {
    let gnupg = Gnupg::new();
    let fingerprint = gnupg.generate("Gone", "ed25519", "sign", "never");
    let certificate = format!("{}/openpgp-revocs.d/{fingerprint}.rev", gnupg.path());
    let certificate = std::fs::read_to_string(certificate).expect("GnuPG makes one for each key");
    gnupg.run(&["--import"], certificate.replace(":-----BEGIN", "-----BEGIN").as_bytes());
    assert_eq!(refused(&gnupg.export_secret(&fingerprint), later()), "must not be revoked");
}

#[test]
fn refuses_a_key_that_may_not_sign() {
    let gnupg = Gnupg::new();
    let fingerprint = gnupg.generate("Certifies", "rsa2048", "cert", "never");
    assert_eq!(refused(&gnupg.export_secret(&fingerprint), later()), "must have a key that may sign");
    // With a key that may, but is not there.
    let fingerprint = gnupg.generate("Elsewhere", "rsa2048", "sign", "never");
    gnupg.run(&["--passphrase", "", "--quick-add-key", &fingerprint, "rsa2048", "encrypt", "never"], b"");
    let elsewhere = gnupg.text(&["--armor", "--export-secret-subkeys", &fingerprint]);
    assert_eq!(refused(&elsewhere, later()), "must have the secret part of the key that signs");
}

#[test]
fn refuses_what_is_not_one_secret_key() {
    let gnupg = Gnupg::new();
    gnupg.generate("One", "ed25519", "sign", "never");
    let one = gnupg.export_secret("One");
    let public = gnupg.text(&["--armor", "--export", "One"]);
    gnupg.generate("Two", "ed25519", "sign", "never");
    let both = gnupg.text(&["--armor", "--export-secret-keys"]);
    let two = gnupg.export_secret("Two");
    for (text, rule) in [
        (String::new(), "must be an armored secret key, as gpg --armor --export-secret-keys writes it"),
        ("junk".to_owned(), "must be an armored secret key, as gpg --armor --export-secret-keys writes it"),
        (public.clone(), "must be a secret key, as gpg --armor --export-secret-keys writes it"),
        (both, "must be one key"),
        (one.clone() + &two, "must be one block"),
        (public + &one, "must be one block"),
        ("-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n".to_owned(), "must be an armored OpenPGP secret key"),
        (
            "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nAAAA\n-----END PGP PRIVATE KEY BLOCK-----\n".to_owned(),
            "must be an armored OpenPGP secret key",
        ),
        (detached(&[]), "must be an armored OpenPGP secret key"),
        (one.clone() + &" ".repeat(60_000), "must not be longer than 60 000 bytes"),
    ] {
        assert_eq!(refused(&text, later()), rule, "{}", &text[..text.len().min(200)]);
    }
    SecretKey::import(&one, later()).expect("it alone");
    assert_eq!(refused(&one, created()), "must not be made in the future");
}

/// Refused or taken, but never a panic, and what is taken can sign.
#[test]
fn survives_keys_with_one_character_changed() {
    for armored in [ED25519.to_armored(), support::keys::make(colca_signing::NewKey::Rsa2048, "R", 5).to_armored()] {
        let (start, rest) = armored.split_once("\n\n").expect("headers end");
        let (body, _) = rest.split_once("\n=").expect("a checksum");
        for place in 0..body.len() {
            for other in ["A", "/", "x"] {
                let mut text = body.to_owned();
                if text.as_bytes()[place] == b'\n' {
                    continue;
                }
                text.replace_range(place..=place, other);
                let text = format!("{start}\n\n{text}\n-----END PGP PRIVATE KEY BLOCK-----\n");
                if let Ok(key) = SecretKey::import(&text, later()) {
                    key.sign(SignatureRequest::detached(key.public_key(), b"data", created())).expect("it was tried");
                }
            }
        }
    }
}
