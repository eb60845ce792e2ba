//! What becomes of files for apt that are not what they should be. Nothing of them is published, and nothing that is empty.

use std::{slice, thread};

use colca_tests::{Repository, aws, bad_debs, debs::Deb, dists::Dists, outcome, stack, upload, wait};
use serde_json::json;
use upload::{Package, text};

#[test]
fn broken_and_hostile_packages_end_rejected_and_leave_nothing() {
    let repository = Repository::of("bad-debs", "ubuntu", "22.04");
    let check = |what: &str, bytes: Vec<u8>, words: &[&str]| {
        let package = Package { filename: format!("{what}_1.0_amd64.deb"), arch: "amd64".to_owned(), bytes };
        let state = upload::upload(&repository, &package);
        let reason = state["reason"].as_str().unwrap_or_default().to_lowercase();
        if state["state"] != "rejected" {
            return Some(format!("{what}: not rejected but {state}"));
        }
        let told = words.iter().any(|word| reason.contains(word));
        (!told).then(|| format!("{what}: the reason speaks of none of {words:?}: {reason}"))
    };
    let wrong: Vec<_> = thread::scope(|scope| {
        let check = &check;
        let threads: Vec<_> = bad_debs::bad()
            .into_iter()
            .map(|bad| scope.spawn(move || check(bad.what, bad.bytes, bad.reason)))
            .collect();
        threads.into_iter().filter_map(|thread| thread.join().expect("no panic in a check")).collect()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(aws::keys(stack().store(), &format!("repos/{}/", repository.project)), Vec::<String>::new());
    assert_eq!(aws::keys(stack().store(), "..").len(), 0, "a name has climbed out of its place");
    assert_eq!(repository.binaries("amd64"), json!({}));
}

#[test]
fn broken_and_hostile_lists_of_files_end_rejected() {
    let repository = Repository::of("bad-lists", "ubuntu", "22.04");
    let mut wrong = Vec::new();
    for (package, words) in bad_debs::bad_lists() {
        let state = upload::upload(&repository, &package);
        let reason = state["reason"].as_str().unwrap_or_default().to_lowercase();
        if state["state"] != "rejected" || !words.iter().any(|word| reason.contains(word)) {
            wrong.push(format!("{words:?}: {state}\n{}", String::from_utf8_lossy(&package.bytes)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(aws::keys(stack().store(), &format!("repos/{}/", repository.project)), Vec::<String>::new());
}

#[test]
fn of_two_different_files_for_one_package_the_second_is_refused() {
    let repository = Repository::of("two-files", "ubuntu", "22.04");
    let first = Deb::new("hello", "1.0-1").build();
    upload::publish_all(&repository, slice::from_ref(&first));
    let other = Deb::new("hello", "1.0-1").text("other bytes").build();
    // Under another name, and under the same one for another architecture of the path, as two jobs of a CI would.
    for second in [
        Package { filename: "hello_1.0-1_amd64.rebuilt.deb".to_owned(), ..other.clone() },
        Package { arch: "arm64".to_owned(), ..other.clone() },
    ] {
        let why = outcome::why_not(&repository, &second);
        assert!(why.contains(&first.sha256()) && why.contains(&other.sha256()), "not both checksums: {why}");
        assert!(why.contains("hello") && why.contains("1.0-1") && why.contains("amd64"), "{why}");
    }
    let listed = Dists::of(&repository, "jammy").expect("published");
    assert_eq!(listed.packages("amd64")[0].get("SHA256"), first.sha256());
    assert_eq!(listed.packages("amd64").len(), 1);

    // Who means it says so; and the same bytes once more are no harm.
    assert_eq!(upload::upload_with_force(&repository, &other)["state"], "registered");
    wait::until("the replacement to be listed", || {
        let listed = Dists::of(&repository, "jammy")?;
        assert_eq!(listed.packages("amd64").len(), 1, "both are listed");
        (listed.packages("amd64")[0].get("SHA256") == other.sha256()).then_some(())
    });
    upload::publish_all(&repository, &[Package { arch: "x86_64".to_owned(), ..other.clone() }]);
    let listed = Dists::of(&repository, "jammy").expect("published");
    assert_eq!(listed.names("amd64"), ["hello 1.0-1 amd64"]);
}

#[test]
fn a_package_for_a_version_that_nobody_knows_is_never_published_empty() {
    for (distro, version) in [("ubuntu", "99.10"), ("debian", "el9"), ("plan9", "4")] {
        let repository = Repository::of("unknown", distro, version);
        let why = outcome::why_not(&repository, &Deb::new("hello", "1.0-1").build());
        assert!(why.contains(version) && why.contains(distro), "{why}");
        let object = repository.object();
        assert!(object.is_none_or(|object| object["revision"] == json!(0)), "an empty repository was published");
        let keys = aws::keys(stack().store(), &format!("{}/dists/", repository.prefix()));
        assert_eq!(keys, Vec::<String>::new());
    }
}

#[test]
fn one_bad_package_does_not_hold_up_the_good_ones() {
    let repository = Repository::of("deb-neighbours", "ubuntu", "22.04");
    let good = Deb::new("hello", "1.0-1").build();
    let bad = Package { filename: "bad_1_amd64.deb".to_owned(), arch: "amd64".to_owned(), bytes: b"bad".repeat(50) };
    let tickets = [&bad, &good].map(|package| {
        let ticket = upload::ticket(&package.request(&repository)).expect(201).json();
        let _ = upload::put(&ticket, &package.bytes).expect(200);
        ticket
    });
    assert_eq!(upload::finish(&tickets[0])["state"], "rejected");
    assert_eq!(upload::finish(&tickets[1])["state"], "registered");
    upload::wait_until_published(text(&tickets[1]["upload_id"]));
    assert_eq!(Dists::of(&repository, "jammy").expect("published").names("amd64"), ["hello 1.0-1 amd64"]);
}

#[test]
fn a_package_under_another_name_is_published_and_noted() {
    let repository = Repository::of("deb-renamed", "ubuntu", "22.04");
    let package = Package { filename: "renamed_7_all.deb".to_owned(), ..Deb::new("hello", "1.0-1").build() };
    let state = upload::register(&repository, &package);
    assert!(state["notes"].to_string().contains("hello"), "no note about the name: {state}");
    upload::wait_until_published(text(&state["upload_id"]));
    let listed = Dists::of(&repository, "jammy").expect("published");
    assert_eq!(listed.names("amd64"), ["hello 1.0-1 amd64"]);
}
