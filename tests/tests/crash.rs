//! `kill -9` of builders in the middle of their work.
//!
//! One test, in a program of its own: it kills the builders of every repository, and no other test may run meanwhile.

use std::{thread, time::Duration};

use colca_tests::{Repository, functions, rpms, upload, wait};
use upload::Package;

/// A killed builder's message comes back when its visibility times out, and its lease must have ended by then.
const RECOVERY: Duration = Duration::from_secs(300);

const ROUNDS: usize = 5;

#[test]
fn a_killed_builder_leaves_the_old_or_the_new_state_and_the_next_delivery_finishes() {
    let repository = Repository::new("crash");
    let packages: Vec<_> = rpms::burst().iter().take(10 * ROUNDS).map(|path| Package::read(path)).collect();
    let mut killed = 0;
    let mut listed = 0;
    for (round, batch) in packages.chunks(10).enumerate() {
        upload::register_all(&repository, batch);
        killed += kill_while_building(&repository, listed + batch.len());
        // Whatever the moment, what is there is whole: reading checks every size and checksum that repomd.xml names.
        let now = repository.repodata("noarch").map_or(0, |repodata| repodata.packages.len());
        assert!(now <= listed + batch.len(), "round {round}: {now} packages, more than were uploaded");
        listed += batch.len();
    }
    assert!(killed > 0, "no builder was met at work: the test has tested nothing");
    println!("{killed} builders killed");
    let repodata = wait::until_within(RECOVERY, "the next delivery to finish what the killed builders left", || {
        repository.repodata("noarch").filter(|repodata| repodata.packages.len() == packages.len())
    });
    for package in &packages {
        assert!(repodata.packages.contains_key(&package.sha256()), "{} is not listed", package.filename);
    }
}

/// Kills builders as long as one works for this repository; gives up once all is published. Says how many it killed.
fn kill_while_building(repository: &Repository, expected: usize) -> usize {
    wait::until_within(RECOVERY, "a builder to be at work", || {
        for _ in 0..40 {
            let object = repository.object();
            if object.is_some_and(|object| object["is_updating"] == serde_json::json!(true)) {
                let victims = functions::processes("repo-build");
                return Some(victims.into_iter().filter(|process| functions::kill(*process)).count());
            }
            thread::sleep(Duration::from_millis(5));
        }
        let done = repository.repodata("noarch").is_some_and(|repodata| repodata.packages.len() == expected);
        done.then_some(0)
    })
}
