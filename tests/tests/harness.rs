//! The harness itself, without the stack: real clients must take what is right and refuse what is not, or no test that uses
//! them says anything.

use colca_tests::{
    apt, deb822, debian, debs::Deb, debs::source, files::Files, ftparchive, gpg, mirrors, upload::Package,
};

fn packages() -> Vec<Package> {
    vec![
        Deb::new("hello", "1:1.0~rc1+b1-1").compression("zstd").build(),
        Deb::new("hello", "1:1.0-1").compression("gzip").build(),
        Deb::new("hello-doc", "1.0").arch("all").build(),
    ]
}

/// Somebody else's repository, and who signs it.
fn repository() -> (Files, gpg::Home) {
    let (files, signer) = (Files::serve(), gpg::Home::new());
    let _ = signer.generate("Colca Tests <tests@example.com>", gpg::Wish::default());
    ftparchive::publish(&files, "jammy", &packages(), Some(&signer));
    (files, signer)
}

fn line(files: &Files) -> String {
    format!("deb [signed-by=/usr/share/keyrings/tests.asc] {} jammy main\n", files.url())
}

#[test]
fn apt_updates_and_installs() {
    let (files, signer) = repository();
    let root = apt::Root::with_key(&line(&files), &signer.public());
    root.update();
    assert_eq!(root.versions("hello"), ["1:1.0-1", "1:1.0~rc1+b1-1"]);
    assert_eq!(root.names(), ["hello", "hello-doc"]);
    root.install(&["hello", "hello-doc"]);
    assert!(root.has(&Deb::new("hello", "1").installs()) && root.has("usr/share/colca-tests/hello-doc"));
}

#[test]
fn apt_follows_a_list_of_mirrors() {
    let (files, signer) = repository();
    // Without priorities apt tries them in any order.
    files.put("mirrorlist", format!("{}@7/\tpriority:1\n{}\tpriority:2\n", files.url(), files.url()).as_bytes());
    let line = line(&files).replace("http://", "mirror+http://").replace("/ jammy", "/mirrorlist jammy");
    let root = apt::Root::with_key(&line, &signer.public());
    root.update();
    root.install(&["hello"]);
    assert!(files.asked().iter().any(|path| path.starts_with("@7/")), "{:?}", files.asked());
}

#[test]
fn apt_reads_sources_with_the_key_in_them() {
    let (files, signer) = repository();
    let key: String =
        signer.public().lines().map(|line| format!(" {}\n", if line.is_empty() { "." } else { line })).collect();
    let root = apt::Root::with(&format!(
        "Types: deb\nURIs: {}\nSuites: jammy\nComponents: main\nSigned-By:\n{key}",
        files.url()
    ));
    root.update();
    root.install(&["hello"]);
}

#[test]
fn apt_refuses_altered_lists_other_keys_and_none() {
    let (files, signer) = repository();
    let other = gpg::Home::new();
    let _ = other.generate("Other Tests <tests@example.com>", gpg::Wish::default());
    let refused = apt::Root::with_key(&line(&files), &other.public()).refusal("apt-get", &["update"]);
    assert!(refused.contains("NO_PUBKEY"), "{refused}");
    let refused = apt::Root::with(&format!("deb {} jammy main\n", files.url())).refusal("apt-get", &["update"]);
    assert!(refused.contains("NO_PUBKEY"), "{refused}");

    let update = || apt::Root::with_key(&line(&files), &signer.public()).refusal("apt-get", &["update"]);
    files.damage("dists/jammy/main/binary-amd64/Packages");
    let refused = update();
    assert!(refused.contains("Hash Sum mismatch"), "{refused}");
    files.damage("dists/jammy/InRelease");
    let refused = update();
    assert!(refused.contains("BADSIG"), "{refused}");
}

#[test]
fn apt_refuses_an_altered_package() {
    let (files, signer) = repository();
    let root = apt::Root::with_key(&line(&files), &signer.public());
    root.update();
    files.damage("pool/hello-doc_1.0_all.deb");
    let refused = root.refusal("apt-get", &["install", "--yes", "hello-doc"]);
    assert!(refused.contains("Hash Sum mismatch"), "{refused}");
}

#[test]
fn mirrors_see_what_is_there() {
    let (files, signer) = repository();
    let reader = gpg::Home::with(&[&signer.public()]);
    let (binaries, all) = (
        ["hello-doc_1.0_all", "hello_1:1.0-1_amd64", "hello_1:1.0~rc1+b1-1_amd64"],
        [
            "hello-doc_1.0_all",
            "hello-udeb_1.0_amd64",
            "hello_1:1.0-1_amd64",
            "hello_1:1.0-1_source",
            "hello_1:1.0~rc1+b1-1_amd64",
        ],
    );
    assert_eq!(mirrors::aptly(files.url(), "jammy", &reader, false), binaries);
    let newest = ["jammy|main|amd64: hello 1:1.0-1", "jammy|main|amd64: hello-doc 1.0"];
    assert_eq!(mirrors::reprepro(files.url(), "jammy", &reader, false), newest);

    let mut more = source("hello", "1:1.0-1");
    more.extend([Deb::new("hello-udeb", "1.0").ending("udeb").build()]);
    more.extend(packages());
    ftparchive::publish(&files, "jammy", &more, Some(&signer));
    assert_eq!(mirrors::aptly(files.url(), "jammy", &reader, true), all);
    let newest = [&newest[..], &["jammy|main|source: hello 1:1.0-1", "u|jammy|main|amd64: hello-udeb 1.0"]].concat();
    assert_eq!(mirrors::reprepro(files.url(), "jammy", &reader, true), newest);
}

#[test]
fn the_two_references_agree() {
    deb822::assert_same_content(&ftparchive::scanned(&packages()), &ftparchive::packages(&packages()));
    let sources = ftparchive::sources(&source("hello", "1.0-1"));
    assert_eq!((sources.len(), sources[0].get("Package")), (1, "hello"));
}

#[test]
fn real_packages_are_fetched_and_the_two_references_agree_on_them() {
    let packages = debian::packages(320);
    deb822::assert_same_content(&ftparchive::scanned(&packages), &ftparchive::packages(&packages));
}
