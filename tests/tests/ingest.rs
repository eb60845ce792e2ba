//! What becomes of packages that are not what they should be.

use std::thread;

use colca_tests::{Repository, aws, bad_rpms, createrepo, rpms, stack, upload, wait};
use serde_json::Value;
use upload::{Package, text};

fn good() -> Package {
    Package::read(&rpms::one("corpus-files"))
}

/// Uploads and gives the state with the id of the upload.
fn try_upload(repository: &Repository, package: &Package) -> (Value, String) {
    let ticket = upload::ticket(&package.request(repository)).expect(201).json();
    let _ = upload::put(&ticket, &package.bytes).expect(200);
    (upload::finish(&ticket), text(&ticket["upload_id"]).to_owned())
}

#[test]
fn broken_and_hostile_packages_end_rejected_and_leave_nothing() {
    let good = good();
    let repository = Repository::new("rejected");
    let check = |bad: bad_rpms::Bad| {
        let package = Package::new(&format!("{}-1.0-1.noarch.rpm", bad.what), bad.bytes);
        let (state, id) = try_upload(&repository, &package);
        let reason = state["reason"].as_str().unwrap_or_default().to_lowercase();
        let mut wrong = Vec::new();
        if state["state"] != "rejected" {
            wrong.push(format!("{}: not rejected but {state}", bad.what));
        } else if !bad.reason.iter().any(|word| reason.contains(word)) {
            wrong.push(format!("{}: the reason speaks of none of {:?}: {reason}", bad.what, bad.reason));
        }
        // Deleted after its end was noted.
        wait::until(&format!("{} to leave the incoming bucket", bad.what), || {
            aws::keys(stack().incoming(), &format!("incoming/{id}/")).is_empty().then_some(())
        });
        wrong
    };
    let wrong: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> =
            bad_rpms::bad(&good.bytes).into_iter().map(|bad| scope.spawn(move || check(bad))).collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("no panic in a check")).collect()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(aws::keys(stack().store(), &format!("repos/{}/", repository.project)), Vec::<String>::new());
    assert_eq!(aws::keys(stack().store(), "..").len(), 0, "a name has climbed out of its place");
    assert_eq!(repository.binaries("noarch"), serde_json::json!({}));
}

#[test]
fn old_and_odd_packages_are_accepted_where_createrepo_c_accepts_them() {
    let good = good();
    let repository = Repository::new("odd");
    let packages: Vec<_> = bad_rpms::odd(&good.bytes)
        .into_iter()
        .map(|(what, bytes)| Package::new(&format!("{what}-1.0-1.noarch.rpm"), bytes))
        .collect();
    let (accepted, refused): (Vec<_>, Vec<_>) = packages.into_iter().partition(createrepo::accepts);
    for package in &refused {
        let state = upload::upload(&repository, package);
        assert_eq!(state["state"], "rejected", "createrepo_c refuses {}: {state}", package.filename);
    }
    upload::register_all(&repository, &accepted);
    let ours = repository.wait_for_packages("noarch", accepted.len());
    ours.assert_same_content(&createrepo::metadata(&accepted));
}

#[test]
fn one_bad_package_does_not_hold_up_the_good_ones() {
    let repository = Repository::new("neighbours");
    let bad = Package::new("bad-1.0-1.noarch.rpm", b"no package".repeat(50));
    let tickets: Vec<_> = [&bad, &good()]
        .map(|package| {
            let ticket = upload::ticket(&package.request(&repository)).expect(201).json();
            let _ = upload::put(&ticket, &package.bytes).expect(200);
            ticket
        })
        .into();
    assert_eq!(upload::finish(&tickets[0])["state"], "rejected");
    assert_eq!(upload::finish(&tickets[1])["state"], "registered");
    assert_eq!(repository.wait_for_packages("noarch", 1).names(), ["corpus-files"]);
}

#[test]
fn a_rejected_name_can_be_uploaded_again() {
    let repository = Repository::new("again");
    let bad = Package::new(&good().filename, b"no package".repeat(50));
    assert_eq!(upload::upload(&repository, &bad)["state"], "rejected");
    upload::register(&repository, &good());
    let _ = repository.wait_for_packages("noarch", 1);
}

#[test]
fn a_file_under_another_name_is_accepted_and_noted() {
    let repository = Repository::new("renamed");
    let mut package = good();
    package.filename = "renamed-7-7.noarch.rpm".to_owned();
    let state = upload::register(&repository, &package);
    let notes = state["notes"].as_array().cloned().unwrap_or_default();
    assert!(notes.iter().any(|note| text(note).contains("corpus-files")), "no note about the name: {state}");
    let repodata = repository.wait_for_packages("noarch", 1);
    let listed = repodata.packages.values().next().expect("one");
    assert_eq!((listed.name(), listed.href()), ("corpus-files", "renamed-7-7.noarch.rpm"));
}

#[test]
fn a_source_package_without_its_sources_is_no_surprise() {
    let repository = Repository::new("nosource");
    let corpus = rpms::corpus();
    let nosrc = corpus.iter().find(|path| rpms::name(path).ends_with(".nosrc.rpm")).expect("one of the corpus");
    let state = upload::register(&repository, &Package::read(nosrc));
    assert_eq!(state["notes"], serde_json::json!([]), "{state}");
    assert_eq!(repository.wait_for_packages("SRPMS", 1).names(), ["corpus-nosource"]);
}

#[test]
fn the_directory_follows_the_architecture_of_the_header() {
    let repository = Repository::new("arch");
    let mut package = Package::read(&rpms::one("corpus-foreign-1.0-1.aarch64"));
    "x86_64".clone_into(&mut package.arch);
    upload::register(&repository, &package);
    let repodata = repository.wait_for_packages("aarch64", 1);
    assert_eq!(repodata.names(), ["corpus-foreign"]);
    assert!(repository.repodata("x86_64").is_none_or(|x86| x86.packages.is_empty()));
}

#[test]
fn who_comes_second_with_a_name_is_told_who_is_listed() {
    let repository = Repository::new("second");
    let package = |arch: &str, of: &str| Package {
        filename: "corpus-text-2026.1-1.noarch.rpm".to_owned(),
        arch: arch.to_owned(),
        bytes: Package::read(&rpms::one(of)).bytes,
    };
    upload::register(&repository, &package("x86_64", "corpus-text"));
    let second = upload::register(&repository, &package("aarch64", "corpus-bare"));
    upload::wait_until_published(text(&second["upload_id"]));
    let notes = second["notes"].to_string();
    assert!(notes.contains("was uploaded before for another arch"), "{second}");
    assert_eq!(repository.wait_for_packages("noarch", 1).names(), ["corpus-text"]);
}

#[test]
fn of_two_that_replace_a_file_the_later_ticket_wins() {
    let repository = Repository::new("later");
    let bytes = |of: &str| Package::new("corpus-text-2026.1-1.noarch.rpm", Package::read(&rpms::one(of)).bytes);
    upload::register(&repository, &bytes("corpus-text"));
    let ticket = |package: &Package| {
        let mut request = package.request(&repository);
        request["force"] = Value::Bool(true);
        upload::ticket(&request).expect(201).json()
    };
    let (early, late) = (bytes("corpus-bare"), bytes("corpus-relations"));
    let (first, second) = (ticket(&early), ticket(&late));
    let _ = upload::put(&second, &late.bytes).expect(200);
    assert_eq!(upload::finish(&second)["state"], "registered");
    upload::wait_until_published(text(&second["upload_id"]));
    let _ = upload::put(&first, &early.bytes).expect(200);
    let refused = upload::finish(&first);
    assert!(text(&refused["reason"]).contains("whose ticket is newer"), "{refused}");
    assert_eq!(repository.wait_for_packages("noarch", 1).names(), ["corpus-relations"]);
}

#[test]
fn whoever_asks_for_what_is_registered_is_not_overtaken_by_an_earlier_ticket() {
    let repository = Repository::new("stays");
    let bytes = |of: &str| Package::new("corpus-text-2026.1-1.noarch.rpm", Package::read(&rpms::one(of)).bytes);
    let request = |package: &Package| {
        let mut request = package.request(&repository);
        request["force"] = Value::Bool(true);
        request
    };
    let (there, other) = (bytes("corpus-text"), bytes("corpus-bare"));
    upload::register(&repository, &there);
    let early = upload::ticket(&request(&other)).expect(201).json();
    assert_eq!(upload::ticket(&request(&there)).expect(200).json()["state"], "registered");
    let _ = upload::put(&early, &other.bytes).expect(200);
    let refused = upload::finish(&early);
    assert!(text(&refused["reason"]).contains("whose ticket is newer"), "{refused}");
    // A later one wins again, though somebody asks meanwhile for what is there and may replace nothing.
    let late = upload::ticket(&request(&other)).expect(201).json();
    assert_eq!(upload::ticket(&there.request(&repository)).expect(200).json()["state"], "registered");
    let _ = upload::put(&late, &other.bytes).expect(200);
    assert_eq!(upload::finish(&late)["state"], "registered");
    assert_eq!(repository.wait_for_packages("noarch", 1).names(), ["corpus-bare"]);
}
