//! What chacra's clients write below `/binaries`: projects, files, what replaces them, and their end.

use std::fs;

use colca_tests::{
    Client, Repository, aws, bad_rpms, chacra,
    createrepo::Scratch,
    multipart::Form,
    rpms, stack, tools, unique, upload,
    upload::{Package, text},
};
use serde_json::{Value, json};

const EXISTS: &str = "resource already exists and \"force\" key was not used";
const NO_FILE: &str = "no file object found in \"file\" param in POST request";

/// A file of a listing must have these bytes, by everything that is said of it and by what is downloaded.
#[track_caller]
fn holds(directory: &str, filename: &str, bytes: &[u8]) {
    let binary = &chacra::read(directory)[filename];
    assert_eq!(binary["size"], json!(bytes.len()), "{binary}");
    assert_eq!(binary["checksum"], json!(chacra::sha512(bytes)), "{binary}");
    assert_eq!(binary["sha512"], binary["checksum"], "{binary}");
    assert_eq!(binary["sha256"], json!(Package::new(filename, bytes.to_vec()).sha256()), "{binary}");
    assert_eq!(chacra::download(&format!("{directory}{}/", aws::escape(filename))), bytes);
}

/// There must be no trace of a project, in the catalog or in the store.
#[track_caller]
fn unheard_of(repository: &Repository) {
    chacra::refused(Client::anonymous().get(&format!("/binaries/{}/", repository.project)), 404);
    chacra::refused(Client::anonymous().get(&chacra::repository(repository)), 404);
    assert_eq!(aws::keys(stack().store(), &format!("repos/{}/", repository.project)), Vec::<String>::new());
}

#[test]
fn a_project_is_made_once_and_by_those_who_may() {
    let project = unique::project("made");
    let url = format!("/binaries/{project}/");
    chacra::refused(Client::anonymous().send("POST", &url, &[], b""), 401);
    chacra::refused(Client::anonymous().get(&url), 404);
    for url in chacra::both(&url) {
        assert_eq!(chacra::send("POST", url).expect(200).json(), json!({}));
        assert_eq!(chacra::read(url), json!({}));
    }
    assert_eq!(chacra::read("/binaries/")[&project], json!([]));
    assert_eq!(chacra::read("/repos/")[&project], json!([]));
}

#[test]
fn a_project_that_is_made_again_loses_nothing() {
    let repository = Repository::new("again");
    let directory = chacra::arch(&repository, "noarch");
    let _ = chacra::post(&directory, "notes.txt", b"notes").expect(201);
    let url = format!("/binaries/{}/", repository.project);
    assert_eq!(chacra::send("POST", &url).expect(200).json(), chacra::read(&url));
    holds(&directory, "notes.txt", b"notes");
}

#[test]
fn a_new_file_is_201_its_replacement_200_and_both_are_listed_at_once() {
    let repository = Repository::new("post");
    for directory in [chacra::arch(&repository, "noarch"), chacra::flavor(&repository, "x86_64")] {
        let first = chacra::post(&directory, "notes.txt", b"notes").expect(201);
        assert_eq!(first.json(), json!({}));
        holds(&directory, "notes.txt", b"notes");
        let longer = Form::of("notes.txt", b"longer notes").field("force", "1");
        let second = longer.send(&Client::uploader(), "POST", &directory).expect(200);
        assert_eq!(second.json(), json!({}));
        holds(&directory, "notes.txt", b"longer notes");
    }
}

#[test]
fn force_counts_whatever_its_value_and_wherever_it_stands() {
    let directory = chacra::arch(&Repository::new("forced"), "noarch");
    let _ = Form::of("a.txt", b"new").field("force", "1").send(&Client::uploader(), "POST", &directory).expect(201);
    for (number, value) in ["1", "0", "", "false"].into_iter().enumerate() {
        let bytes = format!("bytes {number}");
        let before = Form::new().field("force", value).file("file", "a.txt", bytes.as_bytes());
        let _ = before.send(&Client::uploader(), "POST", &directory).expect(200);
        holds(&directory, "a.txt", bytes.as_bytes());
        let after = Form::of("a.txt", b"after").field("force", value);
        let _ = after.send(&Client::uploader(), "POST", &directory).expect(200);
        holds(&directory, "a.txt", b"after");
    }
}

#[test]
fn without_force_a_file_stays_as_it_is() {
    let directory = chacra::arch(&Repository::new("kept"), "noarch");
    let _ = chacra::post(&directory, "a.txt", b"first").expect(201);
    for bytes in [&b"second"[..], b"first"] {
        let body = chacra::refused(chacra::post(&directory, "a.txt", bytes), 400);
        assert_eq!(body["message"], EXISTS);
    }
    holds(&directory, "a.txt", b"first");
}

#[test]
fn the_directory_of_an_architecture_is_that_of_the_flavor_default() {
    let repository = Repository::new("default");
    let debug = Repository { flavor: "debug".to_owned(), ..repository.clone() };
    let [short, long, other] =
        [chacra::arch(&repository, "noarch"), chacra::flavor(&repository, "noarch"), chacra::flavor(&debug, "noarch")];
    let _ = chacra::post(&other, "a.txt", b"debug").expect(201);
    let _ = chacra::post(&short, "a.txt", b"default").expect(201);
    assert_eq!(chacra::refused(chacra::post(&long, "a.txt", b"again"), 400)["message"], EXISTS);
    let _ = Form::of("a.txt", b"long").field("force", "").send(&Client::uploader(), "POST", &long).expect(200);
    holds(&long, "a.txt", b"long");
    assert_eq!(chacra::download(&format!("{short}a.txt/")), b"long");
    holds(&other, "a.txt", b"debug");
    let _ = chacra::send("DELETE", &format!("{short}a.txt/")).expect(204);
    chacra::refused(Client::anonymous().get(&format!("{long}a.txt/")), 404);
    holds(&other, "a.txt", b"debug");
}

#[test]
fn names_come_through_as_they_are() {
    let directory = chacra::arch(&Repository::new("literal"), "noarch");
    for name in ["gcc-c++_12.2~rc1.txt", "1:2.3^git.tar.gz", "archive.json", "größe.txt"] {
        let _ = chacra::post(&directory, name, name.as_bytes()).expect(201);
        holds(&directory, name, name.as_bytes());
    }
    let plus = Client::anonymous().head(&format!("{directory}gcc-c++_12.2~rc1.txt/")).expect(200);
    assert_eq!(chacra::length(&plus), Some("20"));
}

#[test]
fn a_query_is_no_part_of_where_a_file_goes() {
    let directory = chacra::arch(&Repository::new("query"), "noarch");
    for (name, url) in chacra::both(&directory).map(|url| format!("{url}?force=1&x")).iter().enumerate() {
        let _ = chacra::post(url, &format!("{name}.txt"), b"bytes").expect(201);
        holds(&directory, &format!("{name}.txt"), b"bytes");
    }
    chacra::refused(chacra::post(&format!("{directory}?force=1"), "0.txt", b"other"), 400);
}

#[test]
fn an_rpm_is_published_and_a_deb_is_known_for_one() {
    let repository = Repository::new("rpm");
    let package = Package::read(&rpms::one("corpus-text"));
    let _ = chacra::post(&chacra::arch(&repository, "noarch"), &package.filename, &package.bytes).expect(201);
    assert!(repository.wait_for_packages("noarch", 1).packages.contains_key(&package.sha256()));
    assert_eq!(repository.wait_until_settled()["type"], "rpm");

    let scratch = Scratch::new();
    let (tree, built) = (scratch.path().join("tree"), scratch.path().join("built.deb"));
    fs::create_dir_all(tree.join("DEBIAN")).expect("writable");
    let control = "Package: ab\nVersion: 1\nArchitecture: amd64\nMaintainer: a <a@example.org>\nDescription: a\n";
    fs::write(tree.join("DEBIAN/control"), control).expect("writable");
    tools::output("dpkg-deb", ["--root-owner-group", "--build", &tree.to_string_lossy(), &built.to_string_lossy()]);
    let repository = Repository::of("deb", "debian", "bookworm");
    let bytes = fs::read(built).expect("just built");
    let directory = chacra::arch(&repository, "amd64");
    let _ = chacra::post(&directory, "ab_1_amd64.deb", &bytes).expect(201);
    holds(&directory, "ab_1_amd64.deb", &bytes);
    assert_eq!(chacra::read(&chacra::repository(&repository))["type"], "deb");
}

#[test]
fn a_broken_package_is_refused_with_the_reason_and_leaves_nothing() {
    let repository = Repository::new("broken");
    let good = Package::read(&rpms::one("corpus-files"));
    for (number, bad) in bad_rpms::bad(&good.bytes).into_iter().enumerate() {
        let response = chacra::post(&chacra::arch(&repository, "noarch"), &format!("{number}.noarch.rpm"), &bad.bytes);
        assert_eq!(response.status, 400, "{}: {}", bad.what, response.text());
        let message = text(&chacra::refused(response, 400)["message"]).to_lowercase();
        assert!(bad.reason.iter().any(|word| message.contains(word)), "{}: {message}", bad.what);
    }
    for bytes in [&b"This is no package at all.\n"[..], b"!<arch>\n", b""] {
        chacra::refused(chacra::post(&chacra::arch(&repository, "amd64"), "a_1_amd64.deb", bytes), 400);
    }
    unheard_of(&repository);
}

#[test]
fn a_broken_replacement_leaves_the_good_package() {
    let directory = chacra::arch(&Repository::new("survives"), "noarch");
    let good = Package::read(&rpms::one("corpus-files"));
    let _ = chacra::post(&directory, &good.filename, &good.bytes).expect(201);
    chacra::refused(chacra::put(&format!("{directory}{}/", good.filename), b"no rpm"), 400);
    let forced = Form::of(&good.filename, &good.bytes[..2000]).field("force", "1");
    chacra::refused(forced.send(&Client::uploader(), "POST", &directory), 400);
    holds(&directory, &good.filename, &good.bytes);
}

#[test]
fn what_the_gateway_cannot_carry_is_shown_another_way() {
    let repository = Repository::new("heavy");
    let directory = chacra::arch(&repository, "noarch");
    let message = chacra::refused(chacra::post(&directory, "heavy.img", &vec![b'x'; 5 << 20]), 413)["message"].clone();
    for way in ["presigned", "colca"] {
        assert!(text(&message).to_lowercase().contains(way), "{message}");
    }
    unheard_of(&repository);
    let just_light_enough = vec![b'x'; 4_400_000];
    let _ = chacra::post(&directory, "light.img", &just_light_enough).expect(201);
    holds(&directory, "light.img", &just_light_enough);
    chacra::refused(chacra::put(&format!("{directory}light.img/"), &vec![b'x'; 5 << 20]), 413);
    holds(&directory, "light.img", &just_light_enough);
}

#[test]
fn a_put_replaces_the_file_of_its_url() {
    let directory = chacra::arch(&Repository::new("put"), "noarch");
    let _ = chacra::post(&directory, "a.txt", b"first").expect(201);
    let file = format!("{directory}a.txt/");
    for (url, bytes) in chacra::both(&file).into_iter().zip([&b"the second"[..], b"third"]) {
        assert_eq!(chacra::put(url, bytes).expect(200).json(), json!({}));
        holds(&directory, "a.txt", bytes);
    }
    assert_eq!(chacra::read(&directory).as_object().map(serde_json::Map::len), Some(1), "the name of the part counted");
    assert_eq!(chacra::refused(chacra::send("PUT", &file), 400)["message"], NO_FILE);

    chacra::refused(chacra::put(&format!("{directory}b.txt/"), b"bytes"), 404);
    let _ = Client::anonymous().head(&format!("{directory}b.txt/")).expect(404);
    holds(&directory, "a.txt", b"third");
}

#[test]
fn the_last_file_takes_the_repository_along_and_the_last_repository_the_project() {
    let repository = Repository::new("last");
    let debug = Repository { flavor: "debug".to_owned(), ..repository.clone() };
    let packages = ["corpus-text", "corpus-bare"].map(|name| Package::read(&rpms::one(name)));
    for package in &packages {
        let _ = chacra::post(&chacra::arch(&repository, "noarch"), &package.filename, &package.bytes).expect(201);
    }
    let _ = chacra::post(&chacra::flavor(&debug, "noarch"), "a.txt", b"bytes").expect(201);
    let _ = repository.wait_for_packages("noarch", 2);

    let file = |package: &Package| format!("{}{}/", chacra::arch(&repository, "noarch"), package.filename);
    let gone = chacra::send("DELETE", &file(&packages[0])).expect(204);
    assert_eq!(gone.body, b"");
    chacra::refused(chacra::send("DELETE", &file(&packages[0])), 404);
    chacra::refused(Client::anonymous().get(&file(&packages[0])), 404);
    assert_eq!(repository.wait_for_packages("noarch", 1).names(), ["corpus-bare"]);

    let _ = chacra::send("DELETE", file(&packages[1]).trim_end_matches('/')).expect(204);
    chacra::refused(Client::anonymous().get(&chacra::repository(&repository)), 404);
    assert_eq!(chacra::read(&format!("/repos/{}/flavors/", repository.path())), json!(["debug"]));
    assert_eq!(chacra::names(&chacra::read(&format!("/binaries/{}/", repository.path()))["noarch"]), ["a.txt"]);

    let _ = chacra::send("DELETE", &format!("{}a.txt/", chacra::flavor(&debug, "noarch"))).expect(204);
    for tree in ["binaries", "repos"] {
        chacra::refused(Client::anonymous().get(&format!("/{tree}/{}/", repository.project)), 404);
        assert_eq!(chacra::read(&format!("/{tree}/"))[&repository.project], Value::Null);
    }
    let _ = chacra::post(&chacra::arch(&repository, "noarch"), "a.txt", b"new").expect(201);
}

#[test]
fn metadata_says_who_built_a_file_and_changes_nothing_else() {
    let directory = chacra::arch(&Repository::new("metadata"), "noarch");
    let _ = chacra::post(&directory, "a.txt", b"bytes").expect(201);
    let file = format!("{directory}a.txt/");
    let before = chacra::read(&directory)["a.txt"].clone();
    assert_eq!(before["built_by"], stack().get("COLCA_USER"));
    let tell = |body: &Value| Client::uploader().post(&file, body);
    for force in [Value::Null, json!(false), json!(0), json!("")] {
        let body = json!({"name": "a.txt", "built_by": "builder-7", "force": force});
        let message = chacra::refused(tell(&body), 400)["message"].clone();
        assert_eq!(message, "file already exists and \"force\" flag was not used", "{body}");
    }
    let known = json!({
        "name": "a.txt", "force": "1", "built_by": "builder-7", "size": 5, "distro": before["distro"],
        "arch": "noarch", "flavor": "default", "checksum": before["checksum"], "signed": false,
    });
    assert_eq!(tell(&known).expect(200).json(), json!({}));
    let after = chacra::read(&directory)["a.txt"].clone();
    assert_eq!(after["built_by"], "builder-7");
    for field in chacra::BINARY.iter().filter(|field| !["built_by", "modified", "last_changed"].contains(field)) {
        assert_eq!(after[field], before[field], "{field} changed");
    }
}

#[test]
fn a_ticket_and_a_form_write_the_same_file() {
    let repository = Repository::new("both-ways");
    let package = Package::read(&rpms::one("corpus-text"));
    upload::register(&repository, &package);
    let directory = chacra::arch(&repository, "noarch");
    assert_eq!(chacra::refused(chacra::post(&directory, &package.filename, &package.bytes), 400)["message"], EXISTS);
    let other = Package::read(&rpms::one("corpus-bare")).bytes;
    let _ = chacra::put(&format!("{directory}{}/", package.filename), &other).expect(200);
    holds(&directory, &package.filename, &other);
    let again = upload::ticket(&package.request(&repository)).expect(409);
    assert!(again.json()["message"].is_string());
}
