//! What apt makes of our repositories: it is the one that must be content.

use std::fs;

use colca_tests::{
    Repository, apt, aws, chacra, debs::Deb, dists::Dists, files::Files, gpg, keys, stack, upload, wait,
};
use upload::Package;

fn both() -> [Package; 2] {
    [Deb::new("hello", "1.0-1").build(), Deb::new("hello-doc", "1.0-1").arch("all").build()]
}

#[test]
fn apt_installs_from_signed_repositories_of_two_distributions() {
    // By number and by name: either way clients find the codename.
    let repositories = [
        ("ubuntu", "22.04", "jammy"),
        ("ubuntu", "jammy", "jammy"),
        ("debian", "12", "bookworm"),
        ("debian", "bookworm", "bookworm"),
    ]
    .map(|(distro, version, codename)| (Repository::of("apt", distro, version), codename));
    let all: Vec<_> = repositories.iter().map(|(repository, _)| repository).collect();
    let signing = keys::sign(&all);
    for (repository, _) in &repositories {
        upload::publish_all(repository, &both());
    }
    for (repository, codename) in &repositories {
        let (line, sources) = (repository.file("repo"), repository.file("repo.sources"));
        assert!(line.starts_with("deb [") && line.trim_end().ends_with(&format!(" {codename} main")), "{line}");
        assert!(sources.lines().any(|line| line == format!("Suites: {codename}")), "{sources}");
        assert!(!sources.contains("Trusted"), "{sources}");
        let key = repository.public_key();
        assert_eq!(gpg::Home::new().fingerprints(&key), [signing.key.fingerprint()]);
        for root in [apt::Root::with_key(&line, &key), apt::Root::with(&sources)] {
            root.update();
            assert_eq!(root.names(), ["hello", "hello-doc"]);
            root.install(&["hello", "hello-doc"]);
            assert!(root.has("usr/share/colca-tests/hello") && root.has("usr/share/colca-tests/hello-doc"));
        }
        let dists = Dists::of(repository, codename).expect("published");
        dists.check_pool("amd64", |path| {
            let response = repository.fetch(&aws::escape(path));
            (response.status == 200).then_some(response.body)
        });
        assert_eq!((dists.release.get("Codename"), dists.release.get("Components")), (*codename, "main"));
    }
}

#[test]
fn an_unsigned_repository_says_so_in_its_file_and_works() {
    let repository = Repository::of("apt-unsigned", "ubuntu", "22.04");
    upload::publish_all(&repository, &both());
    let line = repository.file("repo");
    assert!(line.starts_with("deb [trusted=yes] ") && line.contains(" jammy main"), "{line}");
    for source in [line, repository.file("repo.sources")] {
        let root = apt::Root::with(&source);
        root.update();
        root.install(&["hello"]);
    }
    for absent in ["key.asc", "dists/jammy/InRelease", "dists/jammy/Release.gpg"] {
        let _ = repository.fetch(absent).expect(404);
    }
}

#[test]
fn several_versions_with_epochs_plus_and_tilde_stand_side_by_side() {
    let repository = Repository::of("apt-versions", "ubuntu", "22.04");
    let versions = ["1:2.0+b1-1", "1:2.0-1", "1:2.0~rc1+git7-1", "3.0-1"];
    let packages: Vec<_> = versions
        .iter()
        .flat_map(|version| [Deb::new("libhello++", version).build(), Deb::new("hello", version).arch("all").build()])
        .collect();
    upload::publish_all(&repository, &packages);
    let root = apt::Root::with(&repository.file("repo"));
    root.update();
    for name in ["hello", "libhello++"] {
        assert_eq!(root.versions(name), versions, "from the newest to the oldest");
    }
    for version in ["1:2.0~rc1+git7-1", "1:2.0+b1-1"] {
        root.install(&[&format!("libhello++={version}"), &format!("hello={version}")]);
    }
    let dists = Dists::of(&repository, "jammy").expect("published");
    for (package, folder) in [("hello", "pool/main/h/hello/"), ("libhello++", "pool/main/libh/libhello++/")] {
        let mut listed = dists.packages("amd64").iter().filter(|listed| listed.get("Package") == package);
        assert!(listed.all(|listed| listed.get("Filename").starts_with(folder)), "{:?}", dists.packages("amd64"));
    }
}

#[test]
fn packages_lie_under_the_name_of_their_source() {
    let repository = Repository::of("apt-pool", "debian", "12");
    upload::publish_all(
        &repository,
        &[Deb::new("python3-hello", "1.0-1+b2").field("Source", "libhello (1.0-1)").build()],
    );
    let dists = Dists::of(&repository, "bookworm").expect("published");
    let filename = dists.packages("amd64")[0].get("Filename");
    assert_eq!(filename, "pool/main/libh/libhello/python3-hello_1.0-1+b2_amd64.deb");
}

#[test]
fn every_architecture_that_is_there_is_listed_and_all_is_in_each() {
    let repository = Repository::of("apt-archs", "ubuntu", "22.04");
    upload::publish_all(&repository, &both());
    upload::publish_all(&repository, &[Deb::new("hello", "1.0-1").arch("riscv64").build()]);
    let dists = Dists::of(&repository, "jammy").expect("published");
    let mut archs: Vec<_> = dists.release.get("Architectures").split(' ').filter(|arch| *arch != "all").collect();
    archs.sort_unstable();
    assert_eq!(archs, ["amd64", "arm64", "riscv64"]);
    assert_eq!(dists.names("amd64"), ["hello 1.0-1 amd64", "hello-doc 1.0-1 all"]);
    assert_eq!(dists.names("arm64"), ["hello-doc 1.0-1 all"]);
    assert_eq!(dists.names("riscv64"), ["hello 1.0-1 riscv64", "hello-doc 1.0-1 all"]);
}

#[test]
fn packages_of_the_installer_and_of_symbols_have_their_lists() {
    let repository = Repository::of("apt-endings", "ubuntu", "22.04");
    let symbols = Deb::new("hello-dbgsym", "1.0-1").ending("ddeb");
    let installer = Deb::new("hello-udeb", "1.0-1").ending("udeb").field("Section", "debian-installer");
    upload::publish_all(&repository, &[symbols.build(), installer.build()]);
    let dists = Dists::of(&repository, "jammy").expect("published");
    assert_eq!(dists.names("amd64"), ["hello-dbgsym 1.0-1 amd64"]);
    let installers = dists.list("main/debian-installer/binary-amd64/Packages");
    assert_eq!(installers.len(), 1);
    assert!(installers[0].get("Filename").ends_with("/hello-udeb_1.0-1_amd64.udeb"), "{installers:?}");
    let root = apt::Root::with(&repository.file("repo"));
    root.update();
    root.install(&["hello-dbgsym"]);
}

#[test]
fn lists_are_fetched_by_hash_and_by_name_where_a_client_knows_no_other_way() {
    let repository = Repository::of("apt-by-hash", "ubuntu", "22.04");
    upload::publish_all(&repository, &both());
    let update = |option: &str| {
        let root = apt::Root::with(&repository.file("repo"));
        let log = root.output("apt-get", &["update", "-oDebug::Acquire::http=true", option]);
        root.install(&["hello"]);
        log
    };
    let log = update("-oAcquire::By-Hash=yes");
    assert!(log.contains("/dists/jammy/main/binary-amd64/by-hash/SHA256/"), "{log}");
    let log = update("-oAcquire::By-Hash=no");
    assert!(!log.contains("/by-hash/") && log.contains("/dists/jammy/main/binary-amd64/Packages."), "{log}");
    for ending in ["gz", "zst"] {
        let dists = Dists::of(&repository, "jammy").expect("published");
        let path = format!("main/binary-amd64/Packages.{ending}");
        let plain = repository.fetch(&format!("dists/jammy/{path}")).expect(200);
        assert!(plain.header("cache-control").is_some_and(|value| !value.contains("immutable")), "{plain:?}");
        assert_eq!(plain.body, dists.files[&path]);
        let hash = Package::new("", plain.body).sha256();
        let named = repository.fetch(&format!("dists/jammy/main/binary-amd64/by-hash/SHA256/{hash}")).expect(200);
        assert_eq!(named.header("cache-control"), Some("public, max-age=31536000, immutable"));
    }
}

#[test]
fn apt_refuses_after_one_byte_was_altered() {
    let repository = Repository::of("apt-altered", "ubuntu", "22.04");
    let _signing = keys::sign(&[&repository]);
    upload::publish_all(&repository, &both());
    let (copy, key) = (Files::serve(), repository.public_key());
    let top = format!("{}/", repository.prefix());
    for stored in aws::keys(stack().store(), &top) {
        let bytes = aws::object(stack().store(), &stored).expect("just listed");
        copy.put(stored.strip_prefix(&top).expect("below it"), &bytes);
    }
    let line = format!("deb [signed-by=/usr/share/keyrings/ours.asc] {} jammy main\n", copy.url());
    let root = || apt::Root::with_key(&line, &key);
    let unaltered = root();
    unaltered.update();

    copy.damage("pool/main/h/hello/hello_1.0-1_amd64.deb");
    let refused = unaltered.refusal("apt-get", &["install", "--yes", "hello"]);
    assert!(refused.contains("Hash Sum mismatch") && !unaltered.has("usr/share/colca-tests/hello"), "{refused}");

    // Whichever of them apt takes.
    for list in copy.all().iter().filter(|path| path.starts_with("dists/jammy/main/binary-amd64/")) {
        copy.damage(list);
    }
    let altered = root();
    let refused = altered.refusal("apt-get", &["update"]);
    assert!(refused.contains("Hash Sum mismatch"), "{refused}");
    let refused = altered.refusal("apt-get", &["install", "--yes", "hello-doc"]);
    assert!(refused.contains("Unable to locate package"), "{refused}");

    copy.damage("dists/jammy/InRelease");
    let refused = root().refusal("apt-get", &["update"]);
    assert!(refused.contains("BADSIG") || refused.contains("isn't valid"), "{refused}");
    // Clients that know no InRelease are no worse off.
    fs::remove_file(copy.path().join("dists/jammy/InRelease")).expect("it is there");
    copy.damage("dists/jammy/Release");
    let refused = root().refusal("apt-get", &["update"]);
    assert!(refused.contains("BADSIG"), "{refused}");
}

#[test]
fn what_is_added_and_deleted_is_seen_and_a_signature_always_fits() {
    let repository = Repository::of("apt-refresh", "ubuntu", "22.04");
    let _signing = keys::sign(&[&repository]);
    upload::publish_all(&repository, &both());
    let root = apt::Root::with(&repository.file("repo.sources"));
    // Any failure of any of these, between two states too, ends the test.
    let wait_for = |names: &[&str]| {
        wait::until(&format!("apt to see {names:?}"), || {
            root.update();
            (root.names() == names).then_some(())
        });
    };
    wait_for(&["hello", "hello-doc"]);
    upload::register(&repository, &Deb::new("hello-extra", "1.0").build());
    wait_for(&["hello", "hello-doc", "hello-extra"]);
    let file = format!("{}hello_1.0-1_amd64.deb", chacra::flavor(&repository, "amd64"));
    let _ = chacra::send("DELETE", &file).expect(204);
    wait_for(&["hello-doc", "hello-extra"]);
    let _ = upload::upload_with_force(&repository, &Deb::new("hello-extra", "1.0").text("other").build());
    wait::until("the replacement to be listed", || {
        root.update();
        let shown = root.output("apt-cache", &["show", "hello-extra"]);
        shown.contains(&Deb::new("hello-extra", "1.0").text("other").build().sha256()).then_some(())
    });
    root.install(&["hello-extra"]);
}

#[test]
fn a_deleted_archive_goes_and_comes_again() {
    let repository = Repository::of("apt-deleted", "ubuntu", "22.04");
    let deb = Deb::new("hello", "1.0-1").build();
    upload::publish_all(&repository, std::slice::from_ref(&deb));
    assert_eq!(Dists::of(&repository, "jammy").expect("published").names("amd64"), ["hello 1.0-1 amd64"]);
    let _ = chacra::send("DELETE", &chacra::repository(&repository)).expect(204);
    wait::until("the archive to go", || Dists::of(&repository, "jammy").is_none().then_some(()));
    upload::publish_all(&repository, &[deb]);
    let root = apt::Root::with(&repository.file("repo.sources"));
    wait::until("the archive to come again", || {
        root.update();
        (root.names() == ["hello"]).then_some(())
    });
    root.install(&["hello"]);
}
