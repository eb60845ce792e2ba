//! What goes wrong between functions: those that die in the middle of their work, messages that never arrive.
//!
//! In a program of its own: this harms the builds of every repository, and no other test may run meanwhile.

use std::{
    sync::Mutex,
    thread,
    time::{Duration, Instant},
};

use colca_tests::{Repository, aws, deliveries, functions, imports, past, rpms, stack, upload, wait};
use serde_json::json;
use upload::Package;

/// A killed builder's message comes again when its visibility times out, which is a build's time limit.
const RECOVERY: Duration = Duration::from_secs(300);

/// How long after taking its lease each builder dies, in milliseconds.
const MOMENTS: [u64; 4] = [0, 15, 30, 60];

/// One test does harm at a time; recovering from it they may do together.
static HARM: Mutex<()> = Mutex::new(());

#[test]
fn a_build_whose_message_was_lost_is_found_by_the_sweep() {
    let repository = Repository::new("lost");
    upload::register(&repository, &Package::read(&rpms::one("corpus-bare")));
    let _ = repository.wait_for_packages("noarch", 1);
    let _ = repository.wait_until_settled();
    let harm = HARM.lock().unwrap();
    deliveries::lose("repo-build", "COLCA_BUILD_QUEUE_URL", || {
        upload::register(&repository, &Package::read(&rpms::one("corpus-text")));
    });
    drop(harm);
    assert_eq!(repository.object().expect("it is there")["needs_update"], json!(true), "the build was not lost");
    let start = Instant::now();
    wait::until_within(RECOVERY, "the sweep to find the lost build", || {
        // It runs every minute by itself; nobody wants to wait that long.
        aws::invoke(functions::deployed("reap"), &json!({}));
        repository.repodata("noarch").filter(|repodata| repodata.packages.len() == 2)
    });
    println!("a lost message was made good after {:.0} s", start.elapsed().as_secs_f64());
}

#[test]
fn a_killed_builder_leaves_the_old_or_the_new_state_and_the_next_delivery_finishes() {
    let first = Package::read(&rpms::one("corpus-bare"));
    let burst: Vec<_> = rpms::burst().iter().map(|path| Package::read(path)).collect();
    let batches: Vec<_> = burst.chunks(burst.len() / MOMENTS.len()).collect();
    let repositories = MOMENTS.map(|moment| Repository::new(&format!("crash-{moment}")));
    for repository in &repositories {
        upload::register(repository, &first);
    }
    for repository in &repositories {
        let _ = repository.wait_for_packages("noarch", 1);
        let _ = repository.wait_until_settled();
    }

    let harm = HARM.lock().unwrap();
    let mut killed = 0;
    for ((repository, moment), batch) in repositories.iter().zip(MOMENTS).zip(&batches) {
        let stopped = deliveries::stop("repo-build", "COLCA_BUILD_QUEUE_URL");
        upload::register_all(repository, batch);
        drop(stopped);
        let victims = kill_the_builder(repository, Duration::from_millis(moment));
        // Reading checks every size and checksum that repomd.xml names, so what is there is whole.
        let now = repository.repodata("noarch").expect("the first state was published").packages.len();
        assert!([1, 1 + batch.len()].contains(&now), "neither the old nor the new state: {now} packages");
        println!("{moment} ms into a build: {victims} killed, {now} packages are listed");
        if now == 1 {
            killed += victims;
        }
    }
    drop(harm);
    assert!(killed > 0, "every builder was done before it was killed: the test has tested nothing");

    let start = Instant::now();
    for (repository, batch) in repositories.iter().zip(&batches) {
        let what = format!("the next delivery to finish {}", repository.prefix());
        let repodata = wait::until_within(RECOVERY, &what, || {
            repository.repodata("noarch").filter(|repodata| repodata.packages.len() == 1 + batch.len())
        });
        for package in *batch {
            assert!(repodata.packages.contains_key(&package.sha256()), "{} is not listed", package.filename);
        }
    }
    println!("everything was published {:.0} s after the last kill", start.elapsed().as_secs_f64());
}

#[test]
fn an_import_whose_message_was_lost_is_found_by_the_sweep() {
    let repository = Repository::new("lost-import");
    let source = imports::prefix(&repository, &[Package::read(&rpms::one("corpus-bare"))]);
    let harm = HARM.lock().unwrap();
    let id = deliveries::lose("import", "COLCA_IMPORT_QUEUE_URL", || imports::begin(&repository, &source));
    drop(harm);
    assert_eq!(imports::state(&id)["state"], "running", "it was not lost");
    past::make_import_due(&id);
    aws::invoke(functions::deployed("reap"), &json!({}));
    imports::assert_counts(&imports::finish(&id), [1, 1, 0, 0, 0]);
    let _ = repository.wait_for_packages("noarch", 1);
}

#[test]
fn an_import_that_is_killed_in_a_piece_loses_nothing_and_takes_nothing_twice() {
    let repository = Repository::new("killed-import");
    let packages: Vec<_> = rpms::burst().iter().map(|path| Package::read(path)).collect();
    let source = imports::prefix(&repository, &packages);
    let harm = HARM.lock().unwrap();
    let id = imports::begin(&repository, &source);
    let some = wait::until("some of the packages to be registered", || {
        let count = repository.binaries("noarch").as_object().expect("files").len();
        (count > 0).then_some(count)
    });
    let killed = functions::processes("import").into_iter().filter(|process| functions::kill(*process)).count();
    drop(harm);
    let state = imports::state(&id);
    println!("{killed} killed after {some} packages: {}", state["state"]);
    assert_eq!(state["state"], "running", "it was done before it was killed: the test has tested nothing");

    past::make_import_due(&id);
    aws::invoke(functions::deployed("reap"), &json!({}));
    let end = imports::finish(&id);
    let count = packages.len() as u64;
    imports::assert_counts(&end, [count, count, 0, 0, 0]);
    let repodata = repository.wait_for_packages("noarch", packages.len());
    assert!(packages.iter().all(|package| repodata.packages.contains_key(&package.sha256())));
    // What was copied before it died is what is registered now.
    let keys = aws::keys(stack().store(), &format!("{}/noarch/", repository.prefix()));
    assert_eq!(keys.iter().filter(|key| key.ends_with(".rpm")).count(), packages.len(), "{keys:?}");
}

/// Waits until a builder holds the lease of this repository, lets it work for a moment more, and kills whichever
/// builders there are. Says how many; none if the build was over by then.
fn kill_the_builder(repository: &Repository, moment: Duration) -> usize {
    wait::until("a builder to be at work", || {
        // Asked in a tight loop: a build lasts a fraction of a second.
        for _ in 0..50 {
            let object = repository.object().expect("it is there");
            if object["is_updating"] == json!(true) {
                thread::sleep(moment);
                let victims = functions::processes("repo-build");
                return Some(victims.into_iter().filter(|process| functions::kill(*process)).count());
            }
            let settled = object["needs_update"] == json!(false) && object["is_queued"] == json!(false);
            if settled {
                return Some(0);
            }
        }
        None
    })
}
