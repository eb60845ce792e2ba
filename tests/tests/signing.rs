//! Signatures that the clients check which everybody has: apt, dnf, zypper, rpm and GnuPG.

use colca_tests::{
    Client, Repository, apt, aws, chacra, configuration, createrepo, debs::Deb, dists::Dists, dnf, files::Files, gpg,
    keys, outcome, rpm_header, rpm_repository, rpms, section, stack, upload, wait, zypper,
};
use keys::{Key, Signing};
use section::Section;
use serde_json::json;
use upload::Package;

fn packages() -> Vec<Package> {
    ["corpus-text", "corpus-files"].map(|name| Package::read(&rpms::one(name))).into()
}

/// The file of a package as clients get it.
fn fetched(repository: &Repository, directory: &str, name: &str) -> Package {
    let repodata = repository.repodata(directory).expect("published");
    let package = repodata.packages.values().find(|package| package.name() == name).expect("it is listed");
    let path = format!("{directory}/{}", package.href());
    Package::new(&format!("{name}.rpm"), repository.fetch(&aws::escape(&path)).expect(200).body)
}

/// Publishes rpms and debs signed by a key, and has all clients check them.
fn all_clients_are_content(key: Key) {
    let (el9, jammy) = (Repository::new("signed"), Repository::of("signed", "ubuntu", "22.04"));
    let Signing { key, .. } = &keys::sign_with(key, &[&el9, &jammy]);
    let fingerprint = key.fingerprint();
    upload::publish_all(&el9, &packages());
    upload::publish_all(&jammy, &[Deb::new("hello", "1.0-1").build()]);

    let reader = gpg::Home::with(&[&el9.public_key()]);
    let entry = |name: &str| el9.fetch(&format!("noarch/repodata/{name}")).expect(200).body;
    assert_eq!(reader.verify(&entry("repomd.xml.asc"), &entry("repomd.xml")), [fingerprint.as_str()]);
    assert_eq!(reader.fingerprints(&String::from_utf8_lossy(&entry("repomd.xml.key"))), [fingerprint.as_str()]);
    verifies_as_release(&jammy, &reader, &[&fingerprint]);

    let file = el9.file("repo");
    for wanted in ["\ngpgcheck=1\n", "\nrepo_gpgcheck=1\n", "\ngpgkey="] {
        assert!(file.contains(wanted), "{wanted:?} is not in:\n{file}");
    }
    let root = dnf::Root::with(&[&file]);
    root.output(&["install", "corpus-files"]);
    assert!(root.path().join("root/usr/share/corpus/one").exists(), "not installed");
    let said = rpm_repository::checked(&fetched(&el9, "noarch", "corpus-files"), &key.public());
    assert!(said.to_lowercase().contains("signature, key id") && !said.contains("NOT"), "{said}");

    let root = apt::Root::with(&jammy.file("repo.sources"));
    root.update();
    root.install(&["hello"]);
    for repository in [&el9, &jammy] {
        assert_eq!(repository.object().expect("published")["signed"], json!(true));
    }
}

/// All three entry files of a repository of apt must be signed by these keys, and say the same.
#[track_caller]
fn verifies_as_release(repository: &Repository, reader: &gpg::Home, fingerprints: &[&str]) {
    let entry = |name: &str| {
        let key = format!("{}/dists/jammy/{name}", repository.prefix());
        aws::object(stack().store(), &key).unwrap_or_else(|| panic!("no {key}"))
    };
    let (release, signers) = (entry("Release"), sorted(fingerprints));
    assert_eq!(sorted(&reader.verify(&entry("Release.gpg"), &release)), signers);
    let (in_release, text) = reader.verify_clearsigned(&entry("InRelease"));
    assert_eq!((sorted(&in_release), text), (signers, release));
}

fn sorted<T: AsRef<str>>(names: &[T]) -> Vec<String> {
    let mut names: Vec<_> = names.iter().map(|name| name.as_ref().to_owned()).collect();
    names.sort();
    names
}

#[test]
fn clients_check_signatures_of_a_generated_ed25519_key() {
    all_clients_are_content(Key::generate("ed25519", "ed25519"));
}

#[test]
fn clients_check_signatures_of_a_generated_rsa_key() {
    all_clients_are_content(Key::generate("rsa", "rsa4096"));
}

#[test]
fn clients_check_signatures_of_a_key_of_gnupg() {
    let home = gpg::Home::new();
    let wish = gpg::Wish { algorithm: "rsa3072", expires: "1y", ..gpg::Wish::default() };
    let fingerprint = home.generate("Colca Tests <tests@example.com>", wish);
    all_clients_are_content(Key::import("imported", &home.secret(&fingerprint, "")));
}

#[test]
fn clients_check_signatures_of_a_key_that_kms_holds() {
    all_clients_are_content(Key::in_kms("kms", "RSA_4096"));
}

#[test]
fn apt_checks_signatures_of_an_elliptic_key_that_kms_holds() {
    // rpm 4.18 knows no ECDSA, so this kind of key is for apt alone.
    let jammy = Repository::of("kms-ecc", "ubuntu", "22.04");
    let signing = keys::sign_with(Key::in_kms("kms-ecc", "ECC_NIST_P256"), &[&jammy]);
    upload::publish_all(&jammy, &[Deb::new("hello", "1.0-1").build()]);
    verifies_as_release(&jammy, &gpg::Home::with(&[&jammy.public_key()]), &[&signing.key.fingerprint()]);
    let root = apt::Root::with(&jammy.file("repo.sources"));
    root.update();
    root.install(&["hello"]);
}

#[test]
fn zypper_checks_the_signature_of_an_opensuse_repository() {
    let repository = Repository::of("signed-suse", "opensuse", "15.6");
    let signing = keys::sign(&[&repository]);
    upload::publish_all(&repository, &packages());
    let file = repository.file("repo");
    assert!(file.contains("\ngpgcheck=1\n") && file.contains("\nrepo_gpgcheck=1\n"), "{file}");
    // It looks for these two beside the entry file, whatever the repository file says.
    let entry = |name: &str| repository.fetch(&format!("repodata/{name}")).expect(200).body;
    let reader = gpg::Home::with(&[&String::from_utf8_lossy(&entry("repomd.xml.key"))]);
    assert_eq!(reader.verify(&entry("repomd.xml.asc"), &entry("repomd.xml")), [signing.key.fingerprint()]);
    // Packages as well, which it believes otherwise where their metadata is signed.
    let root = zypper::Root::with(&file.replace("\ngpgcheck=1\n", "\ngpgcheck=1\npkg_gpgcheck=1\n"));
    root.output(&["refresh"]);
    root.output(&["install", "--no-recommends", "corpus-files"]);
    assert!(root.path().join("usr/share/corpus/one").exists(), "not installed");
}

#[test]
fn clients_refuse_what_another_key_has_signed() {
    let (el9, jammy) = (Repository::new("foreign-key"), Repository::of("foreign-key", "ubuntu", "22.04"));
    let _signing = keys::sign(&[&el9, &jammy]);
    upload::publish_all(&el9, &packages());
    upload::publish_all(&jammy, &[Deb::new("hello", "1.0-1").build()]);
    let other = gpg::Home::new();
    let _ = other.generate("Others <others@example.com>", gpg::Wish::default());
    let refused = apt::Root::with_key(&jammy.file("repo"), &other.public()).refusal("apt-get", &["update"]);
    assert!(refused.contains("NO_PUBKEY"), "{refused}");

    let file = el9.file("repo");
    let key = Files::serve();
    key.put("key.asc", other.public().as_bytes());
    let lines = file.lines().map(|line| match line.strip_prefix("gpgkey=") {
        Some(_) => format!("gpgkey={}key.asc\n", key.url()),
        None => format!("{line}\n"),
    });
    let root = dnf::Root::with(&[&lines.collect::<String>()]);
    assert!(!root.run(&["install", "corpus-files"]).status.success(), "dnf takes what another key has signed");
}

#[test]
fn a_signed_rpm_has_the_same_header_and_payload_and_metadata_of_its_own() {
    let repository = Repository::new("in-place");
    let _signing = keys::sign(&[&repository]);
    let original = Package::read(&rpms::one("corpus-text"));
    upload::publish_all(&repository, std::slice::from_ref(&original));
    let signed = fetched(&repository, "noarch", "corpus-text");
    let rest = |bytes: &[u8]| bytes[rpm_header::header_offset(bytes)..].to_vec();
    assert_ne!(signed.bytes, original.bytes, "it is not signed");
    assert_eq!(rest(&signed.bytes), rest(&original.bytes), "more than its signature has changed");
    let ours = repository.repodata("noarch").expect("published");
    ours.assert_same_content(&createrepo::metadata(&[signed]));
    // Its name stays what it is, and so does what its uploader compares.
    let binary = &repository.binaries("noarch")[&original.filename];
    assert!(binary.is_object(), "{binary}");
    let again = upload::ticket(&original.request(&repository)).expect(200).json();
    assert_eq!(again["state"], "registered", "the same bytes are the same file: {again}");
}

#[test]
fn metadata_alone_can_be_signed() {
    let repository = Repository::new("metadata-only");
    let key = Key::generate("metadata-only", "ed25519");
    let _section = Section::add(&(section::signed_by(&repository, &[&key.name]) + "packages = false\n"));
    let package = Package::read(&rpms::one("corpus-files"));
    upload::publish_all(&repository, std::slice::from_ref(&package));
    assert_eq!(fetched(&repository, "noarch", "corpus-files").bytes, package.bytes);
    let file = repository.file("repo");
    assert!(file.contains("\nrepo_gpgcheck=1\n") && file.contains("\ngpgcheck=0\n"), "{file}");
    dnf::Root::with(&[&file]).output(&["install", "corpus-files"]);
}

#[test]
fn two_keys_sign_while_one_follows_the_other() {
    let (el9, jammy) = (Repository::new("rotation"), Repository::of("rotation", "ubuntu", "22.04"));
    let (old, new) = (Key::generate("old", "ed25519"), Key::generate("new", "rsa4096"));
    let (old_print, new_print) = (old.fingerprint(), new.fingerprint());
    let tables = |keys: &[&str]| section::signed_by(&el9, keys) + &section::signed_by(&jammy, keys);
    let settled = |expected: &[&str]| {
        for repository in [&el9, &jammy] {
            let _ = chacra::send("POST", &format!("{}update", chacra::repository(repository))).expect(200);
        }
        wait::until("both to be signed as they are to be", || {
            let published = jammy.fetch("key.asc");
            let keys = published.text();
            let of = |keys: &str| sorted(&gpg::Home::new().fingerprints(keys));
            let el9_keys = el9.fetch("key.asc");
            (published.status == 200 && el9_keys.status == 200).then_some(())?;
            (of(&keys) == sorted(expected) && of(&el9_keys.text()) == sorted(expected)).then_some(())
        });
        for repository in [&el9, &jammy] {
            let _ = repository.wait_until_settled();
        }
        let reader = gpg::Home::with(&[&jammy.public_key()]);
        verifies_as_release(&jammy, &reader, expected);
        let entry = |name: &str| {
            aws::object(stack().store(), &format!("{}/noarch/repodata/{name}", el9.prefix())).expect("published")
        };
        assert_eq!(sorted(&reader.verify(&entry("repomd.xml.asc"), &entry("repomd.xml"))), sorted(expected));
    };
    let works_with = |key: &str| {
        let root = apt::Root::with_key(&jammy.file("repo"), key);
        wait::until("apt to see the state that this key has signed", || {
            root.run("apt-get", &["update"]).status.success().then_some(())
        });
        root.install(&["hello"]);
    };

    let only_old = Section::add(&tables(&[&old.name]));
    upload::publish_all(&el9, &packages());
    upload::publish_all(&jammy, &[Deb::new("hello", "1.0-1").build()]);
    let (old_key, new_key) = (old.public(), new.public());
    settled(&[&old_print]);
    works_with(&old_key);

    drop(only_old);
    let both = Section::add(&tables(&[&old.name, &new.name]));
    settled(&[&old_print, &new_print]);
    works_with(&old_key);
    works_with(&new_key);
    dnf::Root::with(&[&el9.file("repo")]).output(&["--refresh", "repoquery", "--all"]);

    drop(both);
    let _only_new = Section::add(&tables(&[&new.name]));
    settled(&[&new_print]);
    works_with(&new_key);
    let refused = apt::Root::with_key(&jammy.file("repo"), &old_key).refusal("apt-get", &["update"]);
    assert!(refused.contains("NO_PUBKEY"), "{refused}");
}

#[test]
fn a_project_can_be_left_unsigned_where_all_others_are_signed() {
    let [signed, unsigned] = ["by-all", "by-none"].map(|test| Repository::of(test, "ubuntu", "22.04"));
    let key = Key::generate("of-all", "ed25519");
    // Every other test of this file says by which keys its own projects are signed.
    let tables = format!("[signing]\nkeys = {}\n{}", json!([key.name]), section::signed_by(&unsigned, &[]));
    let _section = Section::add(&tables);
    for repository in [&signed, &unsigned] {
        upload::publish_all(repository, &[Deb::new("hello", "1.0-1").build()]);
        assert!(Dists::of(repository, "jammy").is_some());
    }
    verifies_as_release(&signed, &gpg::Home::with(&[&signed.public_key()]), &[&key.fingerprint()]);
    for absent in ["key.asc", "dists/jammy/InRelease", "dists/jammy/Release.gpg"] {
        let _ = unsigned.fetch(absent).expect(404);
    }
    assert!(unsigned.file("repo").contains("[trusted=yes]"));
    assert_eq!(unsigned.object().expect("published")["signed"], json!(false));
}

#[test]
fn where_a_key_is_missing_nothing_is_published_unsigned() {
    let repository = Repository::of("no-key", "ubuntu", "22.04");
    let table = section::signed_by(&repository, &["no-such-key-anywhere"]);
    let url = format!("{}?dry-run=true", configuration::URL);
    let response = Client::uploader().send("PUT", &url, &[], table.as_bytes());
    // Noticed at once, or when it is to sign.
    let why = if response.status == 400 {
        response.text()
    } else {
        let _section = Section::add(&table);
        outcome::why_not(&repository, &Deb::new("hello", "1.0-1").build())
    };
    assert!(why.contains("no-such-key-anywhere"), "{why}");
    assert!(Dists::of(&repository, "jammy").is_none(), "published without a signature");
}
