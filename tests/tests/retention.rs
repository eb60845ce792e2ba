//! Repositories that are old: they go, nothing else does, and they come back as they were.

use std::collections::BTreeMap;

use colca_tests::{
    Client, Repository, apt, aws, chacra, configuration, debs::Deb, dnf, past, retention, revisions, rpms, stack,
    upload, wait,
};
use serde_json::{Value, json};
use upload::{Package, text};

fn rpm(name: &str) -> Package {
    Package::read(&rpms::one(name))
}

/// A repository of the same project and ref, for another version.
fn beside(repository: &Repository, version: &str) -> Repository {
    Repository { distro_version: version.to_owned(), ..repository.clone() }
}

/// What lists of packages say of each, where it lies and what its checksum is.
fn listed(repository: &Repository, count: usize) -> BTreeMap<String, String> {
    let repodata = repository.wait_for_packages("noarch", count);
    repodata.packages.iter().map(|(sha256, package)| (package.href().to_owned(), sha256.clone())).collect()
}

/// Whether nobody finds anything of a repository any more.
#[track_caller]
fn is_forgotten(repository: &Repository) {
    assert_eq!((repository.object(), repository.binaries("noarch")), (None, json!({})));
    assert_eq!(chacra::read("/binaries/").get(&repository.project), None, "the project is listed");
    let found = chacra::read(&format!("/search/?project={}", repository.project));
    assert_eq!(found, json!([]), "the search finds what was purged");
}

/// All that there is of a repository, and that no time changes.
fn all_of(repository: &Repository) -> (Option<Value>, Value, Vec<String>) {
    let mut binaries = repository.binaries("noarch");
    for (_, binary) in binaries.as_object_mut().expect("a listing") {
        binary["last_changed"] = json!(null);
    }
    (repository.object(), binaries, aws::keys(stack().store(), &repository.prefix()))
}

/// What would become of a repository, and why.
#[track_caller]
fn fate(plan: &[Value], repository: &Repository) -> (bool, String) {
    let path = json!(repository.full_path());
    let planned = plan.iter().find(|planned| planned["repository"] == path);
    let planned = planned.unwrap_or_else(|| panic!("{path} is not in {plan:?}"));
    (planned["goes"] == json!(true), text(&planned["why"]).to_owned())
}

#[test]
fn a_dry_run_says_what_would_go_and_why_and_changes_nothing() {
    let _turn = retention::turn();
    let old = Repository::new("dry");
    let young = beside(&old, "8");
    upload::publish_all(&old, &[rpm("corpus-bare"), rpm("corpus-text")]);
    upload::publish(&young, &rpm("corpus-bare"));
    past::make_repository_old(&old, 30);
    let before = all_of(&old);

    let plan = retention::plan(&old.project, false);
    let [planned] = &plan[..] else { panic!("one is old: {plan:?}") };
    chacra::has_fields(planned, &["bytes", "changed", "files", "goes", "packages", "repository", "rule", "why"]);
    assert_eq!(planned["repository"], json!(old.full_path()));
    assert_eq!((&planned["files"], &planned["packages"]), (&json!(2), &json!(2)), "{planned}");
    let bytes = rpm("corpus-bare").bytes.len() + rpm("corpus-text").bytes.len();
    assert_eq!(planned["bytes"], json!(bytes), "{planned}");
    assert_eq!(text(&planned["why"]), "nobody has changed it for 30 days, and days is 14");
    assert_eq!(planned["rule"]["tables"], json!(["retention"]), "{planned}");

    let all = retention::plan(&old.project, true);
    assert!(fate(&all, &old).0);
    assert_eq!(fate(&all, &young), (false, "it was changed 0 days ago, and days is 14".to_owned()));

    let page = |query: &str| {
        let url = format!("{}?project={}&all=true&limit=1{query}", retention::URL, old.project);
        Client::uploader().get(&url).expect(200).json()
    };
    let first = page("");
    let token = text(&first["next_page_token"]);
    let second = page(&format!("&page-token={token}"));
    assert_eq!(second["next_page_token"], json!(null), "{second}");
    let both = [&first, &second].map(|page| page["repositories"][0]["repository"].clone());
    assert_eq!(both, [json!(young.full_path()), json!(old.full_path())]);

    assert_eq!(all_of(&old), before);
}

#[test]
fn only_an_administrator_asks_and_mistakes_are_named() {
    for url in [retention::URL.to_owned(), format!("{}/purged", retention::URL), format!("{}/runs", retention::URL)] {
        let _ = Client::anonymous().get(&url).expect(401);
    }
    let get = |query: &str| Client::uploader().get(&format!("{}{query}", retention::URL));
    chacra::refused_for(get("?limit=0"), "limit");
    chacra::refused_for(get("?all=perhaps"), "all");
    chacra::refused_for(get("?page-token=nonsense"), "page-token");
    chacra::refused_for(get("?ref=main"), "query");
    chacra::refused_for(get("/purged?page-token=nonsense"), "page-token");
    chacra::refused_for(retention::ask_to_restore("nonsense"), "purge");
    let run =
        |project: &str| Client::uploader().post(&format!("{}/runs", retention::URL), &json!({"project": project}));
    chacra::refused_for(run("a/b"), "project");
    chacra::refused(run("nobody-has-it"), 404);
    chacra::refused(get("/purged/01ARZ3NDEKTSV4RRFFQ69G5FAV"), 404);
    chacra::refused(retention::ask_to_restore("01ARZ3NDEKTSV4RRFFQ69G5FAV"), 404);
}

#[test]
fn what_is_old_goes_and_dnf_gets_the_same_bytes_when_it_is_restored() {
    let _turn = retention::turn();
    let repository = Repository::new("restored");
    upload::publish_all(&repository, &[rpm("corpus-bare"), rpm("corpus-text")]);
    let extra = json!({"version": "1.0"});
    let _ = Client::uploader().post(&format!("{}extra", chacra::repository(&repository)), &extra).expect(200);
    let (packages, file) = (listed(&repository, 2), repository.file("repo"));
    let id = retention::purge(&repository);
    let files = chacra::read(&format!("/search/?project={}", repository.project));
    assert_eq!(files, json!([]));
    is_forgotten(&repository);
    wait::until("the entry files to be retracted", || repository.repodata("noarch").is_none().then_some(()));
    let purge = retention::show(&id);
    assert_eq!((&purge["files"], &purge["restorable"]), (&json!(2), &json!(true)), "{purge}");
    assert_eq!((&purge["by"], &purge["left"]), (&json!(stack().get("COLCA_USER")), &json!([])), "{purge}");

    let restored = retention::restore(&id);
    assert_eq!((&restored["left"], &restored["turned_back"]), (&json!([]), &json!(null)), "{restored}");
    assert_eq!(listed(&repository, 2), packages, "other bytes, or in another place");
    let object = repository.wait_until_settled();
    assert_eq!((&object["extra"], &object["packages"]), (&extra, &json!(2)), "{object}");
    assert_eq!(repository.file("repo"), file);
    let root = dnf::Root::with(&[&file]);
    root.output(&["install", "corpus-bare", "corpus-text"]);
    assert_eq!(chacra::read(&format!("/search/?project={}", repository.project)).as_array().map(Vec::len), Some(2));

    let again = chacra::refused(retention::ask_to_restore(&id), 409);
    assert!(text(&again["message"]).contains("was restored already"), "{again}");
    // Its age begins anew.
    assert!(!fate(&retention::plan(&repository.project, true), &repository).0);
    // Whoever died before he wrote down that it was done finds nothing left to do.
    let _ =
        chacra::send("DELETE", &format!("{}{}", chacra::flavor(&repository, "noarch"), rpm("corpus-bare").filename))
            .expect(204);
    past::rewind_purge(&id, "restoring");
    retention::sweep();
    assert_eq!(retention::settled(&id)["state"], "restored");
    assert_eq!(listed(&repository, 1).len(), 1, "what was deleted since came back");
}

#[test]
fn apt_gets_back_what_was_purged() {
    let _turn = retention::turn();
    let repository = Repository::of("restored-apt", "ubuntu", "22.04");
    let packages = [Deb::new("hello", "1.0-1").build(), Deb::new("hello-doc", "1.0-1").arch("all").build()];
    upload::publish_all(&repository, &packages);
    let source = repository.file("repo");
    let id = retention::purge(&repository);
    let release = || repository.fetch("dists/jammy/Release");
    wait::until("the entry files to be retracted", || (release().status == 404).then_some(()));

    let _ = retention::restore(&id);
    wait::until("the entry files to be there", || (release().status == 200).then_some(()));
    let root = apt::Root::with(&source);
    root.update();
    assert_eq!(root.names(), ["hello", "hello-doc"]);
    root.install(&["hello", "hello-doc"]);
    // What it is still belongs to the file that came back.
    let other = Deb::new("hello", "1.0-1").text("other bytes").build();
    let other = Package { filename: "another_1.0-1_amd64.deb".to_owned(), ..other };
    let refused = upload::upload(&repository, &other);
    assert!(text(&refused["reason"]).contains("an archive can have but one"), "{refused}");
}

#[test]
fn what_somebody_wants_to_keep_stays_and_so_do_the_newest() {
    let _turn = retention::turn();
    let configuration = configuration::borrow();
    let oldest = Repository::new("kept");
    let (older, newest, pinned) = (beside(&oldest, "8"), beside(&oldest, "9.1"), beside(&oldest, "9.2"));
    let in_ref = Repository::new("kept-ref");
    for (repository, days) in [(&oldest, 40), (&older, 30), (&newest, 20), (&pinned, 50), (&in_ref, 60)] {
        upload::publish(repository, &rpm("corpus-bare"));
        if repository.distro_version == "9.2" {
            let _ = revisions::pin(repository, revisions::current(repository), "PUT").expect(204);
        }
        past::make_repository_old(repository, days);
    }
    configuration.apply(&format!(
        "[retention.projects.{}.refs.main]\ndays = 10\nkeep_minimum = 1\n[retention.projects.{}.refs.main]\npinned = true\n",
        oldest.project, in_ref.project
    ));
    let plan = retention::plan(&oldest.project, true);
    assert_eq!(fate(&plan, &oldest), (true, "nobody has changed it for 40 days, and days is 10".to_owned()));
    assert!(fate(&plan, &older).0);
    let newest_of = "it is among the newest of its ref and flavor, of which keep_minimum keeps 1";
    assert_eq!(fate(&plan, &newest), (false, newest_of.to_owned()));
    assert_eq!(fate(&plan, &pinned), (false, "a revision of it is pinned".to_owned()));
    let pinned_ref = "its ref or flavor is pinned by the configuration";
    assert_eq!(fate(&retention::plan(&in_ref.project, true), &in_ref), (false, pinned_ref.to_owned()));

    retention::run(&oldest.project);
    retention::run(&in_ref.project);
    let is_there = [&oldest, &older, &newest, &pinned, &in_ref].map(|repository| repository.object().is_some());
    assert_eq!(is_there, [false, false, true, true, true]);
    let _ = revisions::pin(&pinned, revisions::current(&pinned), "DELETE").expect(204);
    assert!(!fate(&retention::plan(&oldest.project, true), &pinned).0, "letting a pin go is a change");
}

#[test]
fn when_the_grace_is_over_its_objects_go_and_nobody_can_restore_it() {
    let _turn = retention::turn();
    let repository = Repository::new("too-late");
    upload::publish_all(&repository, &[rpm("corpus-bare"), rpm("corpus-text")]);
    let packages: Vec<_> =
        listed(&repository, 2).into_keys().map(|href| format!("{}/noarch/{href}", repository.prefix())).collect();
    let id = retention::purge(&repository);
    let keys = || aws::keys(stack().store(), &format!("{}/", repository.prefix()));
    wait::until("the entry files to be retracted", || repository.repodata("noarch").is_none().then_some(()));
    // As long as it can be restored, the sweeper leaves what that takes, however often it is told to take it.
    for _ in 0..2 {
        past::make_garbage_below_due(&repository.prefix());
        retention::sweep();
        let there = keys();
        assert!(packages.iter().all(|package| there.contains(package)), "{packages:?} are not in {there:?}");
    }
    past::make_purge_over(&id);
    let refused = chacra::refused(retention::ask_to_restore(&id), 409);
    assert!(text(&refused["message"]).contains("could be restored until 2026-01-01T00:00:00Z"), "{refused}");
    assert_eq!(retention::show(&id)["restorable"], json!(false));
    wait::until("all of it to go", || {
        past::make_garbage_below_due(&repository.prefix());
        retention::sweep();
        keys().is_empty().then_some(())
    });
    // A new beginning.
    upload::publish(&repository, &rpm("corpus-bare"));
}

#[test]
fn an_upload_to_what_was_purged_stays_whatever_is_restored() {
    let _turn = retention::turn();
    let repository = Repository::new("taken");
    let (taken, other) = (rpm("corpus-bare"), rpm("corpus-text"));
    upload::publish_all(&repository, &[taken.clone(), other.clone()]);
    let before = listed(&repository, 2);
    let id = retention::purge(&repository);
    let newer = Package::new(&taken.filename, rpm("corpus-relations").bytes);
    upload::publish(&repository, &newer);

    let restored = retention::restore(&id);
    let left = restored["left"].as_array().expect("a list");
    assert_eq!(left.len(), 1, "{restored}");
    assert!(text(&left[0]).contains(&newer.sha256()) && text(&left[0]).contains(&taken.filename), "{restored}");
    let after = listed(&repository, 2);
    let sums = |packages: &BTreeMap<String, String>| packages.values().cloned().collect::<Vec<_>>();
    assert!(sums(&after).contains(&newer.sha256()) && sums(&after).contains(&other.sha256()), "{after:?}");
    assert!(!before.values().any(|sum| *sum == newer.sha256()));

    // Once the other is out of the way, what was left comes back as well.
    let file = format!("{}{}", chacra::flavor(&repository, "noarch"), newer.filename);
    let _ = chacra::send("DELETE", &file).expect(204);
    assert_eq!(retention::restore(&id)["left"], json!([]));
    // There were two before, too: the newer one and the other.
    wait::until("what was left to be listed again", || (listed(&repository, 2) == before).then_some(()));
}

#[test]
fn an_upload_in_the_middle_of_a_purge_turns_it_back() {
    let _turn = retention::turn();
    let repository = Repository::new("turned-back");
    upload::publish_all(&repository, &[rpm("corpus-bare"), rpm("corpus-text")]);
    let before = listed(&repository, 2);
    let id = retention::purge(&repository);
    upload::publish(&repository, &rpm("corpus-relations"));
    past::rewind_purge(&id, "purging");
    retention::sweep();
    let purge = retention::settled(&id);
    assert_eq!((&purge["state"], &purge["left"]), (&json!("restored"), &json!([])), "{purge}");
    assert!(text(&purge["turned_back"]).contains("was uploaded meanwhile"), "{purge}");
    let after = listed(&repository, 3);
    assert!(before.iter().all(|(href, sum)| after.get(href) == Some(sum)), "{before:?} is not in {after:?}");
}

#[test]
fn a_purge_whose_function_died_is_gone_on_with() {
    let _turn = retention::turn();
    let repository = Repository::new("died");
    upload::publish_all(&repository, &[rpm("corpus-bare"), rpm("corpus-text")]);
    let before = listed(&repository, 2);
    let id = retention::purge(&repository);
    past::rewind_purge(&id, "purging");
    retention::sweep();
    assert_eq!(retention::settled(&id)["state"], "purged");
    is_forgotten(&repository);
    let _ = retention::restore(&id);
    assert_eq!(listed(&repository, 2), before);
}

#[test]
fn once_a_day_it_is_done_without_being_asked() {
    let _turn = retention::turn();
    let configuration = configuration::borrow();
    let repository = Repository::new("daily");
    upload::publish(&repository, &rpm("corpus-bare"));
    past::make_repository_old(&repository, 100);
    // Not a single one of those that other tests have made old.
    configuration.apply(&format!(
        "[retention]\nenabled = true\ndays = 36500\n[retention.projects.{}.refs.main]\ndays = 10\n",
        repository.project
    ));
    assert_eq!(Client::uploader().get(retention::URL).expect(200).json()["enabled"], json!(true));
    past::forget_daily_run();
    let purge = wait::until("the run of the day", || {
        retention::sweep();
        retention::purge_of(&repository).filter(|purge| purge["state"] == "purged")
    });
    assert_eq!((&purge["by"], repository.object()), (&json!(null), None), "{purge}");
    // The next is due in a day.
    upload::publish(&repository, &rpm("corpus-bare"));
    past::make_repository_old(&repository, 100);
    retention::sweep();
    assert!(repository.object().is_some(), "purged again on the same day");
}
