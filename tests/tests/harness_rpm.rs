//! The harness for clients of rpms, without the stack: they must take what is signed well and refuse what is not.

use std::{fs, path::PathBuf};

use colca_tests::{
    carried, createrepo::Scratch, dnf, files::Files, gpg, rpm_repository, rpms, tools, upload::Package, zypper,
};

const USER: &str = "Colca Tests <tests@example.com>";

fn some() -> Vec<PathBuf> {
    vec![rpms::one("corpus-text"), rpms::one("corpus-files")]
}

fn signer(algorithm: &str) -> gpg::Home {
    let signer = gpg::Home::new();
    let _ = signer.generate(USER, gpg::Wish { algorithm, ..gpg::Wish::default() });
    signer
}

#[test]
fn dnf_and_zypper_take_what_is_signed() {
    // rpm 4.18 knows no ECDSA.
    for algorithm in ["ed25519", "rsa4096"] {
        let signer = signer(algorithm);
        let files = Files::serve();
        let (_folder, packages) = rpm_repository::signed(&some(), &signer, USER);
        rpm_repository::publish(&files, &packages, Some(&signer));
        let root = dnf::Root::with(&[&rpm_repository::file(&files)]);
        root.output(&["install", "corpus-files"]);
        assert!(root.path().join("root/usr/share/corpus/one").exists(), "not installed: {algorithm}");
        let root = zypper::Root::with(&rpm_repository::file(&files));
        root.output(&["refresh"]);
        root.output(&["install", "--no-recommends", "corpus-files"]);
        assert!(root.path().join("usr/share/corpus/one").exists(), "not installed: {algorithm}");
        let said = rpm_repository::checked(&Package::read(&packages[0]), &signer.public());
        assert!(said.contains("signature, key ID") || said.contains("Signature, key ID"), "{said}");
    }
}

#[test]
fn dnf_and_zypper_refuse_what_is_signed_by_others_or_altered() {
    let (one, two) = (signer("ed25519"), signer("ed25519"));
    let files = Files::serve();
    let (_folder, packages) = rpm_repository::signed(&some(), &one, USER);
    rpm_repository::publish(&files, &packages, Some(&two));
    files.put("repodata/repomd.xml.key", one.public().as_bytes());
    let refused = |files: &Files| {
        let dnf = dnf::Root::with(&[&rpm_repository::file(files)]).run(&["install", "corpus-files"]);
        let zypper = zypper::Root::with(&rpm_repository::file(files)).run(&["refresh"]);
        assert!(!dnf.status.success() && !zypper.status.success(), "taken:\n{dnf:?}\n{zypper:?}");
    };
    refused(&files);
    rpm_repository::publish(&files, &packages, Some(&one));
    files.damage("repodata/repomd.xml");
    refused(&files);
}

#[test]
fn dnf_refuses_packages_without_a_signature() {
    let (signer, files) = (signer("ed25519"), Files::serve());
    rpm_repository::publish(&files, &some(), Some(&signer));
    let root = dnf::Root::with(&[&rpm_repository::file(&files)]);
    // zypper takes them: it believes what signed metadata says of packages.
    assert!(!root.run(&["install", "corpus-files"]).status.success());
}

#[test]
fn dnf_sees_modules_groups_and_advisories() {
    let files = Files::serve();
    rpm_repository::publish(&files, &[rpms::one("corpus-native-1.0-1.x86_64")], None);
    let folder = Scratch::new();
    for (name, text, kind) in carried::ALL {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("the working copy is writable");
        let kind = format!("--mdtype={kind}");
        let repodata = files.path().join("repodata").display().to_string();
        tools::output("modifyrepo_c", [kind.as_str(), &path.display().to_string(), &repodata]);
    }
    let file = format!("[other]\nname=other\nbaseurl={}\nenabled=1\ngpgcheck=0\n", files.url());
    dnf::sees_what_is_carried(&dnf::Root::with(&[&file]));
}
