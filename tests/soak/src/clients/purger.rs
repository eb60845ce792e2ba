//! Repositories that are purged for their age and restored while clients read them, as an administrator does it.
//!
//! Who reads in the middle of that finds all that an entry file has named, or no entry file; and what comes back is what was
//! there.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use colca_tests::{
    Client, Response, aws, functions, past,
    random::Random,
    retention::URL,
    upload::{self, text},
    wait,
};
use serde_json::{Value, json};

use crate::{
    again,
    course::Course,
    shelf::{From, Listed, Shelf},
};

/// The longest time that a repository stays, or stays away, in milliseconds.
const PAUSE: usize = 8_000;

/// How many packages there are.
const PACKAGES: usize = 8;

/// How long all that is asked for here may take. A purge and its undoing wait for a round of the sweep, which comes every minute.
const PATIENCE: Duration = Duration::from_secs(400);

/// What was done.
#[derive(Debug, Default)]
pub(crate) struct Purger {
    purges: AtomicU64,
    restores: AtomicU64,
    again: AtomicU64,
}

impl Purger {
    /// Publishes the first packages.
    pub(crate) fn begin(shelf: &Shelf) {
        let packages: Vec<_> = (0..PACKAGES).map(|number| shelf.package(&name(number), "first")).collect();
        upload::publish_all(&shelf.repository, &packages);
    }

    /// Changes, purges and restores until it is over.
    ///
    /// # Panics
    /// If something else comes back than was there.
    pub(crate) fn go_on(&self, shelf: &Shelf, random: &mut Random, course: &Course) {
        let pause = |random: &mut Random| course.pause(Duration::from_millis(random.below(PAUSE) as u64));
        let mut longest = Duration::ZERO;
        for round in 0.. {
            pause(random);
            // What is begun is ended, and the others would have to wait for it.
            if course.left() <= longest {
                return;
            }
            let begun = Instant::now();
            self.replace(shelf, &name(random.below(PACKAGES)), &format!("round {round}"));
            let before = self.settled(shelf);
            let purge = self.purge(shelf);
            self.purges.fetch_add(1, Ordering::Relaxed);
            wait("the entry files to be retracted", || shelf.listed(From::Store).is_none().then_some(()));
            pause(random);
            let restored = self.restore(&purge);
            assert_eq!((&restored["state"], &restored["left"]), (&json!("restored"), &json!([])), "{restored}");
            let prefix = shelf.repository.prefix();
            wait(&format!("{prefix} to be public again"), || shelf.listed(From::Store));
            let after = self.settled(shelf);
            assert_eq!(after, before, "{prefix} came back as another");
            self.restores.fetch_add(1, Ordering::Relaxed);
            longest = longest.max(begun.elapsed());
        }
    }

    /// What there is to tell.
    pub(crate) fn counts(&self) -> [(&'static str, u64); 3] {
        [
            ("purges", &self.purges),
            ("restores, each with the same packages", &self.restores),
            ("requests about those asked again after a 5xx", &self.again),
        ]
        .map(|(what, counter)| (what, counter.load(Ordering::Relaxed)))
    }

    /// Replaces a package, and waits until clients see that.
    fn replace(&self, shelf: &Shelf, name: &str, text_of_it: &str) {
        let package = shelf.package(name, text_of_it);
        let mut request = package.request(&shelf.repository);
        request["force"] = json!(true);
        let ticket = self.ask("a ticket", || upload::ticket(&request)).expect(201).json();
        let _ = self.ask("a PUT", || upload::put(&ticket, &package.bytes)).expect(200);
        let id = text(&ticket["upload_id"]);
        wait(&format!("upload {id} to be published"), || {
            let state = self.ask("an upload", || Client::uploader().get(&format!("/uploads/{id}"))).expect(200).json();
            assert_ne!(state["state"], "rejected", "{state}");
            (state["published"] == json!(true)).then_some(())
        });
    }

    /// All that is listed once nothing is pending.
    fn settled(&self, shelf: &Shelf) -> BTreeMap<String, Listed> {
        let repository = &shelf.repository;
        wait(&format!("{} to settle", repository.prefix()), || {
            let url = format!("/repos/{}/flavors/{}/", repository.path(), repository.flavor);
            let object = self.ask("a repository", || Client::anonymous().get(&url)).expect(200).json();
            let busy = ["needs_update", "is_queued", "is_updating"].iter().any(|flag| object[flag] == json!(true));
            (!busy).then_some(())
        });
        shelf.listed(From::Store).unwrap_or_else(|| panic!("{} is settled and not there", repository.prefix()))
    }

    /// Purges a repository, and gives the id of that.
    fn purge(&self, shelf: &Shelf) -> String {
        past::make_repository_old(&shelf.repository, 100);
        let project = json!({"project": shelf.repository.project});
        // There is one run at a time, and ours may have been begun by a function that had no time left to say so.
        let path = json!(shelf.repository.full_path());
        let of_ours = || {
            let answer = self.ask("what is purged", || Client::uploader().get(&format!("{URL}/purged?limit=1000")));
            let purged = answer.expect(200).json();
            purged["purged"].as_array().expect("a list").iter().find(|purge| purge["repository"] == path).cloned()
        };
        let before = of_ours().map(|purge| purge["purge"].clone());
        let purge = wait("a repository to be purged", || {
            let asked = self.ask("a run", || Client::uploader().post(&format!("{URL}/runs"), &project));
            // 404: the last run has taken the only repository of the project, and its levels with it.
            assert!([202, 404, 409].contains(&asked.status), "{}", asked.text());
            sweep();
            let purge = of_ours().filter(|purge| Some(&purge["purge"]) != before.as_ref())?;
            (purge["state"] == "purged").then_some(purge)
        });
        let id = text(&purge["purge"]);
        // The stack's own time for that is shorter than a machine may take that has other things to do.
        past::prolong_purge(id);
        id.to_owned()
    }

    /// Has a repository restored, and waits for that.
    fn restore(&self, purge: &str) -> Value {
        let url = format!("{URL}/purged/{purge}");
        let asked = self.ask("a restore", || Client::uploader().post(&format!("{url}/restore"), &json!({})));
        // Whoever was asked the first time may have done it before saying so.
        assert!([202, 409].contains(&asked.status), "{}", asked.text());
        wait("a repository to be restored", || {
            sweep();
            let purge = self.ask("a purge", || Client::uploader().get(&url)).expect(200).json();
            (purge["state"] == "restored").then_some(purge)
        })
    }

    fn ask(&self, what: &str, request: impl Fn() -> Response) -> Response {
        again::ask(what, &self.again, request)
    }
}

/// Has a round of the sweep come before its minute is over.
fn sweep() {
    aws::invoke_later(functions::deployed("reap"), &json!({}));
    std::thread::sleep(Duration::from_secs(2));
}

fn wait<T>(what: &str, question: impl FnMut() -> Option<T>) -> T {
    wait::until_within(PATIENCE, what, question)
}

fn name(number: usize) -> String {
    format!("kept{number}")
}
