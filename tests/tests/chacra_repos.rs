//! What is read and changed below `/repos`: the tree, the repository object, rebuilds, `extra`, the repository file.

use colca_tests::{Client, Repository, chacra, rpms, stack, upload::Package, wait};
use serde_json::{Value, json};

const NOT_ON_INDEXES: &str = "POST requests to this url are not allowed";
const POST_ONLY: &str = "only POST request are accepted for this url";

/// A repository with one file that is no package.
fn with_a_file(test: &str) -> Repository {
    let repository = Repository::new(test);
    let _ = chacra::post(&chacra::arch(&repository, "noarch"), "a.txt", b"bytes").expect(201);
    repository
}

/// A repository with one package, published.
fn published(test: &str) -> Repository {
    let repository = Repository::new(test);
    let package = Package::read(&rpms::one("corpus-text"));
    let _ = chacra::post(&chacra::arch(&repository, "noarch"), &package.filename, &package.bytes).expect(201);
    let _ = repository.wait_for_packages("noarch", 1);
    let _ = repository.wait_until_settled();
    repository
}

/// The repository's URL with its flavor named and left out.
fn urls(repository: &Repository) -> [String; 2] {
    [chacra::repository(repository), format!("/repos/{}/", repository.path())]
}

fn change(url: &str, body: &Value) -> Value {
    Client::uploader().post(url, body).expect(200).json()
}

#[test]
fn the_tree_has_the_shapes_of_chacra() {
    let nine = with_a_file("tree");
    let debug = Repository { flavor: "debug".to_owned(), ..nine.clone() };
    let eight = Repository { distro_version: "8".to_owned(), ..nine.clone() };
    for repository in [&debug, &eight] {
        let _ = chacra::post(&chacra::flavor(repository, "noarch"), "a.txt", b"bytes").expect(201);
    }
    let path = nine.path();
    let [project, git_ref, sha1, distro, _] = path.split('/').collect::<Vec<_>>()[..] else { panic!("{path}") };
    assert_eq!(chacra::read("/repos/")[project], json!([git_ref]));
    assert_eq!(chacra::read(&format!("/repos/{project}/")), json!({git_ref: [sha1]}));
    assert_eq!(chacra::read(&format!("/repos/{project}/{git_ref}/")), json!({sha1: [distro]}));
    let distros = chacra::read(&format!("/repos/{project}/{git_ref}/{sha1}/"));
    assert_eq!(chacra::names(&distros[distro]), ["8", "9"], "{distros}");
    let versions = chacra::read(&format!("/repos/{project}/{git_ref}/{sha1}/{distro}/"));
    assert_eq!(chacra::names(&versions), ["8", "9"], "{versions}");
    let flavors = chacra::read(&format!("/repos/{}/flavors/", nine.path()));
    assert_eq!(chacra::names(&flavors), ["debug", "default"], "{flavors}");
    assert_eq!(chacra::read(&format!("/repos/{}/", nine.path()))["flavor"], "default");

    for names in 1..=4 {
        let url = format!("/repos/{}/", path.split('/').take(names).collect::<Vec<_>>().join("/"));
        assert_eq!(chacra::refused(chacra::send("POST", &url), 405)["message"], NOT_ON_INDEXES, "{url}");
        let unknown = format!("{url}unknown/");
        chacra::refused(Client::anonymous().get(&unknown), 404);
    }
    let flavors = format!("/repos/{}/flavors/", nine.path());
    assert_eq!(chacra::refused(chacra::send("POST", &flavors), 405)["message"], NOT_ON_INDEXES);
    for unknown in ["flavors/unknown/", "flavors/default/flavors/", "flavors/default/nothing/", "combined/"] {
        chacra::refused(Client::anonymous().get(&format!("/repos/{path}/{unknown}")), 404);
    }
}

#[test]
fn a_repository_is_told_of_in_sixteen_fields_and_six() {
    let repository = published("repository");
    let _ = chacra::post(&chacra::arch(&repository, "source"), "notes.txt", b"notes").expect(201);
    let _ = repository.wait_until_settled();
    for url in urls(&repository) {
        let object = chacra::read(&url);
        chacra::has_fields(&object, &chacra::REPOSITORY);
        let mut fields = repository.fields("noarch");
        fields["project_name"] = fields["project"].take();
        for name in ["project_name", "ref", "sha1", "distro", "distro_version", "flavor"] {
            assert_eq!(object[name], fields[name], "{name} of {object}");
        }
        assert_eq!(chacra::names(&object["archs"]), ["noarch", "source"]);
        assert_eq!(object["path"].as_str().map(|path| path.trim_end_matches('/')), Some(&*repository.prefix()));
        for (name, value) in [
            ("type", json!("rpm")),
            ("extra", json!({})),
            ("packages", json!(1)),
            ("signed", json!(false)),
            ("needs_update", json!(false)),
            ("is_queued", json!(false)),
            ("is_updating", json!(false)),
        ] {
            assert_eq!(object[name], value, "{name} of {object}");
        }
        assert!(object["size"].is_u64() && object["revision"].as_u64() > Some(0), "{object}");
    }
}

#[test]
fn update_publishes_what_is_new_and_recreate_everything() {
    let repository = published("update");
    for action in ["update", "recreate"] {
        for url in urls(&repository) {
            let (slash, url) = (format!("{url}{action}/"), format!("{url}{action}"));
            let before = repository.wait_until_settled()["revision"].as_u64();
            for url in [&slash, &url] {
                assert_eq!(Client::uploader().head(url).expect(200).body, b"");
                for method in ["GET", "PUT", "DELETE"] {
                    assert_eq!(chacra::refused(chacra::send(method, url), 405)["message"], POST_ONLY, "{method} {url}");
                }
            }
            chacra::has_fields(&chacra::send("POST", &url).expect(200).json(), &chacra::REPOSITORY);
            let after = || repository.wait_until_settled()["revision"].as_u64();
            if action == "recreate" {
                wait::until(&format!("{url} to publish"), || (after() > before).then_some(()));
            } else {
                assert_eq!(after(), before, "there was nothing new to publish");
            }
            let again = Client::uploader().send("POST", &slash, &[], b"whatever").expect(200).json();
            assert_eq!(again["needs_update"], json!(true), "{again}");
            assert_eq!(repository.wait_until_settled()["packages"], json!(1));
        }
    }
    assert_eq!(repository.repodata("noarch").expect("published").names(), ["corpus-text"]);
}

#[test]
fn extra_is_replaced_as_a_whole_by_any_json() {
    let repository = with_a_file("extra");
    let deployed =
        json!({"version": "19.2.0", "package_manager_version": "19.2.0-1", "build_url": "https://ci.example.org/1"});
    let values =
        [deployed, json!({"node_name": "n"}), json!({}), json!(["a", 1]), json!("text"), json!(7), json!(false)];
    for (number, extra) in values.iter().enumerate() {
        let url = format!("{}extra", urls(&repository)[number % 2]);
        let url = if number % 3 == 0 { format!("{url}/") } else { url };
        let object = change(&url, extra);
        chacra::has_fields(&object, &chacra::REPOSITORY);
        assert_eq!(&object["extra"], extra);
        assert_eq!(&chacra::read(&chacra::repository(&repository))["extra"], extra);
    }
    for url in urls(&repository).map(|url| format!("{url}extra")) {
        chacra::refused(chacra::send("GET", &url), 405);
        assert_eq!(chacra::send("HEAD", &url).expect(405).body, b"");
    }
    let _ = chacra::post(&chacra::arch(&repository, "noarch"), "b.txt", b"bytes").expect(201);
    let _ = repository.wait_until_settled();
    assert_eq!(chacra::read(&chacra::repository(&repository))["extra"], json!(false), "an upload forgot `extra`");
}

#[test]
fn a_type_once_told_is_kept() {
    let repository = with_a_file("raw");
    for url in urls(&repository) {
        for url in chacra::both(&url) {
            for kind in ["rpm", "deb", "raw"] {
                let object = change(url, &json!({"type": kind}));
                chacra::has_fields(&object, &chacra::REPOSITORY);
                assert_eq!(object["type"], kind);
            }
        }
    }
    let package = Package::read(&rpms::one("corpus-text"));
    let _ = chacra::post(&chacra::arch(&repository, "noarch"), &package.filename, &package.bytes).expect(201);
    let settled = repository.wait_until_settled();
    assert_eq!(settled["type"], "raw", "{settled}");
    let file = repository.fetch(&format!("noarch/{}", package.filename)).expect(200);
    assert_eq!(file.body, package.bytes, "a file of a raw repository is where chacra has it");
}

#[test]
fn a_repository_can_be_told_what_it_is_already() {
    let repository = published("same");
    let url = chacra::repository(&repository);
    let fields = repository.fields("noarch");
    let object = change(
        &url,
        &json!({
            "distro": fields["distro"], "distro_version": fields["distro_version"], "ref": fields["ref"], "type": "rpm",
        }),
    );
    assert_eq!(object["type"], "rpm");
    let before = repository.wait_until_settled()["revision"].as_u64();
    assert_eq!(change(&url, &json!({"needs_update": true}))["needs_update"], json!(true));
    assert_eq!(repository.wait_until_settled()["revision"].as_u64(), before, "there was nothing new to publish");
    for (field, value) in [("distro", "centos"), ("distro_version", "10"), ("ref", "other")] {
        chacra::refused_for(Client::uploader().post(&url, &json!({field: value})), field);
        assert_eq!(chacra::read(&url)[field], fields[field], "the repository moved");
    }
}

#[test]
fn a_deleted_repository_takes_its_files_and_its_levels_along() {
    for (number, slash) in ["/", ""].into_iter().enumerate() {
        let repository = published("deleted");
        let debug = Repository { flavor: "debug".to_owned(), ..repository.clone() };
        let kept = chacra::flavor(&debug, "noarch");
        let _ = chacra::post(&kept, "a.txt", b"bytes").expect(201);
        let url = urls(&repository)[number].trim_end_matches('/').to_owned() + slash;
        chacra::refused(Client::anonymous().send("DELETE", &url, &[], b""), 401);
        assert_eq!(chacra::send("DELETE", &url).expect(204).body, b"");
        chacra::refused(chacra::send("DELETE", &url), 404);
        chacra::refused(Client::anonymous().get(&url), 404);
        chacra::refused(Client::anonymous().get(&chacra::flavor(&repository, "noarch")), 404);
        assert_eq!(chacra::read(&chacra::arch(&repository, "noarch")).as_object().map(serde_json::Map::len), Some(1));
        assert_eq!(chacra::read(&format!("/repos/{}/flavors/", repository.path())), json!(["debug"]));
        assert_eq!(chacra::download(&format!("{kept}a.txt/")), b"bytes");
        let _ = chacra::send("DELETE", &chacra::repository(&debug)).expect(204);
        chacra::refused(Client::anonymous().get(&format!("/binaries/{}/", repository.project)), 404);
    }
}

#[test]
fn a_repository_that_was_deleted_can_be_filled_anew() {
    let repository = published("anew");
    let _ = chacra::send("DELETE", &chacra::repository(&repository)).expect(204);
    let package = Package::read(&rpms::one("corpus-bare"));
    let _ = chacra::post(&chacra::arch(&repository, "noarch"), &package.filename, &package.bytes).expect(201);
    wait::until("the new package to be listed alone", || {
        repository.repodata("noarch").filter(|repodata| repodata.names() == ["corpus-bare"])
    });
}

#[test]
fn the_repository_file_of_rpms_has_three_sections_and_suse_s_one() {
    let package = Package::read(&rpms::one("corpus-text"));
    for (distro, sections) in [("centos", 3), ("opensuse", 1), ("SLE", 1)] {
        let repository = Repository::of("file", distro, "15.6");
        let _ = chacra::post(&chacra::arch(&repository, "noarch"), &package.filename, &package.bytes).expect(201);
        let base = format!("{}/r/{}/flavors/default/", stack().cdn(), repository.path());
        for url in urls(&repository).iter().flat_map(|url| [format!("{url}repo"), format!("{url}repo/")]) {
            let file = Client::anonymous().get(&url).expect(200);
            assert!(file.header("content-type").is_some_and(|kind| kind.starts_with("text/plain")), "{file:?}");
            let text = file.text();
            assert_eq!(text.matches("type=rpm-md").count(), sections, "{text}");
            assert_eq!(text.matches("gpgcheck=0").count(), sections, "{text}");
            let ids = [(String::new(), "$basearch"), ("-noarch".to_owned(), "noarch"), ("-source".to_owned(), "SRPMS")];
            for (suffix, directory) in ids.iter().take(sections) {
                assert!(text.contains(&format!("[{}{suffix}]\n", repository.project)), "{text}");
                let directory = if sections == 1 { "" } else { directory };
                assert!(text.contains(&format!("baseurl={base}{directory}\n")), "{text}");
            }
        }
    }
}

#[test]
fn the_repository_file_of_debs_is_one_line_and_that_of_raw_files_empty() {
    let repository = with_a_file("line");
    let file = format!("{}repo", chacra::repository(&repository));
    assert_eq!(Client::anonymous().get(&file).expect(204).body, b"", "nobody knows yet what this repository is");
    change(&chacra::repository(&repository), &json!({"type": "deb"}));
    let base = format!("{}/r/{}/flavors/default/", stack().cdn(), repository.path());
    let line = Client::anonymous().get(&file).expect(200);
    assert!(line.header("content-type").is_some_and(|kind| kind.starts_with("text/plain")), "{line:?}");
    assert_eq!(line.text().trim_end(), format!("deb [trusted=yes] {base} 9 main"));
    change(&chacra::repository(&repository), &json!({"type": "raw"}));
    assert_eq!(Client::anonymous().get(&file).expect(204).body, b"");
}
