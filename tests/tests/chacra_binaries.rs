//! What is read below `/binaries`: every level of the tree, files, and how little it costs to ask.

use colca_tests::{Client, Repository, aws, chacra, multipart::Form, stack};
use serde_json::{Value, json};

/// Two versions, two architectures and two flavors of one commit; see `fill` for what is where.
struct Tree {
    nine: Repository,
    debug: Repository,
    eight: Repository,
}

/// Files enough for every level to have something to list.
fn fill(test: &str) -> Tree {
    let nine = Repository::new(test);
    let debug = Repository { flavor: "debug".to_owned(), ..nine.clone() };
    let eight = Repository { distro_version: "8".to_owned(), ..nine.clone() };
    for (directory, name) in [
        (chacra::arch(&nine, "x86_64"), "a.txt"),
        (chacra::arch(&nine, "x86_64"), "b.txt"),
        (chacra::arch(&nine, "source"), "c.txt"),
        (chacra::flavor(&debug, "x86_64"), "d.txt"),
        (chacra::arch(&eight, "x86_64"), "e.txt"),
    ] {
        let _ = chacra::post(&directory, name, name.as_bytes()).expect(201);
    }
    Tree { nine, debug, eight }
}

/// The URL of the level that lies that many names below `/binaries/`.
fn level(tree: &str, repository: &Repository, depth: usize) -> String {
    let path = repository.path();
    let names: Vec<_> = path.split('/').take(depth).collect();
    if names.is_empty() { format!("/{tree}/") } else { format!("/{tree}/{}/", names.join("/")) }
}

/// What a level lists under a name, sorted.
fn below(url: &str, name: &str) -> Vec<String> {
    chacra::names(&chacra::read(url)[name]).into_iter().map(str::to_owned).collect()
}

#[test]
fn every_level_lists_its_children_with_theirs() {
    let Tree { nine, eight, .. } = fill("levels");
    let path = nine.path();
    let names: Vec<_> = path.split('/').collect();
    for depth in 0..3 {
        let listing = chacra::read(&level("binaries", &nine, depth));
        assert_eq!(listing[names[depth]], json!([names[depth + 1]]), "level {depth}: {listing}");
        assert!(depth == 0 || listing.as_object().map(serde_json::Map::len) == Some(1), "level {depth}: {listing}");
    }
    assert_eq!(below(&level("binaries", &nine, 3), "rocky"), ["8", "9"]);
    assert_eq!(below(&level("binaries", &nine, 4), "9"), ["source", "x86_64"]);
    assert_eq!(below(&level("binaries", &nine, 4), "8"), ["x86_64"]);
    assert_eq!(below(&level("binaries", &nine, 5), "x86_64"), ["a.txt", "b.txt", "d.txt"]);
    assert_eq!(below(&level("binaries", &nine, 5), "source"), ["c.txt"]);
    assert_eq!(chacra::read(&level("binaries", &eight, 5)), json!({"x86_64": ["e.txt"]}));
}

#[test]
fn an_architecture_lists_the_files_of_all_its_flavors_or_of_one() {
    let Tree { nine, debug, .. } = fill("flavors");
    let names = |url: &str| chacra::read(url).as_object().expect("by name").keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&chacra::arch(&nine, "x86_64")), ["a.txt", "b.txt", "d.txt"]);
    assert_eq!(names(&chacra::flavor(&nine, "x86_64")), ["a.txt", "b.txt"]);
    assert_eq!(names(&chacra::flavor(&debug, "x86_64")), ["d.txt"]);
    let flavors = format!("{}flavors/", chacra::arch(&nine, "x86_64"));
    assert_eq!(below(&flavors, "default"), ["a.txt", "b.txt"]);
    assert_eq!(below(&flavors, "debug"), ["d.txt"]);
    let _ = Client::anonymous().get(&format!("{}d.txt/", chacra::arch(&nine, "x86_64"))).expect(404);
    assert_eq!(chacra::download(&format!("{}d.txt/", chacra::flavor(&debug, "x86_64"))), b"d.txt");
}

#[test]
fn a_level_where_nothing_is_is_not_found_and_flavors_are_none() {
    let Tree { nine, debug, eight } = fill("nothing");
    let elsewhere = Repository { distro_version: "7".to_owned(), ..nine.clone() };
    let mut missing = vec![
        level("binaries", &elsewhere, 5),
        chacra::arch(&elsewhere, "x86_64"),
        chacra::arch(&eight, "source"),
        chacra::flavor(&debug, "source"),
        format!("{}a.txt/", chacra::arch(&eight, "x86_64")),
    ];
    missing.extend((1..=4).map(|depth| level("binaries", &Repository::new("unknown"), depth)));
    for (depth, name) in [(2, "no-ref"), (3, "no-sha1"), (4, "no-distro")] {
        missing.push(format!("{}{name}/", level("binaries", &nine, depth - 1)));
    }
    for url in missing {
        chacra::refused(Client::anonymous().get(&url), 404);
        let head = Client::anonymous().head(&url).expect(404);
        assert_eq!(head.body, b"", "HEAD has no body: {url}");
    }
    assert_eq!(chacra::read(&format!("{}flavors/", chacra::arch(&eight, "source"))), json!({}));

    let _ = chacra::send("DELETE", &format!("{}e.txt/", chacra::arch(&eight, "x86_64"))).expect(204);
    chacra::refused(Client::anonymous().get(&level("binaries", &eight, 5)), 404);
    assert_eq!(below(&level("binaries", &nine, 3), "rocky"), ["9"], "a version without files is listed");
}

#[test]
fn a_file_is_told_of_in_sixteen_fields_and_two() {
    let repository = Repository::new("object");
    let directory = chacra::flavor(&repository, "noarch");
    let _ = chacra::post(&directory, "a.txt", b"bytes").expect(201);
    let listing = chacra::read(&directory);
    let binary = &listing["a.txt"];
    chacra::has_fields(binary, &chacra::BINARY);
    let fields = repository.fields("noarch");
    for (name, value) in fields.as_object().expect("fields") {
        assert_eq!(&binary[name], value, "{name} of {binary}");
    }
    for (name, value) in [
        ("name", json!("a.txt")),
        ("size", json!(5)),
        ("signed", json!(false)),
        ("built_by", json!(stack().get("COLCA_USER"))),
        ("checksum", json!(chacra::sha512(b"bytes"))),
        ("sha512", json!(chacra::sha512(b"bytes"))),
    ] {
        assert_eq!(binary[name], value, "{name} of {binary}");
    }
    for name in ["created", "modified"] {
        let digits = binary[name].as_str().expect("text").replace(|c: char| c.is_ascii_digit(), "0");
        assert_eq!(digits, "0000-00-00 00:00:00.000000", "{name} of {binary}");
    }
    assert!(binary["last_changed"].as_str().is_some_and(|text| text.ends_with("ago") || text == "just now"));
    let from_cdn = format!("{}/{}", stack().cdn(), aws::escape(binary["path"].as_str().expect("a path")));
    assert_eq!(Client::anonymous().get(&from_cdn).expect(200).body, b"bytes");
}

#[test]
fn a_replacement_moves_modified_and_leaves_created() {
    let directory = chacra::arch(&Repository::new("times"), "noarch");
    let _ = chacra::post(&directory, "a.txt", b"first").expect(201);
    let first = chacra::read(&directory)["a.txt"].clone();
    let forced = Form::of("a.txt", b"second").field("force", "1");
    let _ = forced.send(&Client::uploader(), "POST", &directory).expect(200);
    let second = chacra::read(&directory)["a.txt"].clone();
    assert_eq!(second["created"], first["created"]);
    assert!(second["modified"].as_str() > first["modified"].as_str(), "{first} {second}");
}

#[test]
fn a_file_is_sent_for_and_asked_about_with_and_without_a_slash() {
    let repository = Repository::new("slash");
    let directory = chacra::flavor(&repository, "noarch");
    let _ = chacra::post(&directory, "a.tar.gz", b"bytes").expect(201);
    for directory in [directory, chacra::arch(&repository, "noarch")] {
        for url in chacra::both(&format!("{directory}a.tar.gz/")) {
            let redirect = Client::anonymous().get(url).expect(302);
            let target = redirect.header("location").expect("302 says where to");
            assert!(target.starts_with(&format!("{}/repos/{}/", stack().cdn(), repository.project)), "{target}");
            assert_eq!(chacra::download(url), b"bytes");
            let head = Client::anonymous().head(url).expect(200);
            assert_eq!((chacra::length(&head), &*head.body), (Some("5"), &b""[..]), "{head:?}");
            assert_eq!(head.header("content-type"), Some("application/octet-stream"));
        }
    }
}

#[test]
fn no_url_is_redirected_to_itself_with_a_slash() {
    let Tree { nine, debug, .. } = fill("direct");
    let arch = chacra::arch(&nine, "x86_64");
    let mut urls: Vec<_> = (0..=5).map(|depth| level("binaries", &nine, depth)).collect();
    urls.extend([arch.clone(), format!("{arch}flavors/"), chacra::flavor(&debug, "x86_64")]);
    urls.extend((0..=4).map(|depth| level("repos", &nine, depth)));
    urls.extend([
        level("repos", &nine, 5),
        format!("{}flavors/", level("repos", &nine, 5)),
        chacra::repository(&debug),
    ]);
    urls.push("/search/".to_owned());
    for url in urls.iter().flat_map(|url| chacra::both(url)) {
        let get = Client::anonymous().get(url).expect(200);
        assert_eq!(get.header("content-type"), Some("application/json"), "{url}");
        let head = Client::anonymous().head(url).expect(200);
        assert_eq!(head.body, b"", "HEAD has no body: {url}");
    }
    for (number, url) in chacra::both(&arch).into_iter().enumerate() {
        let name = format!("{number}.txt");
        let _ = chacra::post(url, &name, b"first").expect(201);
        let file = format!("{arch}{name}");
        let _ = chacra::put(&file, b"second").expect(200);
        let told = Client::uploader().post(&file, &json!({"name": name, "force": true, "built_by": "builder-7"}));
        assert_eq!(told.expect(200).json(), json!({}));
        let _ = chacra::send("DELETE", &file).expect(204);
    }
}

#[test]
fn wrong_credentials_do_not_matter_where_none_are_needed() {
    let repository = Repository::new("public");
    let directory = chacra::arch(&repository, "noarch");
    let _ = chacra::post(&directory, "a.txt", b"bytes").expect(201);
    for client in [
        Client::with_credentials("nobody", "wrong"),
        Client::with_authorization("Bearer token".to_owned()),
        Client::with_authorization("Basic !!!not-base64".to_owned()),
    ] {
        for url in [directory.clone(), level("binaries", &repository, 1), chacra::repository(&repository)] {
            let _ = client.get(&url).expect(200);
            let _ = client.head(&url).expect(200);
        }
        let _ = client.get(&format!("{directory}a.txt/")).expect(302);
        let _ = client.head(&format!("{directory}a.txt/")).expect(200);
        let _ = client.head(&format!("{directory}b.txt/")).expect(404);
        let _ = client.get("/search/").expect(200);
    }
}

/// How many calls of `DynamoDB` an answer took, by its own word.
fn calls(response: &colca_tests::Response) -> Option<u32> {
    let timing = response.header("server-timing")?;
    timing.split_once("dynamodb;desc=\"")?.1.split_once('"')?.0.parse().ok()
}

#[test]
fn a_question_takes_two_calls_of_the_database_at_most() {
    let Tree { nine, debug, .. } = fill("calls");
    for number in 0..10 {
        let repository = Repository { distro_version: format!("1{number}"), ..nine.clone() };
        let _ = chacra::post(&chacra::arch(&repository, "noarch"), "a.txt", b"bytes").expect(201);
    }
    let arch = chacra::arch(&nine, "x86_64");
    let mut questions: Vec<_> = (0..=5).map(|depth| ("GET", level("binaries", &nine, depth))).collect();
    questions.extend((0..=5).map(|depth| ("GET", level("repos", &nine, depth))));
    questions.extend([
        ("GET", arch.clone()),
        ("GET", format!("{arch}flavors/")),
        ("GET", chacra::flavor(&debug, "x86_64")),
        ("HEAD", format!("{arch}a.txt/")),
        ("GET", format!("{arch}a.txt/")),
        ("HEAD", format!("{arch}missing.txt/")),
        ("GET", format!("{}flavors/", level("repos", &nine, 5))),
        ("GET", chacra::repository(&debug)),
    ]);
    let mut dear = Vec::new();
    for (method, url) in questions {
        let response = Client::anonymous().send(method, &url, &[], b"");
        let calls =
            calls(&response).unwrap_or_else(|| panic!("{method} {url} does not say what it took: {response:?}"));
        println!("{calls} {method} {url}");
        if !(1..=2).contains(&calls) {
            dear.push((calls, method, url));
        }
    }
    assert!(dear.is_empty(), "more than two calls, or none: {dear:?}");
    let untouched = Client::anonymous().get("/nothing/at/all/");
    assert_eq!(calls(&untouched).unwrap_or(0), 0, "{untouched:?}");
}

#[test]
fn what_is_listed_was_there_before_the_answer_to_its_upload() {
    let repository = Repository::new("own-writes");
    let directory = chacra::flavor(&repository, "noarch");
    for number in 0..20 {
        let name = format!("{number}.txt");
        let _ = chacra::post(&directory, &name, name.as_bytes()).expect(201);
        let listing = chacra::read(&directory);
        assert_ne!(listing[&name], Value::Null, "{name} is missing right after its upload");
        assert_eq!(listing.as_object().map(serde_json::Map::len), Some(number + 1));
    }
}
