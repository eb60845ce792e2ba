//! Source packages: several files that are one thing, and come one by one.

use colca_tests::{Repository, apt, aws, debs, dists::Dists, ftparchive, keys, outcome, stack, upload, wait};
use serde_json::json;
use upload::{Package, text};

const LIST: &str = "main/source/Sources";

/// apt with our source packages, whose repository nobody signs.
fn root(repository: &Repository) -> apt::Root {
    let line = repository.file("repo");
    let root = apt::Root::with(&line);
    root.add_source(&line.replacen("deb ", "deb-src ", 1));
    root
}

fn register_all(repository: &Repository, packages: &[Package]) {
    for package in packages {
        upload::register(repository, package);
    }
}

#[test]
fn apt_gets_a_source_package_of_a_signed_repository() {
    let repository = Repository::of("source", "ubuntu", "22.04");
    let _signing = keys::sign(&[&repository]);
    let files = debs::source("hello", "1:1.0~rc1-1");
    register_all(&repository, &files);
    upload::publish_all(&repository, &[debs::Deb::new("hello", "1:1.0~rc1-1").build()]);
    let dists = Dists::wait_for(&repository, "jammy", LIST, 1);

    let line = repository.file("repo").replacen("deb ", "deb-src ", 1);
    let root = apt::Root::with_key(&line, &repository.public_key());
    root.update();
    root.output("apt-get", &["source", "hello"]);
    let mut expected: Vec<_> = files.iter().map(|file| file.filename.clone()).collect();
    expected.push("hello-1.0~rc1".to_owned());
    expected.sort();
    assert_eq!(root.sources(), expected);

    let (ours, theirs) = (&dists.list(LIST)[0], &ftparchive::sources(&files)[0]);
    for field in [
        "Package",
        "Version",
        "Binary",
        "Architecture",
        "Maintainer",
        "Build-Depends",
        "Standards-Version",
        "Format",
        "Homepage",
    ] {
        assert_eq!(ours.get(field), theirs.get(field), "{field}");
    }
    let sorted = |table: Vec<Vec<&str>>| {
        let mut lines: Vec<_> = table.iter().map(|line| line.join(" ")).collect();
        lines.sort();
        lines
    };
    assert_eq!(sorted(ours.table("Checksums-Sha256")), sorted(theirs.table("Checksums-Sha256")));
    assert!(ours.get("Directory").starts_with("pool/main/h/hello"), "{ours:?}");
}

#[test]
fn what_is_missing_is_named_until_it_arrives() {
    let repository = Repository::of("missing", "debian", "12");
    let files = debs::source("hello", "1.0-1");
    let [dsc, orig, debian] = &files[..] else { panic!("three files: {files:?}") };
    upload::publish_all(&repository, &[debs::Deb::new("other", "1.0").build()]);

    let state = upload::register(&repository, dsc);
    let id = text(&state["upload_id"]);
    let missing = |files: &[&Package]| {
        let mut names: Vec<_> = files.iter().map(|file| file.filename.clone()).collect();
        names.sort();
        json!(names)
    };
    let told = || {
        let mut names = upload::state(id)["missing"].clone();
        names.as_array_mut().expect("a list").sort_by_key(ToString::to_string);
        names
    };
    assert_eq!(told(), missing(&[orig, debian]));
    let problems = outcome::wait_for_problem(&repository, &orig.filename);
    let expected = "hello 1.0-1: hello_1.0.orig.tar.gz has not arrived";
    assert!(problems.iter().any(|problem| problem == expected), "{problems:?}");

    upload::register(&repository, debian);
    assert_eq!(told(), missing(&[orig]));
    let _ = repository.wait_until_settled();
    let dists = Dists::of(&repository, "bookworm").expect("published");
    assert!(dists.lists.get(LIST).is_none_or(Vec::is_empty), "listed before it was whole");
    assert_eq!(dists.names("amd64"), ["other 1.0 amd64"], "the others do not wait for it");

    upload::register(&repository, orig);
    let _ = Dists::wait_for(&repository, "bookworm", LIST, 1);
    wait::until("nothing to be missing any more", || {
        let problems = repository.object()?["problems"].clone();
        let none = problems.as_array().is_none_or(Vec::is_empty);
        (none && upload::state(id)["missing"].as_array().is_none_or(Vec::is_empty)).then_some(())
    });
    let root = root(&repository);
    root.update();
    root.output("apt-get", &["source", "hello"]);
}

#[test]
fn the_order_in_which_files_come_does_not_matter() {
    let files = debs::source("hello", "1.0-1");
    for (test, order) in [("orders-a", [0, 1, 2]), ("orders-b", [2, 1, 0]), ("orders-c", [1, 0, 2])] {
        let repository = Repository::of(test, "ubuntu", "22.04");
        for number in order {
            upload::register(&repository, &files[number]);
        }
        let dists = Dists::wait_for(&repository, "jammy", LIST, 1);
        let folder = dists.list(LIST)[0].get("Directory");
        for file in &files {
            let key = format!("{}/{folder}/{}", repository.prefix(), file.filename);
            assert_eq!(aws::object(stack().store(), &key).as_ref(), Some(&file.bytes), "{key}");
        }
    }
}

#[test]
fn two_versions_share_the_original_sources() {
    let repository = Repository::of("shared-orig", "ubuntu", "22.04");
    let (one, two) = (debs::source("hello", "1.0-1"), debs::source("hello", "1.0-2"));
    // The tarball of each version has its version in it, as ours has not: the first one's is that of both.
    let again = debs::source_of("hello", "1.0-2", &one[1]);
    assert_ne!(two[1].bytes, one[1].bytes);
    register_all(&repository, &one);
    register_all(&repository, &[again[0].clone(), again[2].clone()]);
    let _ = Dists::wait_for(&repository, "jammy", LIST, 2);
    for version in ["1.0-1", "1.0-2"] {
        let root = root(&repository);
        root.update();
        root.output("apt-get", &["source", &format!("hello={version}")]);
        assert!(root.sources().contains(&format!("hello_{version}.dsc")), "{:?}", root.sources());
    }
}

#[test]
fn a_file_that_is_not_the_one_meant_does_not_complete_a_source_package() {
    let repository = Repository::of("other-orig", "ubuntu", "22.04");
    let mut files = debs::source("hello", "1.0-1");
    files[1].bytes.push(0);
    register_all(&repository, &files);
    let problems = outcome::wait_for_problem(&repository, &files[1].filename);
    assert!(problems.iter().any(|problem| problem.starts_with("hello 1.0-1: ")), "{problems:?}");
    let _ = repository.wait_until_settled();
    let listed = Dists::of(&repository, "jammy").and_then(|dists| dists.lists.get(LIST).map(Vec::len));
    assert!(matches!(listed, None | Some(0)), "listed with other bytes");

    files[1].bytes.pop();
    assert_eq!(upload::upload_with_force(&repository, &files[1])["state"], "registered");
    let _ = Dists::wait_for(&repository, "jammy", LIST, 1);
}

#[test]
fn a_list_of_changes_is_taken_and_changes_nothing() {
    let repository = Repository::of("changes", "ubuntu", "22.04");
    let mut files = debs::source("hello", "1.0-1");
    files.push(debs::Deb::new("hello", "1.0-1").build());
    files.push(debs::changes("hello", "1.0-1", "jammy", &files));
    register_all(&repository, &files);
    let dists = Dists::wait_for(&repository, "jammy", LIST, 1);
    let _ = repository.wait_until_settled();
    assert_eq!(Dists::of(&repository, "jammy").expect("published").names("amd64"), ["hello 1.0-1 amd64"]);
    assert_eq!(dists.list(LIST)[0].get("Version"), "1.0-1");
    let kept = repository.binaries("amd64");
    assert!(kept["hello_1.0-1_amd64.changes"].is_object(), "{kept}");
}
