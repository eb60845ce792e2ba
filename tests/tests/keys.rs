//! Keys as an administrator handles them: made, brought, or held by KMS; refused when they come, never when they are to sign.

use colca_tests::{Client, accounts, gpg, keys, tools, unique, upload::text};
use gpg::{Home, Wish};
use keys::Key;
use serde_json::{Value, json};

const USER: &str = "Colca Tests <tests@example.com>";

/// A key made elsewhere, as `gpg --armor --export-secret-keys` writes it, and its fingerprint.
fn exported(wish: Wish<'_>) -> (String, String) {
    let home = Home::new();
    let fingerprint = home.generate(USER, wish);
    (home.secret(&fingerprint, wish.passphrase), fingerprint)
}

#[test]
fn keys_are_made_shown_and_deleted() {
    for algorithm in ["ed25519", "rsa4096"] {
        let expires = accounts::in_seconds(30 * 24 * 60 * 60);
        let how =
            json!({"generate": {"algorithm": algorithm, "user_id": "Größe <tests@example.com>", "expires": expires}});
        let (name, response) = keys::request("made", &how);
        let made = response.expect(201).text();
        let url = format!("{}/{name}", keys::URL);
        let shown = Client::uploader().get(&url).expect(200).text();
        let all = Client::uploader().get(keys::URL).expect(200).text();
        assert!(all.contains(&format!("\"{name}\"")), "{all}");
        for answer in [&made, &shown, &all] {
            assert!(!answer.contains("PRIVATE"), "an answer shows what is secret");
        }

        let public = Client::uploader().get(&format!("{url}/public")).expect(200).text();
        let home = Home::with(&[&public]);
        let fingerprint = home.fingerprints(&public).remove(0);
        assert!(shown.to_lowercase().contains(&fingerprint.to_lowercase()), "{fingerprint} is not in {shown}");
        let listing = home.listing();
        let field = |number: usize| {
            let line = listing.lines().find(|line| line.starts_with("pub:")).expect("a key");
            line.split(':').nth(number).unwrap_or_default().to_owned()
        };
        let seconds = tools::output("date", ["--date", &expires, "+%s"]);
        assert_eq!(field(6), seconds.trim(), "when it expires: {listing}");
        assert_eq!(
            field(3),
            if algorithm == "ed25519" { "22" } else { "1" },
            "RFC 4880 numbers of algorithms: {listing}"
        );
        assert!(listing.contains("Größe <tests@example.com>"), "{listing}");

        let again = accounts::post(keys::URL, &json!({"name": name, "generate": how["generate"]}));
        assert_eq!(again.status, 409, "a name is used twice: {}", again.text());
        let _ = accounts::delete(&url).expect(204);
        for gone in [url.clone(), format!("{url}/public")] {
            let _ = Client::uploader().get(&gone).expect(404);
        }
        let _ = accounts::delete(&url).expect(404);
    }
}

#[test]
fn keys_of_gnupg_and_of_kms_are_taken() {
    for algorithm in ["ed25519", "rsa3072"] {
        let (secret, fingerprint) = exported(Wish { algorithm, expires: "1y", ..Wish::default() });
        let key = Key::import("brought", &secret);
        assert_eq!(key.fingerprint(), fingerprint);
    }
    for kind in ["RSA_4096", "ECC_NIST_P256"] {
        let key = Key::in_kms("kms", kind);
        let listing = Home::with(&[&key.public()]).listing();
        assert!(listing.contains("Colca Tests of kms"), "{listing}");
        assert_eq!(key.public(), key.public(), "its public part, and so its fingerprint, stays what it is");
    }
}

#[test]
fn a_key_that_cannot_sign_for_long_is_refused_with_the_reason() {
    let import = |secret: &str| keys::refusal("refused", &json!({"import": secret}));
    let told = |reason: &str, words: &[&str]| {
        assert!(words.iter().any(|word| reason.contains(word)), "{words:?} are not in: {reason}");
    };
    let (expired, _) = exported(Wish { made: "20200101T000000", expires: "1d", ..Wish::default() });
    told(&import(&expired), &["expired"]);
    let (protected, _) = exported(Wish { passphrase: "correct horse", ..Wish::default() });
    told(&import(&protected), &["passphrase"]);
    let (dsa, _) = exported(Wish { algorithm: "dsa2048", ..Wish::default() });
    told(&import(&dsa), &["dsa", "algorithm"]);
    let (weak, _) = exported(Wish { algorithm: "rsa1024", ..Wish::default() });
    told(&import(&weak), &["1024", "bits", "2048"]);
    let (certifies, _) = exported(Wish { usage: "cert", ..Wish::default() });
    told(&import(&certifies), &["sign"]);

    let home = Home::new();
    let _ = home.generate(USER, Wish::default());
    told(&import(&home.public()), &["public", "private", "secret"]);
    let (good, _) = exported(Wish::default());
    told(&import(&good[..good.len() / 2]), &["armor", "end", "corrupt", "openpgp", "crc", "block"]);
    for nonsense in
        ["", "no key at all", "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n-----END PGP PRIVATE KEY BLOCK-----\n"]
    {
        assert!(!import(nonsense).trim().is_empty());
    }
}

#[test]
fn wishes_that_nobody_can_grant_are_refused() {
    let past = accounts::in_seconds(-60);
    for how in [
        json!({"generate": {"algorithm": "dsa2048", "user_id": USER}}),
        json!({"generate": {"algorithm": "ed25519"}}),
        json!({"generate": {"algorithm": "ed25519", "user_id": ""}}),
        json!({"generate": {"algorithm": "ed25519", "user_id": "a\nb <tests@example.com>"}}),
        json!({"generate": {"algorithm": "ed25519", "user_id": USER, "expires": past}}),
        json!({"generate": {"algorithm": "ed25519", "user_id": USER, "expires": "soon"}}),
        json!({"generate": {"algorithm": "ed25519", "user_id": USER}, "import": "x"}),
        json!({"kms": format!("alias/{}", unique::project("nowhere")), "user_id": USER}),
        json!({}),
        json!({"generated": {"algorithm": "ed25519", "user_id": USER}}),
    ] {
        assert!(!keys::refusal("wish", &how).trim().is_empty(), "{how}");
    }
    for name in ["", "../climber", "a/b", ".hidden", "a b"] {
        let body = json!({"name": name, "generate": {"algorithm": "ed25519", "user_id": USER}});
        let refused = accounts::post(keys::URL, &body).expect(400).json();
        assert_eq!(refused["field"], json!("name"), "{refused}");
    }
}

#[test]
fn only_administrators_handle_keys() {
    let key = Key::generate("guarded", "ed25519");
    let account = accounts::Account::new("no-admin", &["read"]);
    let (_, reader) = account.add_token();
    for (client, status) in [(Client::anonymous(), 401), (reader, 403)] {
        for (method, url) in
            [("GET", keys::URL.to_owned()), ("POST", keys::URL.to_owned()), ("GET", key.url()), ("DELETE", key.url())]
        {
            let response = client.send(method, &url, &[("content-type", "application/json")], b"{}");
            assert_eq!(response.status, status, "{method} {url}: {}", response.text());
        }
    }
    let object: Value = key.object();
    assert_eq!(text(&object["name"]), key.name);
}
