//! Every command of the real chacractl, against the functions and against `colca-serve`. Its exit codes say little, so
//! each test looks at what has become of the server as well.

use std::{fs, path::PathBuf};

use colca_tests::{
    Repository, Server, aws,
    chacra::sha512,
    chacractl::{Chacractl, word},
    createrepo::Scratch,
    rpms, stack, unique,
    upload::Package,
    wait,
};
use serde_json::{Value, json};

/// The same tests, once for each way to run Colca.
macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod through_the_functions {
            $(#[test] fn $name() { super::$name(colca_tests::Server::Api); })*
        }
        mod through_colca_serve {
            $(#[test] fn $name() { super::$name(colca_tests::Server::Serve); })*
        }
    };
}

on_both! {
    a_file_is_created_at_a_terminal,
    the_paths_on_standard_input_are_created,
    a_second_create_is_skipped,
    force_replaces,
    a_file_is_deleted_once,
    exists_tells_by_its_exit_code,
    a_project_is_created,
    a_repository_is_updated_and_recreated,
    a_repository_becomes_raw,
    a_repository_is_deleted,
    a_wrong_key_changes_nothing,
    a_path_with_a_name_missing_is_refused,
}

/// Where the files of an architecture go.
fn target(repository: &Repository, arch: &str) -> String {
    format!("{}/{arch}/flavors/{}", repository.path(), repository.flavor)
}

/// A file of the test's own.
fn file(scratch: &Scratch, name: &str, bytes: &[u8]) -> PathBuf {
    let path = scratch.path().join(name);
    fs::write(&path, bytes).expect("the working copy is writable");
    path
}

fn checksum(server: Server, repository: &Repository, arch: &str, name: &str) -> Value {
    server.binaries(repository, arch)[name]["checksum"].clone()
}

/// A repository with one package in `noarch`, settled.
fn with_one_package(server: Server, test: &str) -> (Repository, Chacractl, Package) {
    let repository = Repository::new(test);
    let chacractl = Chacractl::new(server.url());
    let path = rpms::one("corpus-text");
    let _ = chacractl.with_lines(&["binary", "create", &target(&repository, "noarch")], &[word(&path)]).expect(0);
    let _ = repository.wait_for_packages("noarch", 1);
    let _ = repository.wait_until_settled();
    (repository, chacractl, Package::read(&path))
}

fn a_file_is_created_at_a_terminal(server: Server) {
    let repository = Repository::new("terminal");
    let chacractl = Chacractl::new(server.url());
    let path = rpms::one("corpus-odd+name");
    // The path without a flavor, with slashes around it: chacractl takes the first away.
    let target = format!("/{}/noarch/", repository.path());
    let _ = chacractl.at_terminal(&["binary", "create", &target, word(&path)]).expect(0);
    let package = Package::read(&path);
    let listing = server.binaries(&repository, "noarch");
    let binary = &listing[&package.filename];
    assert_eq!(binary["checksum"], json!(sha512(&package.bytes)), "{listing}");
    assert_eq!(binary["size"], json!(package.bytes.len()), "{listing}");
    let file = format!("/binaries/{}/noarch/{}", repository.path(), aws::escape(&package.filename));
    for slash in ["", "/"] {
        let _ = server.head(&format!("{file}{slash}")).expect(200);
    }
    let published = repository.wait_for_packages("noarch", 1);
    assert!(published.packages.contains_key(&package.sha256()), "another package was published");
    // A path that is no file is a warning for chacractl, and nothing for the server.
    let _ = chacractl.at_terminal(&["binary", "create", &target, "/nowhere/at-all.rpm"]).expect(0);
    assert_eq!(server.binaries(&repository, "noarch").as_object().map(serde_json::Map::len), Some(1));
}

fn the_paths_on_standard_input_are_created(server: Server) {
    let repository = Repository::new("stdin");
    let chacractl = Chacractl::new(server.url());
    let (text, bare, ignored) =
        (rpms::one("corpus-text"), rpms::one("corpus-bare"), rpms::one("corpus-files").display().to_string());
    let folder = text.parent().expect("packages stand in a folder");
    let lines = ["", "/nowhere/at-all.rpm", word(folder), word(&text), "no file", word(&bare)];
    let arguments = ["binary", "create", &target(&repository, "noarch"), &ignored];
    let _ = chacractl.with_lines(&arguments, &lines).expect(0);
    let listing = server.binaries(&repository, "noarch");
    let expected = [&bare, &text].map(|path| rpms::name(path).to_owned());
    assert_eq!(listing.as_object().expect("an object").keys().cloned().collect::<Vec<_>>(), expected);
    for path in [text, bare] {
        let package = Package::read(&path);
        assert_eq!(listing[&package.filename]["checksum"], json!(sha512(&package.bytes)), "{listing}");
    }
    assert_eq!(repository.wait_for_packages("noarch", 2).names(), ["corpus-bare", "corpus-text"]);
}

fn a_second_create_is_skipped(server: Server) {
    let (repository, chacractl, package) = with_one_package(server, "skip");
    let scratch = Scratch::new();
    let other = file(&scratch, &package.filename, &Package::read(&rpms::one("corpus-bare")).bytes);
    let create = ["binary", "create", &target(&repository, "noarch")];
    let ended = chacractl.with_lines(&create, &[word(&rpms::one("corpus-text")), word(&other)]).expect(0);
    ended.says("SKIP");
    assert_eq!(checksum(server, &repository, "noarch", &package.filename), json!(sha512(&package.bytes)));
}

fn force_replaces(server: Server) {
    let (repository, chacractl, first) = with_one_package(server, "force");
    let scratch = Scratch::new();
    let second = Package { filename: first.filename.clone(), ..Package::read(&rpms::one("corpus-relations")) };
    let path = file(&scratch, &second.filename, &second.bytes);
    let create = ["binary", "--force", "create", &target(&repository, "noarch")];
    // One that is there, and one that is not.
    let ended = chacractl.with_lines(&create, &[word(&path), word(&rpms::one("corpus-bare"))]).expect(0);
    ended.says("will re-upload");
    let listing = server.binaries(&repository, "noarch");
    assert_eq!(listing[&second.filename]["checksum"], json!(sha512(&second.bytes)), "{listing}");
    assert_eq!(listing[&second.filename]["size"], json!(second.bytes.len()), "the size is not the new one: {listing}");
    wait::until("the replacement to be published", || {
        let published = repository.repodata("noarch")?.packages;
        (published.len() == 2 && published.contains_key(&second.sha256())).then_some(())
    });
}

fn a_file_is_deleted_once(server: Server) {
    let (repository, chacractl, package) = with_one_package(server, "delete");
    let target = target(&repository, "noarch");
    let bare = rpms::one("corpus-bare");
    let _ = chacractl.with_lines(&["binary", "create", &target], &[word(&bare)]).expect(0);
    let gone = format!("{target}/{}", package.filename);
    let _ = chacractl.at_terminal(&["binary", "delete", &gone]).expect(0);
    let _ = server.head(&format!("/binaries/{gone}/")).expect(404);
    let listing = server.binaries(&repository, "noarch");
    assert_eq!(listing.as_object().expect("an object").keys().collect::<Vec<_>>(), [rpms::name(&bare)]);
    wait::until("the deleted package to be published no longer", || {
        (repository.repodata("noarch")?.names() == ["corpus-bare"]).then_some(())
    });
    chacractl.with_lines(&["binary", "delete", &format!("/{gone}/")], &[]).expect(0).says("already deleted");

    let _ = chacractl.with_lines(&["binary", "delete", &format!("{target}/{}", rpms::name(&bare))], &[]).expect(0);
    let _ = chacractl.with_lines(&["exists", &format!("binaries/{target}")], &[]).expect(1);
    assert_eq!(server.binaries(&repository, "noarch"), json!({}));
}

fn exists_tells_by_its_exit_code(server: Server) {
    let (repository, chacractl, package) = with_one_package(server, "exists");
    let (path, target) = (repository.path(), target(&repository, "noarch"));
    let stranger = Chacractl::with_credentials(server.url(), "nobody", "wrong");
    let there = [
        format!("binaries/{}", repository.project),
        format!("binaries/{target}"),
        format!("/binaries/{target}/{}/", package.filename),
        format!("repos/{path}"),
        format!("repos/{path}/flavors/default/"),
    ];
    for place in &there {
        let _ = chacractl.with_lines(&["exists", place], &[]).expect(0);
        // It sends its credentials always; who may read without any may read with wrong ones.
        let _ = stranger.with_lines(&["exists", place], &[]).expect(0);
    }
    let not_there = [
        format!("binaries/{}-x", repository.project),
        format!("binaries/{target}-x"),
        format!("binaries/{target}/nothing.rpm"),
        format!("repos/{path}/flavors/debug"),
    ];
    for place in &not_there {
        let _ = chacractl.at_terminal(&["exists", place]).expect(1);
    }
}

fn a_project_is_created(server: Server) {
    let chacractl = Chacractl::new(server.url());
    let (first, second) = (unique::project("project"), unique::project("project"));
    let _ = chacractl.at_terminal(&["project", "create", &first]).expect(0);
    assert_eq!(server.get(&format!("/binaries/{first}/")).expect(200).json(), json!({}));
    chacractl.at_terminal(&["project", "create", &first]).expect(0).says("SKIP");

    // Away from a terminal it sends one request for each line, whatever the lines are, and so none for none.
    let _ = chacractl.with_lines(&["project", "create", &second], &[]).expect(0);
    let _ = server.get(&format!("/binaries/{second}/")).expect(404);
    let _ = chacractl.with_lines(&["project", "create", &second], &["go"]).expect(0);
    let _ = server.get(&format!("/binaries/{second}/")).expect(200);
}

fn a_repository_is_updated_and_recreated(server: Server) {
    let (repository, chacractl, package) = with_one_package(server, "update");
    let path = repository.path();
    for verb in ["update", "recreate"] {
        for place in [path.clone(), format!("{path}/flavors/default"), format!("{path}/flavors/default/")] {
            let ended = chacractl.with_lines(&["repo", verb, &place], &[]).expect(0);
            ended.says("needs_update: True");
            ended.says(&format!("project_name: {}", repository.project));
        }
        let _ = repository.wait_until_settled();
        let published = repository.wait_for_packages("noarch", 1);
        assert!(published.packages.contains_key(&package.sha256()), "{verb} lost the package");
        assert_eq!(checksum(server, &repository, "noarch", &package.filename), json!(sha512(&package.bytes)));
    }
    let file = repository.fetch(&format!("noarch/{}", aws::escape(&package.filename))).expect(200);
    assert_eq!(file.body, package.bytes);
    for verb in ["update", "recreate", "set-raw"] {
        let nowhere = format!("{path}/flavors/nothing");
        chacractl.at_terminal(&["repo", verb, &nowhere]).expect(1).says("failed: 404");
    }
}

fn a_repository_becomes_raw(server: Server) {
    let chacractl = Chacractl::new(server.url());
    let scratch = Scratch::new();
    let bytes = unique::random::<1000>();
    let zip = file(&scratch, "ceph-windows.zip", &bytes);
    for slash in ["", "/"] {
        let repository = Repository::new("raw");
        let create = ["binary", "create", &target(&repository, "x86_64")];
        let _ = chacractl.with_lines(&create, &[word(&zip)]).expect(0);
        let place = format!("{}/flavors/default{slash}", repository.path());
        chacractl.with_lines(&["repo", "set-raw", &place], &[]).expect(0).says("type: raw");
        let object = server.repository(&repository).expect("a repository");
        assert_eq!(object["type"], "raw", "{object}");
        let _ = chacractl.with_lines(&["repo", "update", &place], &[]).expect(0);
        let object = repository.wait_until_settled();
        assert_eq!(object["type"], "raw", "the update took the type away: {object}");
        wait::until("the file to be public", || {
            (repository.fetch("x86_64/ceph-windows.zip").status == 200).then_some(())
        });
        assert_eq!(repository.fetch("x86_64/ceph-windows.zip").expect(200).body, bytes);
        // No package manager reads it, so there is no list of repositories to give.
        let _ = server.get(&format!("/repos/{}/flavors/default/repo", repository.path())).expect(204);
    }
}

fn a_repository_is_deleted(server: Server) {
    for slash in ["", "/"] {
        let (repository, chacractl, package) = with_one_package(server, "gone");
        let place = format!("{}/flavors/default{slash}", repository.path());
        let _ = chacractl.with_lines(&["repo", "delete", &place], &[]).expect(0);
        assert_eq!(server.repository(&repository), None);
        let file = format!("/binaries/{}/{}/", target(&repository, "noarch"), package.filename);
        let _ = server.head(&file).expect(404);
        assert_eq!(server.binaries(&repository, "noarch"), json!({}));
        wait::until("its metadata to go", || repository.repodata("noarch").is_none().then_some(()));
        chacractl.at_terminal(&["repo", "delete", &place]).expect(0).says("already deleted");
    }
}

fn a_wrong_key_changes_nothing(server: Server) {
    let (repository, chacractl, package) = with_one_package(server, "wrong-key");
    let stranger = Chacractl::with_credentials(server.url(), stack().get("COLCA_USER"), "wrong");
    let (path, target) = (repository.path(), target(&repository, "noarch"));
    let scratch = Scratch::new();
    let (new, other) =
        (file(&scratch, "new.txt", b"new"), file(&scratch, &package.filename, b"other bytes under its name"));
    let file = format!("{target}/{}", package.filename);
    let project = unique::project("wrong-key");
    let create = ["binary", "create", &target];
    stranger.with_lines(&create, &[word(&new)]).expect(1).says("401");
    let force = ["binary", "--force", "create", &target];
    stranger.with_lines(&force, &[word(&other)]).expect(1).says("401");
    stranger.at_terminal(&["project", "create", &project]).expect(1).says("401");
    for verb in ["update", "recreate", "set-raw"] {
        stranger.with_lines(&["repo", verb, &path], &[]).expect(1).says("authentication failed");
    }
    // These two only warn, and say that all went well.
    stranger.with_lines(&["binary", "delete", &file], &[]).expect(0).says("401");
    stranger.with_lines(&["repo", "delete", &path], &[]).expect(0).says("401");

    let listing = server.binaries(&repository, "noarch");
    assert_eq!(listing.as_object().expect("an object").len(), 1, "{listing}");
    assert_eq!(listing[&package.filename]["checksum"], json!(sha512(&package.bytes)), "{listing}");
    assert_eq!(server.repository(&repository).expect("still there")["type"], "rpm");
    let _ = chacractl.with_lines(&["exists", &format!("binaries/{project}")], &[]).expect(1);
}

fn a_path_with_a_name_missing_is_refused(server: Server) {
    let repository = Repository::new("short");
    let chacractl = Chacractl::new(server.url());
    let create = ["binary", "create", &repository.path()];
    chacractl.with_lines(&create, &[word(&rpms::one("corpus-bare"))]).expect(1).says("405");
    let _ = chacractl.with_lines(&["exists", &format!("binaries/{}", repository.project)], &[]).expect(1);
}

#[test]
fn what_chacractl_says_without_a_server() {
    let chacractl = Chacractl::new("http://127.0.0.1:1");
    chacractl.at_terminal(&[]).expect(0).says("Sub Commands");
    chacractl.with_lines(&[], &[]).expect(0).says("Sub Commands");
    chacractl.at_terminal(&["binary", "delete"]).expect(1).says("Specify a URL");
    chacractl.with_lines(&["binary", "delete"], &[]).expect(1).says("Specify a URL");
}
