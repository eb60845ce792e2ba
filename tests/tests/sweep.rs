//! What `reap` sweeps away: what is superseded goes when its grace is over, and nothing else does.
//!
//! The local stack has the shortest grace there may be, a minute (`localstack/lib/deploy.sh`).

use std::{collections::BTreeSet, time::Duration};

use colca_tests::{Repository, aws, createrepo, functions, past, repodata::Repodata, rpms, stack, upload, wait};
use serde_json::{Value, json};
use upload::{Package, text};

/// The grace, a round of the schedule, and as long again for a busy machine.
const SWEPT: Duration = Duration::from_secs(150);

const ENTRY: &str = "repodata/repomd.xml";

/// A round of `reap`, which comes every minute by itself.
fn sweep() {
    aws::invoke(functions::deployed("reap"), &json!({}));
}

fn keys(repository: &Repository) -> BTreeSet<String> {
    aws::keys(stack().store(), &format!("{}/", repository.prefix())).into_iter().collect()
}

/// Everything that the entry files among `keys`, the metadata and the catalog name. Reading it checks the metadata.
fn named(repository: &Repository, keys: &BTreeSet<String>) -> BTreeSet<String> {
    let mut named = BTreeSet::new();
    for arch in ["x86_64", "aarch64", "noarch"] {
        let binaries = repository.binaries(arch);
        named.extend(binaries.as_object().expect("a listing").values().map(|file| text(&file["path"]).to_owned()));
    }
    for entry in keys.iter().filter(|key| key.ends_with(ENTRY)) {
        let top = entry.strip_suffix(ENTRY).expect("it ends so");
        let repodata = Repodata::read(|name| aws::object(stack().store(), &format!("{top}{name}")));
        let repodata = repodata.expect("an entry file never goes");
        named.insert(entry.clone());
        named.extend(repodata.files.values().map(|file| format!("{top}{file}")));
        for (sha256, package) in &repodata.packages {
            let key = format!("{top}{}", package.href());
            let bytes = aws::object(stack().store(), &key).unwrap_or_else(|| panic!("{key} is listed and was swept"));
            assert_eq!(Package::new("", bytes).sha256(), *sha256, "{key}");
            named.insert(key);
        }
    }
    named
}

/// Publishes, publishes again and replaces, then waits until nothing is left but what is named.
fn what_is_superseded_goes(repository: &Repository) {
    let bytes = |package: &str| Package::read(&rpms::one(package)).bytes;
    let file = |arch: &str, package: &str| Package {
        filename: "corpus-text-2026.1-1.noarch.rpm".to_owned(),
        arch: arch.to_owned(),
        bytes: bytes(package),
    };
    // As CI does it: the same noarch package from two architectures.
    upload::publish(repository, &file("x86_64", "corpus-text"));
    upload::publish(repository, &file("aarch64", "corpus-text"));
    let first = keys(repository);
    upload::publish(repository, &Package::read(&rpms::one("corpus-bare")));
    upload::publish(repository, &file("x86_64", "corpus-relations"));
    let _ = repository.wait_until_settled();

    wait::until_within(SWEPT, &format!("all that is superseded in {} to go", repository.prefix()), || {
        sweep();
        let there = keys(repository);
        let named = named(repository, &there);
        let missing: Vec<_> = named.difference(&there).collect();
        assert!(missing.is_empty(), "named, and swept all the same: {missing:?}");
        (there == named).then_some(())
    });
    let gone: Vec<_> = first.difference(&keys(repository)).cloned().collect();
    assert!(gone.iter().any(|key| key.contains("-primary.xml.")), "no metadata was superseded: {gone:?}");
    assert!(gone.iter().any(|key| key.ends_with(".rpm")), "no package was replaced: {gone:?}");
}

#[test]
fn what_is_superseded_goes_and_nothing_else() {
    what_is_superseded_goes(&Repository::new("swept"));
}

#[test]
fn what_is_superseded_goes_where_metadata_is_at_the_top() {
    what_is_superseded_goes(&Repository::of("swept-suse", "opensuse", "15.6"));
}

#[test]
fn an_upload_that_nobody_sends_ends_rejected() {
    let repository = Repository::new("never-sent");
    for size in [5, 100 << 20] {
        let mut request = Package::new("disk.img", vec![]).request(&repository);
        request["size"] = json!(size);
        let ticket = upload::ticket(&request).expect(201).json();
        let id = text(&ticket["upload_id"]);
        past::make_upload_old(id);
        let late = upload::state(id);
        assert!(late["url"].is_null() && late["parts"].is_null(), "a URL that outlives its upload: {late}");

        sweep();
        let state = upload::state(id);
        assert_eq!(state["state"], "rejected", "{state}");
        assert!(text(&state["reason"]).contains("no bytes arrived"), "{state}");
        assert_eq!(aws::uploads_in_parts(stack().incoming(), &format!("incoming/{id}/")), 0, "parts were left behind");
    }
}

#[test]
fn metadata_too_large_for_an_item_is_kept_beside_it_and_goes_with_it() {
    let repository = Repository::new("names");
    let package = Package::read(&rpms::one("corpus-names"));
    let fragments =
        |upload: &Value| aws::keys(stack().store(), &format!("state/fragments/{}", text(&upload["upload_id"]))).len();
    let first = upload::register(&repository, &package);
    assert_eq!(fragments(&first), 1, "its metadata went into an item");
    let repodata = repository.wait_for_packages("noarch", 1);
    repodata.assert_same_content(&createrepo::metadata(std::slice::from_ref(&package)));

    let other = Package::new(&package.filename, Package::read(&rpms::one("corpus-bare")).bytes);
    let second = upload::upload_with_force(&repository, &other);
    assert_eq!((&second["state"], fragments(&second)), (&json!("registered"), 0));
    wait::until_within(SWEPT, "the metadata of the replaced package to go", || {
        sweep();
        (fragments(&first) == 0).then_some(())
    });
    assert_eq!(repository.wait_for_packages("noarch", 1).packages.len(), 1);
}
