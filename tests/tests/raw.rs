//! Repositories of files that are no packages: what is there is listed, and can be checked.

use std::{collections::BTreeSet, fs};

use colca_tests::{Client, Repository, aws, chacra, createrepo::Scratch, rpms, tools, upload, wait};
use serde_json::{Value, json};
use upload::{Package, text};

fn file(filename: &str, arch: &str, bytes: &[u8]) -> Package {
    Package { filename: filename.to_owned(), arch: arch.to_owned(), bytes: bytes.to_vec() }
}

/// The three lists: they must agree. Gives the paths.
fn listed(repository: &Repository) -> BTreeSet<String> {
    let index = repository.fetch("index.json").expect(200).json();
    let files = index["files"].as_array().unwrap_or_else(|| panic!("no list: {index}"));
    let plain = repository.fetch("index.txt").expect(200).text();
    let sums = repository.fetch("SHA256SUMS").expect(200).text();
    let paths: BTreeSet<_> = files.iter().map(|file| text(&file["path"]).to_owned()).collect();
    assert_eq!(plain.lines().map(str::to_owned).collect::<BTreeSet<_>>(), paths);
    assert_eq!(plain.lines().count(), paths.len(), "a file is listed twice: {plain}");
    for file in files {
        let line = format!("{}  {}", text(&file["sha256"]), text(&file["path"]));
        assert!(sums.lines().any(|known| known == line), "{line} is not in:\n{sums}");
        assert!(file["size"].is_u64() && file["arch"].is_string() && file["name"].is_string(), "{file}");
    }
    assert_eq!(sums.lines().count(), files.len());
    paths
}

/// Fetches all that is listed, as a user of the repository would, and has `sha256sum` check it.
fn check_all(repository: &Repository) {
    let scratch = Scratch::new();
    let sums = repository.fetch("SHA256SUMS").expect(200).body;
    for path in listed(repository) {
        let to = scratch.path().join(&path);
        fs::create_dir_all(to.parent().expect("below the folder")).expect("the working copy is writable");
        fs::write(to, repository.fetch(&aws::escape(&path)).expect(200).body).expect("the working copy is writable");
    }
    fs::write(scratch.path().join("SHA256SUMS"), sums).expect("the working copy is writable");
    let folder = format!("--chdir={}", scratch.path().display());
    tools::output("env", [&folder, "sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"]);
}

/// Waits until the lists are of these paths; they may be in the CDN's cache for a moment.
fn wait_for(repository: &Repository, paths: &[&str]) {
    let paths: BTreeSet<_> = paths.iter().map(|path| (*path).to_owned()).collect();
    wait::until(&format!("{paths:?} to be listed"), || {
        let plain = repository.fetch("index.txt");
        let now: BTreeSet<_> = plain.text().lines().map(str::to_owned).collect();
        (plain.status == 200 && now == paths).then_some(())
    });
    // The three may be of two states while they are cached; they are of one when none is older than this one.
    wait::until("the other lists to follow", || {
        let index = repository.fetch("index.json").expect(200).json();
        let sums = repository.fetch("SHA256SUMS").expect(200).text();
        let of_index = index["files"].as_array().into_iter().flatten().map(|file| text(&file["path"]).to_owned());
        let of_sums = sums.lines().filter_map(|line| line.split_once("  ")).map(|(_, path)| path.to_owned());
        (of_index.collect::<BTreeSet<_>>() == paths && of_sums.collect::<BTreeSet<_>>() == paths).then_some(())
    });
}

#[test]
fn archives_and_files_without_an_ending_make_a_raw_repository() {
    for (number, name) in ["ceph-19.2.zip", "ceph_19.2-1jammy.tar.gz", "cephadm"].into_iter().enumerate() {
        let repository =
            Repository::of("raw-kind", ["windows", "ubuntu", "rocky"][number], ["1809", "22.04", "9"][number]);
        upload::publish_all(&repository, &[file(name, "x86_64", name.as_bytes())]);
        let object = repository.wait_until_settled();
        assert_eq!((&object["type"], &object["packages"]), (&json!("raw"), &json!(1)), "{object}");
        assert_eq!(listed(&repository), BTreeSet::from([format!("x86_64/{name}")]));
        check_all(&repository);
        let url = format!("{}repo", chacra::repository(&repository));
        assert_eq!(Client::anonymous().get(&url).expect(204).body, b"");
    }
}

#[test]
fn what_is_added_replaced_and_deleted_is_listed_so() {
    let repository = Repository::of("raw-lists", "windows", "1809");
    let odd = "größe & (x) +1~2.zip";
    upload::publish_all(
        &repository,
        &[
            file("ceph.zip", "x86_64", b"first"),
            file("ceph.zip", "aarch64", b"other"),
            file(odd, "x86_64", b"odd"),
            file("empty", "noarch", b""),
        ],
    );
    let odd_path = format!("x86_64/{odd}");
    wait_for(&repository, &["x86_64/ceph.zip", "aarch64/ceph.zip", &odd_path, "noarch/empty"]);
    check_all(&repository);

    let state = upload::publish(&repository, &file("ceph.zip", "x86_64", b"second"));
    let replaced = format!("x86_64/{}/ceph.zip", text(&state["upload_id"]));
    wait_for(&repository, &[&replaced, "aarch64/ceph.zip", &odd_path, "noarch/empty"]);
    check_all(&repository);
    assert_eq!(repository.fetch(&replaced).expect(200).body, b"second");

    let _ = chacra::send("DELETE", &format!("{}empty", chacra::flavor(&repository, "noarch"))).expect(204);
    wait_for(&repository, &[&replaced, "aarch64/ceph.zip", &odd_path]);
    check_all(&repository);
}

#[test]
fn a_type_that_was_set_is_never_inferred_again() {
    let repository = Repository::new("raw-set");
    let package = Package::read(&rpms::one("corpus-text"));
    upload::publish_all(&repository, std::slice::from_ref(&package));
    assert_eq!(repository.wait_until_settled()["type"], "rpm");
    let object = Client::uploader().post(&chacra::repository(&repository), &json!({"type": "raw"})).expect(200).json();
    assert_eq!(object["type"], "raw");
    let path = format!("noarch/{}", package.filename);
    wait_for(&repository, &[&path]);
    // As a package of a raw repository it is a file like any other.
    upload::publish_all(
        &repository,
        &[Package::read(&rpms::one("corpus-bare")), file("notes.txt", "noarch", b"notes")],
    );
    let _ = chacra::send("POST", &format!("{}update", chacra::repository(&repository))).expect(200);
    let object = repository.wait_until_settled();
    assert_eq!((&object["type"], &object["packages"]), (&json!("raw"), &json!(3)), "{object}");
    wait_for(&repository, &[&path, "noarch/corpus-bare-0-0.noarch.rpm", "noarch/notes.txt"]);
    check_all(&repository);
    let repodata = repository.repodata("noarch");
    assert!(repodata.is_none_or(|repodata| repodata.packages.len() <= 1), "it was built as one of rpms");
}

#[test]
fn lists_are_entry_files_and_all_else_is_immutable() {
    let repository = Repository::of("raw-cache", "windows", "1809");
    upload::publish_all(&repository, &[file("ceph.zip", "x86_64", b"first")]);
    for list in ["index.json", "index.txt", "SHA256SUMS"] {
        let control = repository.fetch(list).expect(200).header("cache-control").unwrap_or_default().to_owned();
        assert_eq!(control, "public, max-age=5", "{list}");
    }
    let file = repository.fetch("x86_64/ceph.zip").expect(200);
    assert_eq!(file.header("cache-control"), Some("public, max-age=31536000, immutable"));
    let kind = repository.fetch("index.json").expect(200).header("content-type").map(str::to_owned);
    assert_eq!(kind.as_deref(), Some("application/json"));
    let _: Value = repository.fetch("index.json").expect(200).json();
}
