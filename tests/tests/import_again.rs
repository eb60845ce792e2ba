//! Imports that meet others, come twice, or end early: each package is taken once, and no copy is left that nobody names.

use std::{
    collections::BTreeSet,
    fs, thread,
    time::{Duration, Instant},
};

use colca_tests::{
    Client, Repository, aws, chacra, deliveries,
    files::Files,
    functions, imports, past, rpm_repository, rpms,
    section::Section,
    stack,
    upload::{self, Package, text},
    wait,
};
use serde_json::{Value, json};

fn packages(count: usize) -> Vec<Package> {
    rpms::burst().iter().take(count).map(|path| Package::read(path)).collect()
}

/// The packages that lie in the store.
fn lying(repository: &Repository) -> BTreeSet<String> {
    let keys = aws::keys(stack().store(), &format!("{}/noarch/", repository.prefix()));
    keys.into_iter().filter(|key| key.ends_with(".rpm")).collect()
}

/// Those that the catalog names.
fn named(repository: &Repository) -> BTreeSet<String> {
    let binaries = repository.binaries("noarch");
    binaries.as_object().expect("files").values().map(|file| text(&file["path"]).to_owned()).collect()
}

/// Waits until all that was noted as garbage is gone, its grace over: then exactly what is named lies there, and is listed.
#[track_caller]
fn nothing_is_left(repository: &Repository, count: usize) {
    let _ = repository.wait_for_packages("noarch", count);
    let _ = repository.wait_until_settled();
    wait::until(&format!("nothing to be left in {} that nobody names", repository.prefix()), || {
        past::make_garbage_below_due(&format!("{}/", repository.prefix()));
        aws::invoke(functions::deployed("reap"), &json!({}));
        let (lying, named) = (lying(repository), named(repository));
        assert!(lying.is_superset(&named), "named, and swept all the same: {:?}", named.difference(&lying));
        (lying == named).then_some(())
    });
    assert_eq!(named(repository).len(), count);
}

fn delete(repository: &Repository, package: &Package) -> u16 {
    chacra::send("DELETE", &format!("{}{}/", chacra::arch(repository, "noarch"), package.filename)).status
}

/// Has an import done again by a message that comes late, as if nobody had written down what was done.
fn come_again(id: &str) -> Value {
    past::rewind_import(id, false);
    deliveries::deliver("import", &json!({"import": id}));
    imports::finish(id)
}

#[test]
fn two_imports_of_one_source_at_once_take_each_package_once() {
    let repository = Repository::new("import-both");
    let packages = packages(50);
    let source = imports::prefix(&repository, &packages);
    let ends: Vec<_> = thread::scope(|scope| {
        let each: Vec<_> =
            (0..2).map(|_| scope.spawn(|| imports::finish(&imports::begin(&repository, &source)))).collect();
        each.into_iter().map(|each| each.join().expect("no panic")).collect()
    });
    for end in &ends {
        let counts = ["taken_in", "same_already"].map(|name| end[name].as_u64().expect("a number"));
        assert_eq!(
            (&end["state"], counts.iter().sum(), &end["refused"]),
            (&json!("done"), 50_u64, &json!(0)),
            "{end:#}"
        );
    }
    let taken: u64 = ends.iter().map(|end| end["taken_in"].as_u64().expect("a number")).sum();
    assert_eq!(taken, 50, "{ends:#?}");
    nothing_is_left(&repository, 50);
}

#[test]
fn what_is_uploaded_and_deleted_meanwhile_is_there_once_or_gone() {
    let repository = Repository::new("import-beside");
    let packages = packages(40);
    let source = imports::prefix(&repository, &packages);
    let (uploaded, deleted) = (&packages[10..20], &packages[20..30]);
    let end = thread::scope(|scope| {
        scope.spawn(|| upload::register_all(&repository, uploaded));
        scope.spawn(|| {
            for package in deleted {
                wait::until("one to be there, and then not", || (delete(&repository, package) == 204).then_some(()));
            }
        });
        imports::finish(&imports::begin(&repository, &source))
    });
    assert_eq!((&end["found"], &end["refused"]), (&json!(40), &json!(0)), "{end:#}");
    nothing_is_left(&repository, 30);
    assert!(deleted.iter().all(|package| repository.binaries("noarch")[&package.filename].is_null()));
}

#[test]
fn what_was_deleted_stays_so_when_a_message_comes_late_and_comes_back_by_a_new_import() {
    let repository = Repository::new("import-late");
    let packages = packages(20);
    let source = imports::prefix(&repository, &packages);
    let id = imports::begin(&repository, &source);
    imports::assert_counts(&imports::finish(&id), [20, 20, 0, 0, 0]);
    assert!(packages[..5].iter().all(|package| delete(&repository, package) == 204));
    // All of it was taken in by this very import.
    imports::assert_counts(&come_again(&id), [20, 20, 0, 0, 0]);
    nothing_is_left(&repository, 15);

    // Other bytes by now, and none at all: what was taken in stays.
    let other = Package::read(&rpms::one("corpus-text"));
    imports::put(&repository, &packages[5].filename, &other.bytes);
    aws::delete(stack().incoming(), &format!("import/{}/{}", repository.project, packages[6].filename));
    let end = come_again(&id);
    imports::assert_counts(&end, [19, 18, 0, 0, 1]);
    assert!(text(&end["refusals"][0]["reason"]).contains("other bytes"), "{end:#}");
    nothing_is_left(&repository, 15);

    imports::assert_counts(&imports::finish(&imports::begin(&repository, &source)), [19, 5, 13, 0, 1]);
    nothing_is_left(&repository, 20);
}

#[test]
fn an_import_that_fails_or_is_stopped_lists_what_it_took_in() {
    let repository = Repository::new("import-ended");
    let id = imports::begin(&repository, &imports::prefix(&repository, &packages(3)));
    imports::assert_counts(&imports::finish(&id), [3, 3, 0, 0, 0]);
    let is_listed = || {
        let projects = chacra::read("/binaries/");
        projects[repository.project.as_str()].is_array()
    };
    assert!(is_listed());

    past::rewind_import(&id, true);
    past::forget_levels(&repository.project);
    assert!(!is_listed(), "nothing was forgotten");
    deliveries::deliver("import", &json!({"import": id}));
    let end = imports::finish(&id);
    assert_eq!(end["state"], "failed", "{end:#}");
    assert!(text(&end["reason"]).contains("no piece was done since 2026-01-01"), "{end:#}");
    assert!(is_listed(), "what was taken in before it failed is not listed");

    past::rewind_import(&id, false);
    past::forget_levels(&repository.project);
    let stop = |id: &str| Client::uploader().send("DELETE", &format!("{}/{id}", imports::URL), &[], b"");
    let stopped = stop(&id).expect(200).json();
    assert_eq!((&stopped["state"], stopped["stopped_by"].is_string()), (&json!("stopped"), true), "{stopped:#}");
    wait::until("what was taken in to be listed", || is_listed().then_some(()));
    let message = text(&stop(&id).expect(409).json()["message"]).to_owned();
    assert!(message.contains("not running"), "{message}");
    // A message that comes late changes nothing.
    deliveries::deliver("import", &json!({"import": id}));
    assert_eq!((&imports::state(&id)["state"], &imports::state(&id)["found"]), (&json!("stopped"), &json!(0)));
    let _ = stop(&"0".repeat(26)).expect(404);
}

#[test]
fn an_import_that_is_stopped_says_what_it_took_in() {
    for number in 0..5 {
        let repository = Repository::new(&format!("import-stopped-{number}"));
        let id = imports::begin(&repository, &imports::prefix(&repository, &packages(50)));
        wait::until("a piece to have begun", || (!lying(&repository).is_empty()).then_some(()));
        if Client::uploader().send("DELETE", &format!("{}/{id}", imports::URL), &[], b"").status != 200 {
            continue;
        }
        let end = wait::until("what was taken in to be told", || {
            let state = imports::state(&id);
            (state["taken_in"] != json!(0)).then_some(state)
        });
        assert_eq!(end["state"], "stopped", "{end:#}");
        let taken_in = usize::try_from(end["taken_in"].as_u64().expect("a number")).expect("a small one");
        nothing_is_left(&repository, taken_in);
        return;
    }
    panic!("each import was done before it was stopped");
}

#[test]
fn what_is_published_elsewhere_while_its_list_is_read_fails_no_import() {
    let (repository, files, next) = (Repository::new("import-moving"), Files::serve(), Files::serve());
    let paths = ["corpus-bare", "corpus-text", "corpus-files"].map(rpms::one);
    rpm_repository::publish(&files, &paths[..2], None);
    rpm_repository::publish(&next, &paths, None);
    let read = |path: &String| (path.clone(), fs::read(next.path().join(path)).expect("it was published"));
    let next: Vec<_> = next.all().iter().map(read).collect();
    let _section = Section::allowing("", &[files.url()]);
    let end = thread::scope(|scope| {
        scope.spawn(|| {
            // Between the first look at the entry file and the second, if it is quick enough.
            let begin = Instant::now();
            while files.asked().is_empty() && begin.elapsed() < Duration::from_secs(60) {
                thread::yield_now();
            }
            next.iter().rev().for_each(|(path, bytes)| files.put(path, bytes));
        });
        imports::finish(&imports::begin(&repository, files.url()))
    });
    assert_eq!((&end["state"], &end["refused"]), (&json!("done"), &json!(0)), "{end:#}");
    assert!([2, 3].contains(&end["taken_in"].as_u64().expect("a number")), "{end:#}");
    println!("{} packages were taken in", end["taken_in"]);
}
