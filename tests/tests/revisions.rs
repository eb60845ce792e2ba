//! What was published stays: it is listed, compared, read by clients, chosen again, and kept where somebody wants it.

use std::collections::BTreeSet;

use colca_tests::{
    Client, Repository, apt, aws, chacra, debs::Deb, dnf, functions, gpg, keys, past, revisions, rpms, stack, upload,
    wait,
};
use serde_json::{Value, json};
use upload::{Package, text};

fn rpm(name: &str) -> Package {
    Package::read(&rpms::one(name))
}

/// Publishes packages one after another: the number of the revision that each made.
fn publish(repository: &Repository, names: &[&str]) -> Vec<u64> {
    let one = |name: &&str| {
        upload::publish_all(repository, &[rpm(name)]);
        let _ = repository.wait_until_settled();
        revisions::current(repository)
    };
    names.iter().map(one).collect()
}

/// The names that clients see, past the CDN's cache.
fn names(repository: &Repository) -> Vec<String> {
    let repodata = repository.repodata("noarch").expect("published");
    repodata.names().into_iter().map(str::to_owned).collect()
}

#[test]
fn revisions_are_listed_with_time_cause_and_counts() {
    let repository = Repository::new("revisions");
    let made = publish(&repository, &["corpus-bare", "corpus-text"]);
    let before = repository.wait_until_settled()["revision"].as_u64();
    let _ = chacra::send("POST", &format!("{}recreate", chacra::repository(&repository))).expect(200);
    wait::until("what was asked for to be published", || {
        (repository.wait_until_settled()["revision"].as_u64() > before).then_some(())
    });
    let all = revisions::all(&repository);
    let numbers: Vec<_> = all.iter().map(revisions::number).collect();
    assert!(numbers.is_sorted_by(|newer, older| newer > older), "not from the newest: {numbers:?}");
    assert_eq!(Some(numbers[0]), repository.object().expect("there")["revision"].as_u64());
    for number in &made {
        assert!(numbers.contains(number), "{number} is not among {numbers:?}");
    }
    let mut times = BTreeSet::new();
    for revision in &all {
        chacra::has_fields(
            revision,
            &["cause", "current", "packages", "pinned", "published", "revision", "type", "url"],
        );
        assert_eq!(revision["pinned"], json!(false), "{revision}");
        assert_eq!(revision["current"], json!(revisions::number(revision) == numbers[0]), "{revision}");
        assert!(!text(&revision["cause"]).is_empty(), "{revision}");
        times.insert(text(&revision["published"]).to_owned());
        let path = repository.prefix().replacen("repos/", "r/", 1);
        let url = format!("{}/{path}/@{}/", stack().cdn(), revisions::number(revision));
        assert_eq!(text(&revision["url"]).trim_end_matches('/'), url.trim_end_matches('/'), "{revision}");
    }
    assert_eq!(times.len(), all.len(), "two were published at one time: {times:?}");
    let of = |number: u64| all.iter().find(|revision| revisions::number(revision) == number).expect("listed").clone();
    assert_eq!((&of(made[0])["packages"], &of(made[1])["packages"]), (&json!(1), &json!(2)));
    assert_ne!(of(numbers[0])["cause"], of(made[1])["cause"], "what was asked for looks like an upload");

    chacra::refused(Client::anonymous().get(&format!("{}/999999", revisions::url(&repository))), 404);
    let nowhere = Repository::new("nowhere");
    chacra::refused(Client::anonymous().get(&revisions::url(&nowhere)), 404);
}

#[test]
fn contents_and_differences_are_told() {
    let repository = Repository::new("differences");
    let made = publish(&repository, &["corpus-bare", "corpus-text"]);
    let file = format!("{}{}", chacra::flavor(&repository, "noarch"), rpm("corpus-bare").filename);
    let _ = chacra::send("DELETE", &file).expect(204);
    let last = wait::until("the deletion to be published", || {
        let _ = repository.wait_until_settled();
        Some(revisions::current(&repository)).filter(|current| *current > made[1])
    });
    assert_eq!(revisions::names(&repository, made[1]), ["corpus-bare", "corpus-text"]);
    let one = chacra::read(&format!("{}/{}", revisions::url(&repository), made[0]));
    let package = &one["contents"][0];
    chacra::has_fields(package, &["arch", "name", "path", "sha256", "size", "version"]);
    assert_eq!(text(&package["sha256"]), rpm("corpus-bare").sha256());
    assert_eq!((&package["arch"], &package["version"]), (&json!("noarch"), &json!("0-0")), "{package}");
    assert_eq!(package["path"], json!(format!("noarch/{}", rpm("corpus-bare").filename)));

    let diff = |to: u64, from: u64| chacra::read(&format!("{}/{to}/diff?from={from}", revisions::url(&repository)));
    let of = |diff: &Value, which: &str| {
        let list = diff[which].as_array().unwrap_or_else(|| panic!("no {which}: {diff}"));
        list.iter().map(|package| text(&package["name"]).to_owned()).collect::<Vec<_>>()
    };
    let forth = diff(last, made[0]);
    assert_eq!(
        (of(&forth, "added"), of(&forth, "removed")),
        (vec!["corpus-text".to_owned()], vec!["corpus-bare".to_owned()])
    );
    let back = diff(made[0], last);
    assert_eq!((of(&back, "added"), of(&back, "removed")), (of(&forth, "removed"), of(&forth, "added")));
    let none = diff(last, last);
    assert_eq!((none["added"].clone(), none["removed"].clone()), (json!([]), json!([])));
    for query in ["diff", "diff?from=x", "diff?from=-1"] {
        chacra::refused(Client::anonymous().get(&format!("{}/{last}/{query}", revisions::url(&repository))), 400);
    }
    chacra::refused(Client::anonymous().get(&format!("{}/{last}/diff?from=999999", revisions::url(&repository))), 404);
}

#[test]
fn a_repository_goes_back_and_forth_between_its_revisions() {
    let repository = Repository::new("promoted");
    let signing = keys::sign(&[&repository]);
    let made = publish(&repository, &["corpus-bare", "corpus-text"]);
    let before: Vec<_> = ["repomd.xml", "repomd.xml.asc"]
        .map(|name| repository.fetch(&format!("@{}/noarch/repodata/{name}", made[0])).expect(200).body)
        .into();
    let becomes = |expected: &[&str]| {
        wait::until(&format!("{expected:?} to be current"), || (names(&repository) == expected).then_some(()));
    };
    let _ = revisions::promote(&repository, &json!({"revision": made[0]})).expect(200);
    becomes(&["corpus-bare"]);
    let _ = repository.wait_until_settled();
    assert_eq!(revisions::names(&repository, revisions::current(&repository)), ["corpus-bare"]);
    assert_eq!(repository.object().expect("there")["packages"], json!(1));
    // The same bytes, so that a signature of then holds now.
    let entry = |name: &str| {
        aws::object(stack().store(), &format!("{}/noarch/repodata/{name}", repository.prefix())).expect("published")
    };
    assert_eq!([entry("repomd.xml"), entry("repomd.xml.asc")], before[..]);
    let reader = gpg::Home::with(&[&signing.key.public()]);
    let _ = reader.verify(&entry("repomd.xml.asc"), &entry("repomd.xml"));

    let _ = revisions::promote(&repository, &json!({"revision": "latest"})).expect(200);
    becomes(&["corpus-bare", "corpus-text"]);
    let root = dnf::Root::with(&[&repository.file("repo")]);
    wait::until("dnf to see both", || {
        let seen = root.output(&["--refresh", "repoquery", "--all", "--qf", "%{name}"]);
        (seen.lines().collect::<BTreeSet<_>>() == BTreeSet::from(["corpus-bare", "corpus-text"])).then_some(())
    });
    upload::publish_all(&repository, &[rpm("corpus-files")]);
    becomes(&["corpus-bare", "corpus-files", "corpus-text"]);
}

#[test]
fn what_was_tried_elsewhere_is_released_as_it_is() {
    let released = Repository::new("released");
    let testing = Repository { flavor: "testing".to_owned(), ..released.clone() };
    publish(&released, &["corpus-bare"]);
    let tried = publish(&testing, &["corpus-text", "corpus-files"]);
    let other = testing.prefix().trim_start_matches("repos/").to_owned();
    let _ = revisions::promote(&released, &json!({"repository": other, "revision": tried[0]})).expect(200);
    wait::until("what was tried to be released", || (names(&released) == ["corpus-text"]).then_some(()));
    let root = dnf::Root::with(&[&released.file("repo")]);
    wait::until("dnf to see it", || {
        let seen = root.output(&["--refresh", "repoquery", "--all", "--qf", "%{name}"]);
        (seen.trim() == "corpus-text").then_some(())
    });
    root.output(&["install", "corpus-text"]);
    assert_eq!(names(&testing), ["corpus-files", "corpus-text"], "the other repository changed");
    let _ = revisions::promote(&released, &json!({"revision": "latest"})).expect(200);
    wait::until("its own to be back", || (names(&released) == ["corpus-bare"]).then_some(()));
}

#[test]
fn what_cannot_be_promoted_is_refused() {
    let repository = Repository::new("not-promoted");
    let made = publish(&repository, &["corpus-bare"]);
    let deb = Repository::of("of-debs", "ubuntu", "22.04");
    upload::publish_all(&deb, &[Deb::new("hello", "1.0-1").build()]);
    let other = deb.prefix().trim_start_matches("repos/").to_owned();
    for (body, status) in [
        (json!({}), 400),
        (json!({"revision": "newest"}), 400),
        (json!({"revision": -1}), 400),
        (json!({"revision": made[0], "repo": "x"}), 400),
        (json!({"revision": 999_999}), 404),
        (json!({"repository": "a/b", "revision": 1}), 400),
        (json!({"repository": Repository::new("nowhere").prefix().trim_start_matches("repos/"), "revision": 1}), 404),
    ] {
        chacra::refused(revisions::promote(&repository, &body), status);
    }
    let response = revisions::promote(&repository, &json!({"repository": other, "revision": revisions::current(&deb)}));
    assert!(matches!(response.status, 400 | 409), "rpms became debs: {}", response.text());
    let url = format!("{}promote", chacra::repository(&repository));
    let anonymous = Client::anonymous().post(&url, &json!({"revision": made[0]}));
    chacra::refused(anonymous, 401);
    assert_eq!(names(&repository), ["corpus-bare"]);
}

#[test]
fn clients_of_rpms_follow_the_mirrorlist_or_stay_at_a_revision() {
    let repository = Repository::new("snapshots");
    let _signing = keys::sign(&[&repository]);
    let made = publish(&repository, &["corpus-bare", "corpus-text"]);
    let file = repository.file("repo");
    assert!(file.contains("\nmirrorlist="), "{file}");
    let mirrors = aws::object(stack().store(), &format!("{}/noarch/mirrorlist", repository.prefix()));
    let mirrors = String::from_utf8(mirrors.expect("published")).expect("UTF-8");
    let newest = format!("/@{}/noarch/", revisions::current(&repository));
    assert!(mirrors.lines().next().is_some_and(|first| first.contains(&newest)), "{newest} is not in {mirrors}");

    let snapshot = format!("{}/{}/@{}/noarch/", stack().cdn(), repository.prefix(), made[0]);
    let section = |text: &str| {
        let lines = text.lines().filter(|line| line.starts_with("gpgkey="));
        let key = lines.map(str::to_owned).next().expect("a key");
        format!("[pinned]\nname=pinned\nbaseurl={snapshot}\nenabled=1\ngpgcheck=1\nrepo_gpgcheck=1\n{key}\n")
    };
    let pinned = dnf::Root::with(&[&section(&file)]);
    assert_eq!(pinned.output(&["repoquery", "--all", "--qf", "%{name}"]).trim(), "corpus-bare");
    pinned.output(&["install", "corpus-bare"]);
    let follows = dnf::Root::with(&[&file]);
    upload::publish_all(&repository, &[rpm("corpus-files")]);
    wait::until("dnf to see all three", || {
        let seen = follows.output(&["--refresh", "repoquery", "--all", "--qf", "%{name}"]);
        (seen.lines().collect::<BTreeSet<_>>().len() == 3).then_some(())
    });
    assert_eq!(pinned.output(&["--refresh", "repoquery", "--all", "--qf", "%{name}"]).trim(), "corpus-bare");
    let entry = repository.fetch(&format!("@{}/noarch/repodata/repomd.xml", made[0])).expect(200);
    assert!(entry.body.starts_with(b"<?xml"), "{}", entry.text());
}

#[test]
fn apt_follows_the_mirrorlist_or_stays_at_a_revision() {
    let repository = Repository::of("apt-snapshots", "ubuntu", "22.04");
    let _signing = keys::sign(&[&repository]);
    upload::publish_all(&repository, &[Deb::new("hello", "1.0-1").build()]);
    let _ = repository.wait_until_settled();
    let first = revisions::current(&repository);
    upload::publish_all(&repository, &[Deb::new("hello", "2.0-1").build()]);

    let (key, top) = (repository.public_key(), format!("{}/{}", stack().cdn(), repository.prefix()));
    let root = |address: &str| {
        let line = format!("deb [signed-by=/usr/share/keyrings/ours.asc] {address} jammy main\n");
        apt::Root::with_key(&line, &key)
    };
    let pinned = root(&format!("{top}/@{first}/"));
    pinned.update();
    assert_eq!(pinned.versions("hello"), ["1.0-1"]);
    pinned.install(&["hello"]);
    let follows = root(&format!("mirror+{top}/mirrorlist"));
    wait::until("apt to see both versions", || {
        follows.update();
        (follows.versions("hello") == ["2.0-1", "1.0-1"]).then_some(())
    });
    follows.install(&["hello"]);
}

#[test]
fn a_pinned_revision_survives_the_sweep_and_others_do_not() {
    let repository = Repository::new("kept");
    let made = publish(&repository, &["corpus-bare", "corpus-text"]);
    let _ = revisions::pin(&repository, made[0], "PUT");
    let pinned = |number: u64| {
        let all = revisions::all(&repository);
        all.iter().any(|revision| revisions::number(revision) == number && revision["pinned"] == json!(true))
    };
    assert!(pinned(made[0]) && !pinned(made[1]));
    // Its package is deleted, and the other one's bytes are replaced: both are garbage now, but for the pin.
    let file = format!("{}{}", chacra::flavor(&repository, "noarch"), rpm("corpus-bare").filename);
    let _ = chacra::send("DELETE", &file).expect(204);
    let replacement = Package { filename: rpm("corpus-text").filename, ..rpm("corpus-relations") };
    upload::publish(&repository, &replacement);
    let _ = repository.wait_until_settled();
    let sweep = || {
        past::make_garbage_below_due(&repository.prefix());
        aws::invoke(functions::deployed("reap"), &json!({}));
    };
    let entry = |number: u64| format!("{}/@{number}/noarch/repodata/repomd.xml", repository.prefix());
    wait::until("what nobody pinned to go", || {
        sweep();
        aws::object(stack().store(), &entry(made[1])).is_none().then_some(())
    });
    let kept = revisions::repodata(&repository, made[0], "noarch").expect("a pinned revision is there");
    assert_eq!(kept.names(), ["corpus-bare"]);
    let package = kept.packages.values().next().expect("one");
    assert_eq!(repository.fetch(&format!("noarch/{}", package.href())).expect(200).body, rpm("corpus-bare").bytes);
    let left: Vec<_> = revisions::all(&repository).iter().map(revisions::number).collect();
    assert!(left.contains(&made[0]) && !left.contains(&made[1]), "{left:?}");

    let response = revisions::pin(&repository, made[0], "DELETE");
    assert!(response.status < 300, "{}", response.text());
    assert!(!pinned(made[0]));
    wait::until("what is pinned no more to go", || {
        sweep();
        aws::object(stack().store(), &entry(made[0])).is_none().then_some(())
    });
    assert_eq!(names(&repository), ["corpus-relations"]);
}

#[test]
fn what_is_promoted_is_signed_as_it_is_configured_now() {
    let (deb, rpms) = (Repository::of("resigned", "ubuntu", "22.04"), Repository::new("resigned"));
    upload::publish_all(&deb, &[Deb::new("hello", "1.0-1").build()]);
    upload::publish_all(&rpms, &[rpm("corpus-bare")]);
    let unsigned = [&deb, &rpms].map(|repository| {
        let _ = repository.wait_until_settled();
        revisions::current(repository)
    });
    let _signing = keys::sign(&[&deb, &rpms]);
    upload::publish_all(&deb, &[Deb::new("hello", "2.0-1").build()]);
    upload::publish_all(&rpms, &[rpm("corpus-text")]);
    for (repository, revision) in [&deb, &rpms].into_iter().zip(unsigned) {
        let _ = repository.wait_until_settled();
        let _ = revisions::promote(repository, &json!({"revision": revision})).expect(200);
        let object = wait::until("the promotion to be published", || {
            let object = repository.wait_until_settled();
            (object["packages"] == json!(1)).then_some(object)
        });
        assert_eq!((&object["signed"], &object["state"]), (&json!(true), &json!("held")), "{object}");
    }
    let apt = apt::Root::with(&deb.file("repo.sources"));
    wait::until("apt to see the first version alone", || {
        apt.update();
        (apt.versions("hello") == ["1.0-1"]).then_some(())
    });
    let file = rpms.file("repo");
    assert!(file.contains("\nrepo_gpgcheck=1\n"), "{file}");
    let dnf = dnf::Root::with(&[&file]);
    wait::until("dnf to see the first package alone", || {
        (dnf.output(&["--refresh", "repoquery", "--all", "--qf", "%{name}"]).trim() == "corpus-bare").then_some(())
    });
}
