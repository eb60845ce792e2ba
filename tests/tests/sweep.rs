//! What `reap` sweeps away: what is superseded or deleted goes when its grace is over, and nothing else does.

use std::collections::BTreeSet;

use colca_tests::{
    Repository, aws, chacra, createrepo, functions, past, repodata::Repodata, rpms, stack, upload, wait,
};
use serde_json::{Value, json};
use upload::{Package, text};

const ENTRY: &str = "repodata/repomd.xml";

/// A round of `reap`, which comes every minute by itself.
fn sweep() {
    aws::invoke(functions::deployed("reap"), &json!({}));
}

/// A round of `reap` when the grace of whatever is garbage below a prefix is over.
fn sweep_below(prefix: &str) {
    past::make_garbage_below_due(prefix);
    sweep();
}

fn keys(repository: &Repository) -> BTreeSet<String> {
    aws::keys(stack().store(), &format!("{}/", repository.prefix())).into_iter().collect()
}

/// Everything that the entry files among `keys`, the metadata and the catalog name. Reading it checks the metadata.
fn named(repository: &Repository, keys: &BTreeSet<String>) -> BTreeSet<String> {
    let mut named: BTreeSet<_> = keys.iter().filter(|key| key.ends_with("/mirrorlist")).cloned().collect();
    for arch in ["x86_64", "aarch64", "noarch"] {
        let binaries = repository.binaries(arch);
        named.extend(binaries.as_object().expect("a listing").values().map(|file| text(&file["path"]).to_owned()));
    }
    for entry in keys.iter().filter(|key| key.ends_with(ENTRY)) {
        let top = entry.strip_suffix(ENTRY).expect("it ends so");
        // A snapshot has entry files alone: the CDN looks for all else where it always lies.
        let parts = top.split_inclusive('/').filter(|part| !part.starts_with('@'));
        let (snapshot, top) = (top, parts.collect::<String>());
        let key = |name: &str| if name == ENTRY { format!("{snapshot}{name}") } else { format!("{top}{name}") };
        let repodata = Repodata::read(|name| aws::object(stack().store(), &key(name)));
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

    wait::until(&format!("all that is superseded in {} to go", repository.prefix()), || {
        sweep_below(&repository.prefix());
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
    wait::until("the metadata of the replaced package to go", || {
        sweep_below(&format!("state/fragments/{}", text(&first["upload_id"])));
        (fragments(&first) == 0).then_some(())
    });
    assert_eq!(repository.wait_for_packages("noarch", 1).packages.len(), 1);
}

#[test]
fn a_deleted_file_goes_and_its_name_stays_used() {
    let repository = Repository::new("deleted");
    let (kept, package) = (Package::read(&rpms::one("corpus-bare")), Package::read(&rpms::one("corpus-text")));
    upload::publish(&repository, &kept);
    upload::publish(&repository, &package);
    let path = |package: &Package| text(&repository.binaries("noarch")[&package.filename]["path"]).to_owned();
    let old = path(&package);
    let _ =
        chacra::send("DELETE", &format!("{}{}/", chacra::arch(&repository, "noarch"), package.filename)).expect(204);
    wait::until("the bytes of the deleted file to go", || {
        sweep_below(&repository.prefix());
        (!keys(&repository).contains(&old)).then_some(())
    });
    let metadata = repository.wait_until_settled();
    assert_eq!(
        (metadata["packages"].as_u64(), named(&repository, &keys(&repository)).contains(&old)),
        (Some(1), false)
    );

    // A cache may hold the old bytes under the old name for a year.
    let other = Package::new(&package.filename, Package::read(&rpms::one("corpus-relations")).bytes);
    upload::publish(&repository, &other);
    assert_ne!(path(&other), old);
    let there = keys(&repository);
    assert!(named(&repository, &there).is_subset(&there) && there.contains(&path(&kept)));

    // The same directory, by another architecture of the ticket.
    let again = Package { arch: "aarch64".to_owned(), ..package };
    upload::register(&repository, &again);
    assert_ne!(text(&repository.binaries("aarch64")[&again.filename]["path"]), old);
}

#[test]
fn what_follows_a_registration_is_done_by_reap_if_its_function_died() {
    let repository = Repository::new("announced");
    let upload = upload::register(&repository, &Package::read(&rpms::one("corpus-bare")));
    let _ = repository.wait_for_packages("noarch", 1);
    past::forget_announcement(text(&upload["upload_id"]), &repository.project);
    assert_eq!(chacra::read("/binaries/").get(&repository.project), None);
    wait::until("the project to be listed again", || {
        sweep();
        chacra::read("/binaries/").get(&repository.project).cloned()
    });
}

#[test]
fn of_a_deleted_repository_nothing_is_left() {
    let repository = Repository::new("deleted-all");
    for package in ["corpus-bare", "corpus-text", "corpus-names"] {
        upload::publish(&repository, &Package::read(&rpms::one(package)));
    }
    let _ = chacra::send("DELETE", &chacra::repository(&repository)).expect(204);
    wait::until("everything of the deleted repository to go", || {
        sweep_below(&repository.prefix());
        keys(&repository).is_empty().then_some(())
    });
}
