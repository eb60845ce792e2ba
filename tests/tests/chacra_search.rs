//! Search, and what stands beside the two trees: the root, health, the error pages, `/r/`, the description of the API.

use std::{collections::BTreeSet, thread};

use colca_tests::{Client, Repository, aws, chacra, rpms, stack, unique, upload::Package, wait};
use serde_json::{Value, json};

/// All that a search finds, page by page.
#[track_caller]
fn search(query: &str) -> Vec<Value> {
    pages(query).concat()
}

#[track_caller]
fn pages(query: &str) -> Vec<Vec<Value>> {
    let (mut pages, mut url) = (Vec::new(), format!("/search/?{query}"));
    loop {
        let response = Client::anonymous().get(&url).expect(200);
        let page = response.json();
        pages.push(page.as_array().unwrap_or_else(|| panic!("{url} is no array: {page}")).clone());
        let Some(link) = response.header("link") else { return pages };
        let (target, relation) = link.split_once('>').expect("<…>; rel=…");
        assert_eq!(relation.replace(' ', ""), ";rel=\"next\"", "{link}");
        let target = target.trim_start_matches('<');
        assert!(target.contains("page-token="), "{link}");
        url = if target.starts_with('?') { format!("/search/{target}") } else { target.to_owned() };
    }
}

fn names(binaries: &[Value]) -> Vec<&str> {
    binaries.iter().map(|binary| binary["name"].as_str().expect("a name")).collect()
}

/// Searches until the names are these, in this order: an index may lag behind by a moment.
#[track_caller]
fn finds(query: &str, expected: &[&str]) {
    let mut tries = 0;
    let found = wait::until(query, || {
        tries += 1;
        let found = search(query);
        (names(&found) == expected || tries == 40).then_some(found)
    });
    assert_eq!(names(&found), expected, "{query}");
}

/// Three files in a project, the newest last.
fn three(test: &str) -> (Repository, [String; 3]) {
    let repository = Repository::new(test);
    let debug = Repository { flavor: "debug".to_owned(), distro_version: "8".to_owned(), ..repository.clone() };
    let id = hex::encode(unique::random::<5>());
    let names = ["one", "two", "three"].map(|name| format!("{name}-{id}.txt"));
    let directories =
        [chacra::arch(&repository, "x86_64"), chacra::arch(&repository, "source"), chacra::flavor(&debug, "x86_64")];
    for (directory, name) in directories.iter().zip(&names) {
        let _ = chacra::post(directory, name, name.as_bytes()).expect(201);
    }
    (repository, names)
}

#[test]
fn every_parameter_narrows_what_is_found() {
    let (repository, [one, two, three]) = three("narrow");
    let (one, two, three) = (one.as_str(), two.as_str(), three.as_str());
    let fields = repository.fields("x86_64");
    let field = |name: &str| fields[name].as_str().expect("text").to_owned();
    let all = [three, two, one];
    let user = stack().get("COLCA_USER");
    for (query, expected) in [
        (String::new(), &all[..]),
        (format!("distro={}", field("distro")), &all),
        ("distro=centos".to_owned(), &[]),
        ("distro_version=9".to_owned(), &[two, one]),
        ("arch=x86_64".to_owned(), &[three, one]),
        (format!("ref={}", field("ref")), &all),
        ("ref=other".to_owned(), &[]),
        (format!("sha1={}", field("sha1")), &all),
        ("sha1=other".to_owned(), &[]),
        ("flavor=debug".to_owned(), &[three]),
        (format!("built_by={user}"), &all),
        ("built_by=nobody".to_owned(), &[]),
        (format!("size={}", two.len()), &[two, one]),
        (format!("size-min={}", three.len()), &[three]),
        (format!("size-max={}", two.len()), &[two, one]),
        (format!("name={two}"), &[two]),
        (format!("name={}", &two[1..]), &[]),
        ("name-has=t".to_owned(), &all),
        (format!("name-has={}", &two[1..8]), &[two]),
        ("name-prefix=t".to_owned(), &[three, two]),
        (format!("checksum={}", chacra::sha512(one.as_bytes())), &[one]),
        (format!("checksum={}", Package::new(one, one.as_bytes().to_vec()).sha256()), &[one]),
        ("created-after=2026-01-01T00:00:00Z".to_owned(), &all),
        ("created-before=2026-01-01T00:00:00Z".to_owned(), &[]),
        (format!("arch=x86_64&distro_version=9&name-prefix={}", &one[..2]), &[one]),
        ("arch=source&flavor=debug".to_owned(), &[]),
    ] {
        finds(&format!("project={}&{query}", repository.project), expected);
    }
    // By themselves, as chacra's users ask.
    finds(&format!("name={one}"), &[one]);
    finds(&format!("name-has={}", &one[4..]), &[three, two, one]);
    finds(&format!("checksum={}", chacra::sha512(two.as_bytes())), &[two]);
    for binary in search(&format!("project={}", repository.project)) {
        chacra::has_fields(&binary, &chacra::BINARY);
        assert_eq!(binary["project"], json!(repository.project));
    }
}

#[test]
fn what_is_deleted_is_not_found() {
    let (repository, [one, two, three]) = three("forgotten");
    let _ = chacra::send("DELETE", &format!("{}{one}/", chacra::arch(&repository, "x86_64"))).expect(204);
    finds(&format!("project={}", repository.project), &[&three, &two]);
    finds(&format!("name={one}"), &[]);
}

#[test]
fn nothing_found_is_an_empty_array_and_nothing_asked_the_newest_files() {
    assert_eq!(chacra::read(&format!("/search/?project={}", unique::project("none"))), json!([]));
    let (_, [_, _, newest]) = three("newest");
    let first_page = |url: &str| chacra::read(url).as_array().expect("an array").clone();
    for url in chacra::both("/search/") {
        wait::until("the newest file to be found", || names(&first_page(url)).contains(&newest.as_str()).then_some(()));
    }
}

#[test]
fn unknown_parameters_are_refused_and_not_overlooked() {
    for (query, key) in [("colour=red", "colour"), ("project=p&Name=x", "Name"), ("x", "x"), ("name_has=x", "name_has")]
    {
        let body = chacra::refused(Client::anonymous().get(&format!("/search/?{query}")), 400);
        assert_eq!(body["message"], json!(format!("invalid query params: {key}")));
    }
}

#[test]
fn values_that_cannot_be_are_refused() {
    for (query, field) in [
        ("name=a&name=b", "name"),
        ("name=a&name=a", "name"),
        ("size=many", "size"),
        ("size-min=-1", "size-min"),
        ("size-max=1.5", "size-max"),
        ("created-after=yesterday", "created-after"),
        ("created-before=2026-13-01", "created-before"),
        ("checksum=xyz", "checksum"),
        ("page-token=nonsense", "page-token"),
    ] {
        chacra::refused_for(Client::anonymous().get(&format!("/search/?{query}")), field);
    }
}

#[test]
fn pages_follow_each_other_until_every_file_was_shown_once() {
    const FILES: usize = 130;
    let repository = Repository::new("pages");
    let directory = chacra::arch(&repository, "noarch");
    thread::scope(|scope| {
        for worker in 0..8 {
            let directory = &directory;
            scope.spawn(move || {
                for number in (worker..FILES).step_by(8) {
                    let _ = chacra::post(directory, &format!("{number}.txt"), b"bytes").expect(201);
                }
            });
        }
    });
    let pages = wait::until("all files to be found", || {
        let pages = pages(&format!("project={}", repository.project));
        (pages.concat().len() >= FILES).then_some(pages)
    });
    assert!(pages.len() > 1, "{FILES} files came in one page");
    let all = pages.concat();
    let different: BTreeSet<_> = names(&all).into_iter().collect();
    assert_eq!((all.len(), different.len()), (FILES, FILES), "some were shown twice");
    // To the millisecond, which is what they are sorted by.
    let times: Vec<_> = all.iter().map(|binary| &binary["created"].as_str().expect("a time")[..23]).collect();
    assert!(times.is_sorted_by(|newer, older| newer >= older), "not the newest first: {times:?}");
}

#[test]
fn the_root_names_projects_and_those_with_a_repository() {
    let (empty, full) = (unique::project("empty"), Repository::new("full"));
    let _ = chacra::send("POST", &format!("/binaries/{empty}/")).expect(200);
    let package = Package::read(&rpms::one("corpus-text"));
    let _ = chacra::post(&chacra::arch(&full, "noarch"), &package.filename, &package.bytes).expect(201);
    let _ = full.wait_for_packages("noarch", 1);
    let _ = full.wait_until_settled();
    let root = chacra::read("/");
    chacra::has_fields(&root, &["binaries", "description", "documentation", "repos"]);
    assert!(root["description"].is_string() && root["documentation"].is_string(), "{root}");
    let (binaries, repos) = (chacra::names(&root["binaries"]), chacra::names(&root["repos"]));
    assert!(binaries.contains(&empty.as_str()) && binaries.contains(&full.project.as_str()), "{root}");
    assert!(!repos.contains(&empty.as_str()) && repos.contains(&full.project.as_str()), "{root}");
}

#[test]
fn health_is_empty_when_all_is_well() {
    for url in chacra::both("/health/") {
        for method in ["GET", "HEAD"] {
            assert_eq!(Client::anonymous().send(method, url, &[], b"").expect(204).body, b"");
        }
    }
}

#[test]
fn the_error_pages_answer_as_they_are_called() {
    for (page, status) in [
        ("schema", 400),
        ("invalid", 400),
        ("forbidden", 403),
        ("not_found", 404),
        ("not_allowed", 405),
        ("error", 500),
        ("unavailable", 503),
    ] {
        for url in chacra::both(&format!("/errors/{page}/")) {
            chacra::refused(Client::anonymous().get(url), status);
            let told = Client::anonymous().get(&format!("{url}?error_message=it%20rains"));
            assert_eq!(chacra::refused(told, status)["message"], "it rains", "{url}");
        }
    }
    chacra::refused(Client::anonymous().get("/errors/nothing/"), 404);
}

#[test]
fn addresses_of_nginx_lead_to_the_cdn() {
    let repository = Repository::new("alias");
    let _ = chacra::post(&chacra::arch(&repository, "noarch"), "a+b.txt", b"bytes").expect(201);
    let path = format!("/r/{}/flavors/default/noarch/a+b.txt", repository.path());
    let redirect = Client::anonymous().get(&path).expect(302);
    let target = redirect.header("location").expect("302 says where to");
    assert!(target.replace("%2B", "+") == format!("{}{path}", stack().cdn()), "{target}");
    assert_eq!(Client::anonymous().get(target).expect(200).body, b"bytes");
    let head = Client::anonymous().head(&path.replace('+', &aws::escape("+"))).expect(302);
    assert!(head.header("location").is_some_and(|target| target.starts_with(stack().cdn())), "{head:?}");
    chacra::refused(Client::anonymous().get("/b/a.txt"), 404);
    chacra::refused(Client::anonymous().get("/asynch/"), 404);
}

#[test]
fn the_api_describes_itself() {
    let description = chacra::read("/openapi.json");
    assert!(description["openapi"].as_str().is_some_and(|version| version.starts_with("3.")), "{description}");
    let paths: Vec<_> = description["paths"].as_object().expect("paths").keys().collect();
    for path in ["/binaries", "/repos", "/search", "/health", "/uploads"] {
        assert!(paths.iter().any(|known| known.starts_with(path)), "{path} is missing: {paths:?}");
    }
}
