//! Keys that a service holds: what it signs is as good as what we sign ourselves.

mod support;

use colca_signing::{
    CertificationRequest, PublicKey, SignatureRequest, Unsigned, UserId, armored_keys, clearsigned, detached,
};
use jiff::{Timestamp, ToSpan};
use support::{
    gnupg::Gnupg,
    keys::{ED25519, created},
    scratch::Scratch,
    service::Service,
};

fn certified(service: &Service, expires: Option<Timestamp>) -> PublicKey {
    let user_id = UserId::new("Held Elsewhere <held@example.org>").expect("a good user ID");
    let request = CertificationRequest::from_spki(&service.public_key(), &user_id, created(), expires);
    service.complete(request.expect("a key we know"))
}

#[test]
fn gnupg_takes_their_keys_and_signatures() {
    let scratch = Scratch::new("service");
    for (service, name) in [
        (Service::rsa(2048), "rsa2048"),
        (Service::rsa(3072), "rsa3072"),
        (Service::p256(), "nistp256"),
        (Service::p384(), "nistp384"),
    ] {
        let expires = (created() + 200_000.hours()).round(jiff::Unit::Second).expect("a moment");
        let key = certified(&service, Some(expires));
        assert_eq!(key.algorithm().to_string(), name);
        assert_eq!(key.expires(), Some(expires));
        assert_eq!(PublicKey::parse(&key.to_armored()).as_ref(), Ok(&key));

        let gnupg = Gnupg::new();
        gnupg.run(&["--import"], key.to_armored().as_bytes());
        let listed = gnupg.text(&["--with-colons", "--list-keys"]);
        assert!(listed.contains(&key.fingerprint()), "{name}: {listed}");
        assert!(listed.contains(&format!(":{}:", expires.as_second())), "{name}: {listed}");

        let text = "Origin: Test\n- dash\n";
        let signature = service.complete(SignatureRequest::cleartext(&key, text, created()));
        gnupg.verify(1, &[&scratch.write("InRelease", clearsigned(text, &[signature]))]);
        let signature = service.complete(SignatureRequest::detached(&key, text.as_bytes(), created()));
        let signature = scratch.write("Release.gpg", detached(&[signature]));
        gnupg.verify(1, &[&signature, &scratch.write("Release", text)]);
    }
}

#[test]
fn gnupg_takes_one_text_signed_over_two_digests() {
    let scratch = Scratch::new("digests");
    let (service, text) = (Service::p256(), "Origin: Test\n");
    let key = certified(&service, None);
    let gnupg = Gnupg::new();
    gnupg.run(&["--import"], armored_keys([&key, ED25519.public_key()]).as_bytes());
    let theirs = service.complete(SignatureRequest::cleartext(&key, text, created()));
    let ours = ED25519.sign(SignatureRequest::cleartext(ED25519.public_key(), text, created())).expect("our own key");
    let signed = clearsigned(text, &[theirs, ours]);
    assert!(signed.contains("\nHash: SHA256,SHA512\n"));
    gnupg.verify(2, &[&scratch.write("InRelease", signed)]);
}

#[test]
fn a_signature_by_another_key_or_of_something_else_is_refused() {
    let (service, other) = (Service::p256(), Service::p384());
    let key = certified(&service, None);
    let request = || SignatureRequest::detached(&key, b"data", created());
    let elsewhere = SignatureRequest::detached(&key, b"date", created());
    let wrong_key = SignatureRequest::detached(&certified(&other, None), b"data", created());
    for (raw, reason) in [
        (service.sign(elsewhere.digest()), "it does not verify"),
        (other.sign(wrong_key.digest()), "it is not the DER"),
        (Vec::new(), "it is not the DER"),
    ] {
        let error = request().complete(&raw).expect_err(reason);
        assert!(error.reason.starts_with(reason), "{error}");
        assert_eq!(error.fingerprint, key.fingerprint());
    }
}

#[test]
fn what_we_do_not_sign_with_is_refused() {
    use p256::pkcs8::EncodePublicKey;
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

    let mut random = ChaCha20Rng::from_seed([3; 32]);
    let short = rsa::RsaPrivateKey::new(&mut random, 1024).expect("a key").to_public_key().to_public_key_der();
    let short = short.expect("DER").into_vec();
    // Ed25519 (RFC 8410, section 10.1).
    let edwards = ["302a300506032b6570032100", "19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1"];
    let edwards = hex::decode(edwards.concat()).expect("hexadecimal");
    let user_id = UserId::new("Somebody").expect("a good user ID");
    for (der, rule) in [
        (short, "must have 2048 bits or more if RSA, not 1024"),
        (edwards, "must be RSA, or on NIST P-256 or P-384"),
        (b"junk".to_vec(), "must be a SubjectPublicKeyInfo in DER"),
        (Vec::new(), "must be a SubjectPublicKeyInfo in DER"),
    ] {
        let refused = CertificationRequest::from_spki(&der, &user_id, created(), None).expect_err(rule);
        assert_eq!((refused.field.as_str(), refused.rule.as_str()), ("public key", rule));
    }
}
