//! Signatures over files, checked by GnuPG, and by the gpgv that apt uses.

mod support;

use colca_signing::{PublicKey, SecretKey, Signature, SignatureRequest, armored_keys, clearsigned, detached};
use support::{
    gnupg::{Gnupg, run},
    keys::{ED25519, RSA, created},
    scratch::Scratch,
};

/// Texts whose form changes on the way: dashes, blanks, line ends.
const TEXTS: [&str; 12] = [
    "Origin: Test\nSHA256:\n 00 1 main/binary-amd64/Packages\n",
    "no line end",
    "",
    "\n",
    "\n\n\nempty lines around\n\n\n",
    "-----BEGIN PGP SIGNATURE-----\n- a\n-- b\n-\n",
    "blanks at the end \t \nand \t\nof the last line  ",
    "  and before\n\tit\n",
    "lines\r\nof another\r\nsystem\r\n",
    "From somebody\n\u{20ac} größer\n",
    "a carriage return \r in a line\n",
    "Hash: SHA1\n\nlooks like a header\n",
];

fn gnupg_with(keys: &[&SecretKey]) -> Gnupg {
    let gnupg = Gnupg::new();
    gnupg.run(&["--import"], armored_keys(keys.iter().map(|key| key.public_key())).as_bytes());
    gnupg
}

fn over_bytes(key: &SecretKey, data: &[u8]) -> Signature {
    key.sign(SignatureRequest::detached(key.public_key(), data, created())).expect("our own key")
}

fn over_text(key: &SecretKey, text: &str) -> Signature {
    key.sign(SignatureRequest::cleartext(key.public_key(), text, created())).expect("our own key")
}

#[test]
fn gnupg_takes_detached_signatures_by_one_key_and_by_two() {
    let gnupg = gnupg_with(&[&ED25519, &RSA]);
    let scratch = Scratch::new("detached");
    let binary: Vec<u8> = (0..=u8::MAX).cycle().take(100_000).collect();
    for data in TEXTS.map(str::as_bytes).into_iter().chain([binary.as_slice()]) {
        let file = scratch.write("file", data);
        for keys in [&[&*ED25519][..], &[&*RSA], &[&*ED25519, &*RSA]] {
            let signatures: Vec<_> = keys.iter().map(|key| over_bytes(key, data)).collect();
            let signature = scratch.write("file.asc", detached(&signatures));
            gnupg.verify(keys.len(), &[&signature, &file]);
        }
    }
}

#[test]
fn gnupg_takes_clearsigned_texts_by_one_key_and_by_two() {
    let gnupg = gnupg_with(&[&ED25519, &RSA]);
    let scratch = Scratch::new("clearsigned");
    for text in TEXTS {
        for keys in [&[&*ED25519][..], &[&*RSA], &[&*RSA, &*ED25519]] {
            let signatures: Vec<_> = keys.iter().map(|key| over_text(key, text)).collect();
            gnupg.verify(keys.len(), &[&scratch.write("InRelease", clearsigned(text, &signatures))]);
        }
    }
}

#[test]
fn gnupg_gets_the_text_back_out_of_its_signature() {
    let gnupg = gnupg_with(&[&ED25519]);
    for text in TEXTS.into_iter().filter(|text| !text.contains('\r')) {
        let signed = clearsigned(text, &[over_text(&ED25519, text)]);
        let trimmed: String = text.lines().map(|line| line.trim_end_matches([' ', '\t']).to_owned() + "\n").collect();
        let got = String::from_utf8(gnupg.run(&["--decrypt"], signed.as_bytes())).expect("UTF-8");
        let got: String = got.lines().map(|line| line.trim_end_matches([' ', '\t']).to_owned() + "\n").collect();
        assert_eq!(got.trim_end_matches('\n'), trimmed.trim_end_matches('\n'), "{text:?}");
    }
}

#[test]
fn one_byte_less_or_another_is_refused() {
    let gnupg = gnupg_with(&[&ED25519]);
    let scratch = Scratch::new("altered");
    let signed = clearsigned(TEXTS[0], &[over_text(&ED25519, TEXTS[0])]);
    assert!(!gnupg.refuses(&[&scratch.write("InRelease", &signed)]));
    assert!(gnupg.refuses(&[&scratch.write("InRelease", signed.replace("Origin: Test", "Origin: Tess"))]));
    let signature = scratch.write("file.asc", detached(&[over_bytes(&ED25519, b"data")]));
    assert!(!gnupg.refuses(&[&signature, &scratch.write("file", b"data")]));
    assert!(gnupg.refuses(&[&signature, &scratch.write("file", b"dat")]));
}

#[test]
fn signatures_are_the_same_each_time() {
    for key in [&*ED25519, &*RSA] {
        assert_eq!(over_bytes(key, b"data"), over_bytes(key, b"data"));
        assert_ne!(over_bytes(key, b"data"), over_bytes(key, b"date"));
    }
}

#[test]
fn gnupg_reads_our_keys_as_we_do() {
    for (key, name) in [(&*ED25519, "ed25519"), (&*RSA, "rsa4096")] {
        let gnupg = gnupg_with(&[key]);
        let public = key.public_key();
        let listed = gnupg.text(&["--with-colons", "--list-keys"]);
        let field = |record: &str, field: usize| {
            let line = listed.lines().find(|line| line.starts_with(record)).unwrap_or_else(|| panic!("{listed}"));
            line.split(':').nth(field).expect("a field").to_owned()
        };
        assert_eq!(field("fpr:", 9), public.fingerprint());
        assert_eq!(field("pub:", 4), public.key_id());
        assert_eq!(field("pub:", 5), public.created().as_second().to_string());
        assert_eq!(field("pub:", 6), "");
        assert_eq!(field("pub:", 11), "scSC");
        assert_eq!([field("uid:", 9)], public.user_ids());
        assert_eq!(public.algorithm().to_string(), name);
        assert_eq!(PublicKey::parse(&public.to_armored()).as_ref(), Ok(public));
        assert_eq!(public.signer_fingerprint(), public.fingerprint());
    }
}

#[test]
fn gnupg_takes_our_secret_keys_and_their_public_half_is_the_same() {
    for key in [&*ED25519, &*RSA] {
        let gnupg = Gnupg::new();
        gnupg.run(&["--import"], key.to_armored().as_bytes());
        let exported = gnupg.text(&["--armor", "--export-secret-keys"]);
        let again = SecretKey::import(&exported, created()).expect("our own key");
        // GnuPG writes the same with other lengths of lengths.
        assert_eq!(again.public_key().fingerprint(), key.public_key().fingerprint());
        assert_eq!(again.public_key().user_ids(), key.public_key().user_ids());
        assert_eq!(over_bytes(&again, b"data"), over_bytes(key, b"data"));
        assert_eq!(SecretKey::restore(&key.to_armored()).expect("our own").public_key(), key.public_key());
    }
}

/// apt hands `gpgv` a keyring, or an armored key that it decodes line by line up to the first end marker.
#[test]
fn several_keys_are_one_block() {
    let both = armored_keys([ED25519.public_key(), RSA.public_key()]);
    assert_eq!(both.matches("-----BEGIN").count(), 1);
    let decoded = run("gpg", &["--dearmor"], both.as_bytes()).stdout;
    assert_eq!(decoded, [ED25519.public_key().to_bytes(), RSA.public_key().to_bytes()].concat());
}

#[test]
fn what_is_not_one_public_key_is_refused() {
    let (one, two) = (ED25519.public_key(), RSA.public_key());
    for (text, rule) in [
        ("junk".to_owned(), "must be an armored OpenPGP public key"),
        (ED25519.to_armored().to_string(), "must be an armored OpenPGP public key"),
        (armored_keys([one, two]), "must be one key"),
        (one.to_armored() + &two.to_armored(), "must be one key"),
        (armored_keys([]), "must be a key"),
    ] {
        let error = PublicKey::parse(&text).expect_err(rule);
        assert_eq!((error.field.as_str(), error.rule.as_str()), ("public key", rule), "{error}");
    }
}
