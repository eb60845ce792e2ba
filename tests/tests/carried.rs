//! Metadata that a CI uploads beside rpms: carried into `repomd.xml` as it is, and still there after every rebuild.

use colca_tests::{Client, Repository, carried, chacra, dnf, keys, repodata::Repodata, rpms, upload, wait};
use serde_json::json;
use upload::Package;

fn native() -> Package {
    Package::read(&rpms::one("corpus-native-1.0-1.x86_64"))
}

fn file(filename: &str, bytes: &[u8]) -> Package {
    Package { filename: filename.to_owned(), arch: "x86_64".to_owned(), bytes: bytes.to_vec() }
}

fn all() -> Vec<Package> {
    carried::ALL.iter().map(|(name, text, _)| file(name, text.as_bytes())).collect()
}

/// Waits until a directory carries all three.
fn wait_for_all(repository: &Repository, directory: &str) -> Repodata {
    wait::until(&format!("all three in {directory} of {}", repository.prefix()), || {
        let repodata = repository.repodata(directory)?;
        let has = |(_, text, kind): &(&str, &str, &str)| repodata.carried.get(*kind).is_some_and(|is| is == text);
        carried::ALL.iter().all(has).then_some(repodata)
    })
}

#[test]
fn dnf_sees_modules_groups_and_advisories_and_a_rebuild_keeps_them() {
    let repository = Repository::new("carried");
    let _signing = keys::sign(&[&repository]);
    upload::publish_all(&repository, &[native()]);
    upload::publish_all(&repository, &all());
    let _ = wait_for_all(&repository, "x86_64");
    // The CDN may have the state before for a moment.
    wait::until("the CDN to have it", || {
        let entry = repository.fetch("x86_64/repodata/repomd.xml").expect(200).text();
        entry.contains("type=\"modules\"").then_some(())
    });
    dnf::sees_what_is_carried(&dnf::Root::with(&[&repository.file("repo")]));

    upload::publish_all(&repository, &[Package::read(&rpms::one("corpus-native-libs"))]);
    let _ = wait_for_all(&repository, "x86_64");
    let before = repository.wait_until_settled()["revision"].as_u64();
    let _ = chacra::send("POST", &format!("{}recreate", chacra::repository(&repository))).expect(200);
    wait::until("all of it to be made anew", || {
        (repository.wait_until_settled()["revision"].as_u64() > before).then_some(())
    });
    assert_eq!(wait_for_all(&repository, "x86_64").names(), ["corpus-native", "corpus-native-libs"]);
    dnf::sees_what_is_carried(&dnf::Root::with(&[&repository.file("repo")]));
    assert_eq!(repository.object().expect("there")["type"], json!("rpm"));
}

#[test]
fn what_comes_first_or_compressed_is_carried_all_the_same() {
    let repository = Repository::new("carried-first");
    let packed = all().into_iter().map(|file| Package {
        filename: format!("{}.zst", file.filename),
        bytes: zstd::encode_all(&file.bytes[..], 3).expect("memory can be written"),
        ..file
    });
    for file in packed {
        upload::register(&repository, &file);
    }
    upload::publish_all(&repository, &[native()]);
    let repodata = wait_for_all(&repository, "x86_64");
    assert_eq!(repodata.names(), ["corpus-native"]);
    let mut kinds: Vec<_> = repodata.files.keys().map(String::as_str).collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["filelists", "group", "modules", "other", "primary", "updateinfo"]);
}

#[test]
fn an_opensuse_repository_carries_them_at_its_top() {
    let repository = Repository::of("carried-suse", "opensuse", "15.6");
    upload::publish_all(&repository, &[native()]);
    upload::publish_all(&repository, &all());
    let repodata = wait_for_all(&repository, "");
    assert_eq!(repodata.names(), ["corpus-native"]);
}

#[test]
fn what_is_replaced_or_deleted_is_carried_so() {
    let repository = Repository::new("carried-changes");
    upload::publish_all(&repository, &[native()]);
    upload::publish_all(&repository, &all());
    let _ = wait_for_all(&repository, "x86_64");
    let other = carried::COMPS.replace("They greet", "They greet again");
    upload::publish(&repository, &file("comps.xml", other.as_bytes()));
    wait::until("the new groups to be carried", || {
        (repository.repodata("x86_64")?.carried["group"] == other).then_some(())
    });
    let _ = chacra::send("DELETE", &format!("{}modules.yaml", chacra::flavor(&repository, "x86_64"))).expect(204);
    let left = wait::until("the modules to go", || {
        repository.repodata("x86_64").filter(|repodata| !repodata.carried.contains_key("modules"))
    });
    assert_eq!(left.carried.keys().map(String::as_str).collect::<Vec<_>>(), ["group", "updateinfo"]);
}

#[test]
fn what_clients_could_not_read_is_refused() {
    let repository = Repository::new("carried-bad");
    for (name, bytes) in [
        ("modules.yaml", &b"a: [unclosed\n"[..]),
        ("modules.yaml", b"just: yaml\n"),
        ("comps.xml", b"<comps><group></comps>"),
        ("comps.xml", b"<?xml version=\"1.0\"?><updates/>"),
        ("updateinfo.xml", b"not XML"),
        ("updateinfo.xml", b"<?xml version=\"1.0\"?><!DOCTYPE updates [<!ENTITY a \"b\">]><updates>&a;</updates>"),
        ("comps.xml.gz", b"not gzip"),
    ] {
        let state = upload::upload(&repository, &file(name, bytes));
        assert_eq!(state["state"], "rejected", "{name} {:?}: {state}", String::from_utf8_lossy(bytes));
        let reason = upload::text(&state["reason"]);
        assert!(reason.contains(name.trim_end_matches(".gz")), "{reason}");
    }
    chacra::refused(Client::anonymous().get(&chacra::repository(&repository)), 404);
}
