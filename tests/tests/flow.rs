//! One package from the ticket to the CDN, and all that may happen to a name on its way.

use std::thread;

use colca_tests::{Client, Repository, aws, createrepo, functions, past, repodata::Repodata, rpms, stack, upload};
use serde_json::{Value, json};
use upload::{Package, text};

fn sample() -> Package {
    Package::read(&rpms::one("corpus-text"))
}

/// The one package that a repository lists.
fn only(repodata: &Repodata) -> &colca_tests::repodata::Package {
    assert_eq!(repodata.packages.len(), 1);
    repodata.packages.values().next().expect("one")
}

#[test]
fn a_package_comes_out_at_the_cdn_as_it_went_in() {
    let repository = Repository::new("whole");
    let package = sample();
    let ticket = upload::ticket(&package.request(&repository)).expect(201).json();
    let _ = upload::put(&ticket, &package.bytes).expect(200);
    assert_eq!(upload::finish(&ticket)["state"], "registered");
    let repodata = repository.wait_for_packages("noarch", 1);
    repodata.assert_same_content(&createrepo::metadata(std::slice::from_ref(&package)));

    let through_cdn = Repodata::read(|name| {
        let response = repository.fetch(&format!("noarch/{name}"));
        (response.status != 404).then(|| response.expect(200).body)
    });
    assert_eq!(through_cdn.expect("published").repomd, repodata.repomd);
    let file = repository.fetch(&format!("noarch/{}", package.filename)).expect(200);
    assert_eq!(file.body, package.bytes);
    assert_eq!(file.header("cache-control"), Some("public, max-age=31536000, immutable"));
    let entry = repository.fetch("noarch/repodata/repomd.xml").expect(200);
    assert_eq!(entry.header("cache-control"), Some("public, max-age=5"));
    let alias = format!("{}/r/{}/flavors/default/noarch/repodata/repomd.xml", stack().cdn(), repository.path());
    assert_eq!(Client::anonymous().get(&alias).expect(200).text(), repodata.repomd);
    let left = format!("incoming/{}/", text(&ticket["upload_id"]));
    colca_tests::wait::until("the incoming copy to go", || {
        aws::keys(stack().incoming(), &left).is_empty().then_some(())
    });
}

#[test]
fn the_catalog_tells_of_a_package() {
    let repository = Repository::new("catalog");
    let package = sample();
    upload::register(&repository, &package);
    let listing = repository.binaries("noarch");
    let binary = &listing[&package.filename];
    assert_eq!(binary["size"], json!(package.bytes.len()), "{listing}");
    assert!(listing.to_string().contains(&package.sha256()), "{listing}");

    let _ = repository.wait_for_packages("noarch", 1);
    let object = repository.wait_until_settled();
    assert_eq!((&object["needs_update"], &object["is_updating"]), (&json!(false), &json!(false)), "{object}");

    let url = format!("/binaries/{}/noarch/flavors/default/{}/", repository.path(), aws::escape(&package.filename));
    let redirect = Client::anonymous().get(&url).expect(302);
    let target = redirect.header("location").expect("302 says where to").to_owned();
    assert!(target.starts_with(stack().cdn()), "{target}");
    assert_eq!(Client::anonymous().get(&target).expect(200).body, package.bytes);
    let length = package.bytes.len().to_string();
    let head = Client::anonymous().head(&url).expect(200);
    // API Gateway writes the length of the body that it got, which is empty, and ours under another name.
    let told = head.header("x-amzn-remapped-content-length").or_else(|| head.header("content-length"));
    assert_eq!(told, Some(length.as_str()), "{head:?}");

    let file = Client::anonymous().get(&format!("/repos/{}/flavors/default/repo", repository.path())).expect(200);
    assert!(file.header("content-type").is_some_and(|kind| kind.starts_with("text/plain")), "{file:?}");
    assert!(
        file.text().contains(&format!("{}/r/{}/flavors/default/", stack().cdn(), repository.path())),
        "{}",
        file.text()
    );
}

#[test]
fn what_is_not_there_is_not_found() {
    let nowhere = Repository::new("nowhere");
    for path in
        ["repos/{}/", "repos/{}/flavors/default/", "repos/{}/flavors/default/repo", "binaries/{}/noarch/nothing.rpm/"]
    {
        let response = Client::anonymous().get(&format!("/{}", path.replace("{}", &nowhere.path())));
        assert_eq!(response.status, 404, "{path}: {}", response.text());
    }
    assert_eq!(nowhere.fetch("noarch/repodata/repomd.xml").status, 404);
    let _ = Client::anonymous().get("/health/").expect(204);
}

#[test]
fn names_with_plus_tilde_and_caret_come_through_every_door() {
    let repository = Repository::new("signs");
    let package = Package::read(&rpms::one("corpus-odd+name"));
    upload::register(&repository, &package);
    let repodata = repository.wait_for_packages("noarch", 1);
    assert_eq!(only(&repodata).href(), package.filename);
    let escaped = aws::escape(&package.filename);
    let plain_plus = escaped.replace("%2B", "+");
    for name in [escaped, plain_plus] {
        assert_eq!(repository.fetch(&format!("noarch/{name}")).expect(200).body, package.bytes, "{name}");
        let url = format!("/binaries/{}/noarch/flavors/default/{name}/", repository.path());
        let target = Client::anonymous().get(&url).expect(302).header("location").expect("a place").to_owned();
        assert_eq!(Client::anonymous().get(&target).expect(200).body, package.bytes, "{target}");
    }
}

#[test]
fn identical_bytes_are_a_success_and_rebuild_nothing() {
    let repository = Repository::new("identical");
    let package = sample();
    upload::register(&repository, &package);
    let before = repository.wait_for_packages("noarch", 1);
    let _ = repository.wait_until_settled();
    let again = upload::ticket(&package.request(&repository)).expect(200).json();
    assert_eq!(again["state"], "registered", "{again}");
    if again["url"].is_string() {
        let _ = upload::put(&again, &package.bytes).expect(200);
        assert_eq!(upload::finish(&again)["state"], "registered");
    }
    let other = Package::read(&rpms::one("corpus-bare"));
    upload::register(&repository, &other);
    let after = repository.wait_for_packages("noarch", 2);
    assert_ne!(before.repomd, after.repomd);
    let key = format!("{}/noarch/repodata/repomd.xml", repository.prefix());
    let versions = aws::versions(stack().store(), &key);
    // One for the first package, one for the other; a third is allowed for the directory's empty start.
    assert!(versions <= 3, "the identical upload was published again: {versions} versions of {key}");
}

#[test]
fn other_bytes_under_a_name_need_force() {
    let repository = Repository::new("force");
    let first = sample();
    upload::register(&repository, &first);
    let _ = repository.wait_for_packages("noarch", 1);
    let mut second = Package::read(&rpms::one("corpus-relations"));
    second.filename.clone_from(&first.filename);

    let refused = upload::ticket(&second.request(&repository)).expect(409).json();
    assert!(refused["message"].is_string(), "{refused}");
    let in_array = upload::ticket(&json!([second.request(&repository)])).expect(207).json();
    assert_eq!(in_array[0]["status"], 409, "{in_array}");

    let state = upload::upload_with_force(&repository, &second);
    assert_eq!(state["state"], "registered", "{state}");
    let replaced = colca_tests::wait::until("the replacement to be listed", || {
        repository.repodata("noarch").filter(|repodata| repodata.packages.contains_key(&second.sha256()))
    });
    let href = only(&replaced).href();
    let own = format!("{}/{}", text(&state["upload_id"]), second.filename);
    assert_eq!(href, own, "a replacement has a key of its own");
    assert_eq!(repository.fetch(&format!("noarch/{href}")).expect(200).body, second.bytes);
    let old = repository.fetch(&format!("noarch/{}", first.filename)).expect(200);
    assert_eq!(old.body, first.bytes, "the old file stays as it was until its grace period ends");
    assert_eq!(repository.binaries("noarch")[&first.filename]["size"], json!(second.bytes.len()));

    // Back to the first bytes: again a replacement, again with a listing that is right.
    assert_eq!(upload::upload_with_force(&repository, &first)["state"], "registered");
    colca_tests::wait::until("the first bytes to be listed again", || {
        repository
            .repodata("noarch")
            .filter(|repodata| repodata.packages.contains_key(&first.sha256()) && repodata.packages.len() == 1)
    });
}

#[test]
fn of_two_that_race_for_a_name_one_wins_and_is_listed() {
    let repository = Repository::new("race");
    let one = sample();
    let mut two = Package::read(&rpms::one("corpus-relations"));
    two.filename.clone_from(&one.filename);
    let tickets = [&one, &two].map(|package| upload::ticket(&package.request(&repository)).expect(201).json());
    thread::scope(|scope| {
        for (ticket, package) in tickets.iter().zip([&one, &two]) {
            scope.spawn(|| drop(upload::put(ticket, &package.bytes).expect(200)));
        }
    });
    let states = [&tickets[0], &tickets[1]].map(upload::finish);
    let won: Vec<_> = states.iter().map(|state| state["state"] == "registered").collect();
    assert!(won[0] != won[1], "one of two must win: {states:?}");
    let winner = if won[0] { &one } else { &two };
    let repodata = repository.wait_for_packages("noarch", 1);
    assert!(repodata.packages.contains_key(&winner.sha256()), "the other one is listed");
    let file = repository.fetch(&format!("noarch/{}", only(&repodata).href())).expect(200);
    assert_eq!(file.body, winner.bytes);

    // If they met as late as they can, the loser has made a copy as well; it is noted, and swept when its time has come.
    let winners = repository.binaries("noarch")[&one.filename]["path"].clone();
    let mut losers = aws::keys(stack().store(), &format!("{}/noarch/", repository.prefix()));
    losers.retain(|key| key.ends_with(".rpm") && json!(key) != winners);
    for key in losers {
        // Twice: when nothing that is published names it, the grace of the revision before begins.
        colca_tests::wait::until("the loser's bytes to go", || {
            past::make_garbage_due(&key);
            aws::invoke(functions::deployed("reap"), &json!({}));
            aws::object(stack().store(), &key).is_none().then_some(())
        });
    }
    assert_eq!(repository.fetch(&format!("noarch/{}", only(&repodata).href())).expect(200).body, winner.bytes);
}

#[test]
fn a_noarch_package_from_two_architectures_is_listed_once() {
    let repository = Repository::new("twice");
    let package = sample();
    for arch in ["x86_64", "aarch64"] {
        upload::register(&repository, &Package { arch: arch.to_owned(), ..package.clone() });
    }
    let _ = repository.wait_until_settled();
    assert_eq!(repository.wait_for_packages("noarch", 1).names(), ["corpus-text"]);
    let path = |arch: &str| text(&repository.binaries(arch)[&package.filename]["path"]).to_owned();
    assert_ne!(path("x86_64"), path("aarch64"), "two uploads share one object: replacing one takes the other's bytes");

    for (arch, bytes) in [("x86_64", "corpus-relations"), ("aarch64", "corpus-files")] {
        let bytes = Package::read(&rpms::one(bytes)).bytes;
        upload::publish(&repository, &Package { arch: arch.to_owned(), bytes, ..package.clone() });
        let repodata = repository.wait_for_packages("noarch", 1);
        let listed = repository.fetch(&format!("noarch/{}", only(&repodata).href())).expect(200).body;
        let listed = Package::new("listed", listed).sha256();
        assert!(repodata.packages.contains_key(&listed), "after {arch}'s was replaced the one listed has other bytes");
    }
}

#[test]
fn an_empty_file_is_a_file() {
    let repository = Repository::new("empty");
    let empty = Package { filename: "build.ok".to_owned(), arch: "x86_64".to_owned(), bytes: vec![] };
    upload::register(&repository, &empty);
    assert_eq!(repository.binaries("x86_64")["build.ok"]["size"], json!(0));
    assert_eq!(repository.fetch("x86_64/build.ok").expect(200).body, b"");
}

#[test]
fn the_longest_names_fit_into_a_key() {
    // 450 bytes is what the names of a path may have together.
    let repository = Repository::with_path_of("longest", 450);
    let name = |letter: &str| letter.repeat(255);
    let first = Package { filename: name("f"), arch: name("a"), bytes: b"first".to_vec() };
    upload::register(&repository, &first);
    // The key of a replacement is longer still: it holds the upload's id.
    let second = Package { bytes: b"second".to_vec(), ..first };
    upload::publish(&repository, &second);
    let path = text(&repository.binaries(&second.arch)[&second.filename]["path"]).to_owned();
    let file = Client::anonymous().get(&format!("{}/{path}", stack().cdn())).expect(200);
    assert_eq!(file.body, second.bytes);
}

#[test]
fn flavors_and_distributions_do_not_mix() {
    let one = Repository::new("flavors");
    let two = Repository { flavor: "debug".to_owned(), ..one.clone() };
    upload::register(&one, &sample());
    upload::register(&two, &Package::read(&rpms::one("corpus-bare")));
    assert_eq!(one.wait_for_packages("noarch", 1).names(), ["corpus-text"]);
    assert_eq!(two.wait_for_packages("noarch", 1).names(), ["corpus-bare"]);
}

#[test]
fn every_directory_of_the_repository_file_is_there_from_the_first_publish() {
    let repository = Repository::new("directories");
    upload::register(&repository, &sample());
    let _ = repository.wait_for_packages("noarch", 1);
    for directory in ["x86_64", "aarch64", "SRPMS"] {
        let _ = repository.wait_for_packages(directory, 0);
    }
}

#[test]
fn a_large_file_is_uploaded_in_parts_and_resumed() {
    let repository = Repository::new("parts");
    let package = Package::read(&rpms::large());
    let ticket = upload::ticket(&package.request(&repository)).expect(201).json();
    let part_size = usize::try_from(ticket["part_size"].as_u64().expect("a large file comes in parts")).expect("fits");
    let parts = ticket["parts"].as_array().expect("parts").clone();
    assert_eq!(parts.len(), package.bytes.len().div_ceil(part_size), "{ticket}");
    let chunks: Vec<_> = package.bytes.chunks(part_size).collect();
    let put = |part: &Value| {
        let number = usize::try_from(part["number"].as_u64().expect("a number")).expect("fits");
        assert_eq!(part["size"].as_u64(), u64::try_from(chunks[number - 1].len()).ok(), "{part}");
        let _ = Client::anonymous().send("PUT", text(&part["url"]), &[], chunks[number - 1]).expect(200);
    };
    // The first attempt breaks off after every second part.
    parts.iter().step_by(2).for_each(put);
    let id = text(&ticket["upload_id"]);
    let complete = format!("/uploads/{id}/complete");
    let early = Client::uploader().post(&complete, &json!({}));
    assert!(matches!(early.status, 400 | 409), "completed with parts missing: {} {}", early.status, early.text());

    let resumed = upload::state(id);
    let there: Vec<_> = resumed["uploaded_parts"]
        .as_array()
        .expect("parts that are there")
        .iter()
        .map(|part| part["number"].clone())
        .collect();
    assert_eq!(there, parts.iter().step_by(2).map(|part| part["number"].clone()).collect::<Vec<_>>(), "{resumed}");
    let missing = resumed["parts"].as_array().expect("fresh URLs of the missing parts");
    assert_eq!(missing.len(), parts.len() - there.len(), "{resumed}");
    missing.iter().for_each(put);
    let done = Client::uploader().post(&complete, &json!({}));
    assert!(matches!(done.status, 200 | 202), "{} {}", done.status, done.text());
    assert_eq!(upload::finish(&ticket)["state"], "registered");
    let again = Client::uploader().post(&complete, &json!({}));
    assert!(again.status < 500, "a second `complete` is answered calmly: {} {}", again.status, again.text());
    let repodata = repository.wait_for_packages("noarch", 1);
    assert!(repodata.packages.contains_key(&package.sha256()));
    assert_eq!(repository.fetch(&format!("noarch/{}", package.filename)).expect(200).body, package.bytes);
}

#[test]
fn parts_that_are_not_what_was_announced_end_rejected() {
    let repository = Repository::new("wrong-parts");
    let package = Package::read(&rpms::large());
    let ticket = upload::ticket(&package.request(&repository)).expect(201).json();
    let part_size = usize::try_from(ticket["part_size"].as_u64().expect("in parts")).expect("fits");
    let mut bytes = package.bytes.clone();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    for (part, chunk) in ticket["parts"].as_array().expect("parts").iter().zip(bytes.chunks(part_size)) {
        let _ = Client::anonymous().send("PUT", text(&part["url"]), &[], chunk).expect(200);
    }
    let complete = format!("/uploads/{}/complete", text(&ticket["upload_id"]));
    let done = Client::uploader().post(&complete, &json!({}));
    if done.status < 400 {
        let state = upload::finish(&ticket);
        assert_eq!(state["state"], "rejected", "{state}");
        assert!(text(&state["reason"]).contains("sha256") || text(&state["reason"]).contains("SHA-256"), "{state}");
    }
    assert_eq!(aws::keys(stack().store(), &format!("repos/{}/", repository.project)), Vec::<String>::new());
}
