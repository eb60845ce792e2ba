//! What chacra's routes refuse: strangers, bad names, forms and bodies that are none, methods and pages that do not exist.

use base64::{Engine, engine::general_purpose::STANDARD};
use colca_tests::{Client, Repository, chacra, multipart::Form, stack, unique};
use serde_json::{Value, json};

const NO_FILE: &str = "no file object found in \"file\" param in POST request";
const NOT_JSON: &str = "could not decode JSON body";

/// A repository with one file that is no package, and the file's URL.
fn with_a_file(test: &str) -> (Repository, String) {
    let repository = Repository::new(test);
    let directory = chacra::arch(&repository, "noarch");
    let _ = chacra::post(&directory, "a.txt", b"bytes").expect(201);
    (repository, format!("{directory}a.txt/"))
}

/// Everything that needs credentials, for things that are there.
fn guarded(repository: &Repository) -> Vec<(&'static str, String)> {
    let (arch, repos) = (chacra::arch(repository, "noarch"), chacra::repository(repository));
    let mut guarded = vec![
        ("POST", format!("/binaries/{}/", repository.project)),
        ("POST", arch.clone()),
        ("POST", chacra::flavor(repository, "noarch")),
        ("POST", format!("{arch}a.txt/")),
        ("PUT", format!("{arch}a.txt/")),
        ("DELETE", format!("{arch}a.txt/")),
        ("DELETE", format!("{}a.txt/", chacra::flavor(repository, "noarch"))),
        ("POST", repos.clone()),
        ("DELETE", repos.clone()),
        ("DELETE", format!("/repos/{}/", repository.path())),
    ];
    for action in ["update", "recreate", "extra"] {
        guarded.extend(["GET", "HEAD", "POST"].map(|method| (method, format!("{repos}{action}/"))));
        guarded.push(("POST", format!("/repos/{}/{action}", repository.path())));
    }
    guarded
}

/// All kinds of wrong credentials, the common ones first.
fn strangers() -> [Client; 8] {
    let (user, key) = (stack().get("COLCA_USER"), stack().get("COLCA_KEY"));
    let encoded = STANDARD.encode(format!("{user}:{key}"));
    [
        Client::anonymous(),
        Client::with_credentials(user, "wrong"),
        Client::with_credentials(user, &format!("{key}:")),
        Client::with_credentials("nobody", key),
        Client::with_credentials("", ""),
        Client::with_authorization(format!("Bearer {encoded}")),
        Client::with_authorization("Basic !!!not-base64".to_owned()),
        Client::with_authorization("Basic".to_owned()),
    ]
}

#[test]
fn strangers_are_asked_who_they_are_and_change_nothing() {
    let (repository, file) = with_a_file("stranger");
    for (method, url) in guarded(&repository) {
        for stranger in &strangers()[..2] {
            let response = stranger.send(method, &url, &[], b"{}").expect(401);
            assert_eq!(response.header("www-authenticate"), Some("Basic realm=\"Colca\""), "{method} {url}");
            if method != "HEAD" {
                chacra::refused(response, 401);
            }
        }
    }
    assert_eq!(chacra::download(&file), b"bytes");
    assert_eq!(repository.object().expect("it is there")["extra"], json!({}));
}

#[test]
fn an_upload_without_credentials_makes_nothing() {
    let repository = Repository::new("uninvited");
    for stranger in strangers() {
        for url in [chacra::arch(&repository, "noarch"), chacra::flavor(&repository, "noarch")] {
            chacra::refused(Form::of("a.txt", b"bytes").send(&stranger, "POST", &url), 401);
            chacra::refused(Form::of("a.txt", b"bytes").send(&stranger, "PUT", &format!("{url}a.txt/")), 401);
        }
    }
    chacra::refused(Client::anonymous().get(&format!("/binaries/{}/", repository.project)), 404);
}

#[test]
fn who_may_not_ask_does_not_learn_what_is_there() {
    for (method, url) in guarded(&Repository::new("hidden")) {
        let _ = Client::anonymous().send(method, &url, &[], b"{}").expect(401);
    }
}

#[test]
fn what_is_not_there_cannot_be_changed() {
    let (with_file, _) = with_a_file("other");
    let other_flavor = Repository { flavor: "debug".to_owned(), ..with_file };
    for repository in [Repository::new("absent"), other_flavor] {
        let (file, repos) =
            (format!("{}a.txt/", chacra::flavor(&repository, "noarch")), chacra::repository(&repository));
        chacra::refused(chacra::put(&file, b"bytes"), 404);
        chacra::refused(chacra::send("DELETE", &file), 404);
        chacra::refused(Client::uploader().post(&file, &json!({"name": "a.txt", "force": true})), 404);
        chacra::refused(Client::uploader().post(&repos, &json!({"type": "raw"})), 404);
        chacra::refused(chacra::send("DELETE", &repos), 404);
        chacra::refused(Client::anonymous().get(&format!("{repos}repo")), 404);
        chacra::refused(Client::uploader().post(&format!("{repos}extra/"), &json!({})), 404);
        for action in ["update", "recreate"] {
            let _ = chacra::send("HEAD", &format!("{repos}{action}")).expect(404);
            chacra::refused(chacra::send("POST", &format!("{repos}{action}")), 404);
        }
        assert_eq!(repository.object(), None, "a refused request made a repository");
    }
}

/// A URL of a tree with another name at one place.
fn with_name(tree: &str, names: &[&str], place: usize, name: &str) -> String {
    let mut names = names.to_vec();
    names[place] = name;
    format!("/{tree}/{}/", names.join("/"))
}

const NAMES: [&str; 5] = ["project", "ref", "sha1", "distro", "distro_version"];

#[test]
fn a_name_that_cannot_be_is_not_found_and_nothing_can_be_put_under_it() {
    let (repository, _) = with_a_file("names");
    let path = repository.path();
    let long = "x".repeat(256);
    for bad in [".hidden", "a%2Fb", "a%5Cb", "@41", "a%0Ab", &long] {
        let files: Vec<_> = path.split('/').chain(["noarch", "flavors", "default", "a.txt"]).collect();
        let fields = [(5, "arch"), (7, "flavor"), (8, "filename")];
        for (place, field) in NAMES.into_iter().enumerate().chain(fields) {
            let url = with_name("binaries", &files, place, bad);
            chacra::refused(Client::anonymous().get(&url), 404);
            let _ = Client::anonymous().head(&url).expect(404);
            chacra::refused(chacra::send("DELETE", &url), 404);
            chacra::refused_for(chacra::put(&url, b"bytes"), field);
            if place < 8 {
                let directory = with_name("binaries", &files[..8], place, bad);
                chacra::refused(Client::anonymous().get(&directory), 404);
                chacra::refused_for(chacra::post(&directory, "a.txt", b"bytes"), field);
            }
        }
        let repos: Vec<_> = path.split('/').chain(["flavors", "default"]).collect();
        for (place, field) in NAMES.into_iter().enumerate().chain([(6, "flavor")]) {
            let url = with_name("repos", &repos, place, bad);
            chacra::refused(Client::anonymous().get(&url), 404);
            chacra::refused(chacra::send("DELETE", &url), 404);
            chacra::refused_for(Client::uploader().post(&url, &json!({"type": "raw"})), field);
        }
        chacra::refused_for(chacra::send("POST", &format!("/binaries/{bad}/")), "project");
    }
}

#[test]
fn words_that_mean_something_else_inside_a_repository_are_reserved() {
    let (repository, _) = with_a_file("reserved");
    for word in ["repodata", "dists", "pool", "mirrorlist"] {
        let directory = chacra::arch(&repository, word);
        chacra::refused(Client::anonymous().get(&directory), 404);
        chacra::refused_for(chacra::post(&directory, "a.txt", b"bytes"), "arch");
    }
    for word in ["flavors", "repodata"] {
        let directory = chacra::arch(&repository, "noarch");
        chacra::refused_for(chacra::post(&directory, word, b"bytes"), "filename");
    }
    let long = Repository::with_path_of("too-long", 451);
    chacra::refused(Client::anonymous().get(&chacra::flavor(&long, "noarch")), 404);
    chacra::refused_for(chacra::post(&chacra::flavor(&long, "noarch"), "a.txt", b"bytes"), "path");
}

#[test]
fn a_file_s_name_must_not_climb_or_hide() {
    let repository = Repository::new("climb");
    let long = "x".repeat(256);
    let names =
        ["", ".", "..", "../../evil", "/etc/passwd", "a/b", "a\\b", "..\\evil", ".hidden", "@41", "a\tb", &long];
    for url in [chacra::arch(&repository, "noarch"), chacra::flavor(&repository, "noarch")] {
        for name in names {
            let response = chacra::post(&url, name, b"bytes");
            assert_eq!(response.status, 400, "{name:?}: {}", response.text());
            chacra::refused_for(response, "filename");
        }
    }
    chacra::refused(Client::anonymous().get(&format!("/binaries/{}/", repository.project)), 404);
}

#[test]
fn forms_that_are_no_upload_are_refused() {
    let (repository, file) = with_a_file("forms");
    let client = Client::uploader();
    let forced = Form::new().field("force", "1");
    let two = Form::of("b.txt", b"bytes").file("file", "c.txt", b"bytes");
    let unknown = |name: &str| Form::of("b.txt", b"bytes").field(name, "1");
    let urls = [chacra::arch(&repository, "noarch"), chacra::flavor(&repository, "noarch")];
    for (method, url) in urls.iter().map(|url| ("POST", url)).chain([("PUT", &file)]) {
        let empty = client.send(method, url, &[], b"");
        let json = client.send(method, url, &[("content-type", "application/json")], b"{\"file\": \"a.txt\"}");
        let no_boundary = client.send(method, url, &[("content-type", "multipart/form-data")], b"bytes");
        // LocalStack's own server refuses it, in no words.
        assert_eq!(no_boundary.status, 400, "{method} {url}: {}", no_boundary.text());
        for response in [empty, json, forced.send(&client, method, url)] {
            assert_eq!(chacra::refused(response, 400)["message"], NO_FILE, "{method} {url}");
        }
        chacra::refused(two.send(&client, method, url), 400);
        for name in ["forse", "Force", "built_by"] {
            chacra::refused_for(unknown(name).send(&client, method, url), name);
        }
        let kind = "multipart/form-data; boundary=b";
        let cut = b"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"b.txt\"\r\n\r\nbyt";
        chacra::refused(client.send(method, url, &[("content-type", kind)], cut), 400);
    }
    let listing = chacra::read(&chacra::arch(&repository, "noarch"));
    assert_eq!(listing.as_object().map(serde_json::Map::len), Some(1), "a refused form left a file: {listing}");
    assert_eq!(chacra::download(&file), b"bytes");
}

#[test]
fn metadata_that_says_something_else_is_refused() {
    let (_, file) = with_a_file("metadata");
    let client = Client::uploader();
    let headers = [("content-type", "application/json")];
    for body in ["", "{", "not json"] {
        let response = client.send("POST", &file, &headers, body.as_bytes());
        assert_eq!(chacra::refused(response, 400)["message"], NOT_JSON, "{body:?}");
    }
    chacra::refused(Form::of("a.txt", b"other").send(&client, "POST", &file), 400);
    for body in [json!({}), json!({"force": true, "built_by": "b"})] {
        let message = chacra::refused(client.post(&file, &body), 400)["message"].clone();
        assert_eq!(message, "could not find required key: 'name'");
    }
    for body in [json!([]), json!("a.txt"), json!(7), Value::Null] {
        chacra::refused(client.post(&file, &body), 400);
    }
    for (field, value) in [
        ("name", json!("b.txt")),
        ("path", json!("/etc/passwd")),
        ("path", json!("repos/other/a.txt")),
        ("size", json!(6)),
        ("checksum", json!("0".repeat(128))),
        ("distro", json!("centos")),
        ("arch", json!("x86_64")),
        ("signed", json!(true)),
        ("built_by", json!(7)),
        ("built-by", json!("builder-7")),
        ("colour", json!("red")),
    ] {
        let mut body = json!({"name": "a.txt", "force": true});
        body[field] = value;
        chacra::refused_for(client.post(&file, &body), field);
    }
    let directory = file.strip_suffix("a.txt/").expect("the file's URL");
    let binary = chacra::read(directory)["a.txt"].clone();
    assert_eq!((&binary["built_by"], &binary["size"]), (&json!(stack().get("COLCA_USER")), &json!(5)), "{binary}");
    let own_path = json!({"name": "a.txt", "force": true, "path": binary["path"]});
    chacra::refused_for(client.post(&file, &own_path), "path");
}

#[test]
fn a_repository_takes_no_change_it_does_not_know() {
    let (repository, _) = with_a_file("schema");
    let url = chacra::repository(&repository);
    let client = Client::uploader();
    for (field, value) in [
        ("type", json!("zip")),
        ("type", json!("RPM")),
        ("type", json!(7)),
        ("type", Value::Null),
        ("needs_update", json!("true")),
        ("needs_update", json!(1)),
        ("distro", json!(9)),
        ("distro", json!("centos")),
        ("distro_version", json!(9)),
        ("ref", json!("other")),
        ("sha1", repository.fields("noarch")["sha1"].clone()),
        ("flavor", json!("default")),
        ("path", json!("/etc")),
        ("is_updating", json!(false)),
        ("colour", json!("red")),
    ] {
        chacra::refused_for(client.post(&url, &json!({field: value})), field);
        let mut with_good = json!({"type": "deb"});
        with_good[field] = value;
        chacra::refused_for(client.post(&url, &with_good), field);
    }
    for body in [json!({}), json!([]), json!("raw"), Value::Null] {
        chacra::refused(client.post(&url, &body), 400);
    }
    for body in ["", "{", "type=raw"] {
        for url in [url.clone(), format!("{url}extra/")] {
            chacra::refused(client.send("POST", &url, &[("content-type", "application/json")], body.as_bytes()), 400);
        }
    }
    let object = repository.object().expect("it is there");
    assert_eq!((&object["type"], &object["extra"]), (&json!("raw"), &json!({})), "a refused change was made: {object}");
}

#[test]
fn wrong_methods_are_405_wherever_they_go() {
    let (repository, file) = with_a_file("methods");
    let (path, repos) = (repository.path(), chacra::repository(&repository));
    let arch = chacra::arch(&repository, "noarch");
    let mut refused =
        vec![("PUT", arch.clone()), ("DELETE", arch.clone()), ("DELETE", format!("{arch}flavors/default/"))];
    let reading = ["/", "/binaries/", "/repos/", "/search/", "/health/", "/errors/invalid/", "/openapi.json"];
    refused
        .extend(reading.into_iter().flat_map(|url| ["POST", "PUT", "DELETE"].map(|method| (method, url.to_owned()))));
    for names in 1..=5 {
        let level = path.split('/').take(names).collect::<Vec<_>>().join("/");
        refused.extend(["PUT", "DELETE"].map(|method| (method, format!("/binaries/{level}/"))));
        if names < 5 {
            refused.extend(["PUT", "DELETE"].map(|method| (method, format!("/repos/{level}/"))));
        }
        if names > 1 {
            let post = chacra::send("POST", &format!("/binaries/{level}/"));
            assert_eq!(chacra::refused(post, 405)["message"], "POST requests to this url are not allowed", "{level}");
        }
    }
    refused.extend([("POST", format!("{repos}repo")), ("PUT", repos.clone()), ("POST", format!("{arch}flavors/"))]);
    refused.extend(["PUT", "DELETE"].map(|method| (method, format!("{repos}extra/"))));
    let all = [&file, &arch, &repos].map(|url| ("PATCH", url.clone()));
    for (method, url) in refused.into_iter().chain(all) {
        for url in chacra::both(&url).into_iter().filter(|url| !url.is_empty()) {
            let response = chacra::send(method, url);
            assert_eq!(response.status, 405, "{method} {url}: {}", response.text());
            chacra::refused(response, 405);
        }
    }
    assert_eq!(chacra::download(&file), b"bytes");
}

#[test]
fn pages_that_do_not_exist_are_not_found_in_json() {
    let (repository, file) = with_a_file("pages");
    let repos = chacra::repository(&repository);
    let mut urls = vec![format!("{file}deeper/"), format!("{file}deeper/and/deeper/"), format!("{repos}flavors/")];
    urls.extend(["/nothing/", "/binariesx/", "/asynch/", "/b/a.txt", "/index.html"].map(str::to_owned));
    urls.push(format!("{}flavors/default/a.txt/deeper/", chacra::arch(&repository, "noarch")));
    urls.push(format!("/repos/{}/combined/", repository.path()));
    urls.push(format!("/binaries/{}/", unique::project("missing")));
    for url in urls.iter().flat_map(|url| chacra::both(url)) {
        chacra::refused(Client::anonymous().get(url), 404);
        assert_eq!(Client::anonymous().head(url).expect(404).body, b"");
    }
}
