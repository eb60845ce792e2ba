//! What changes while clients read: packages come, are replaced and deleted, and metadata is made anew.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use colca_tests::{
    Client, Response, chacra,
    random::Random,
    upload::{self, Package},
};
use serde_json::json;

use crate::{again, course::Course, shelf::Shelf};

/// How many packages there are at the beginning, and about how many there stay.
const PACKAGES: usize = 16;

/// The longest pause between two changes, in milliseconds.
const PAUSE: usize = 2000;

/// How many changes there were.
#[derive(Debug, Default)]
pub(crate) struct Writes {
    published: AtomicU64,
    replaced: AtomicU64,
    deleted: AtomicU64,
    recreated: AtomicU64,
    again: AtomicU64,
}

impl Writes {
    /// What there is to tell.
    pub(crate) fn counts(&self) -> [(&'static str, u64); 5] {
        [
            ("packages published meanwhile", &self.published),
            ("replaced", &self.replaced),
            ("deleted", &self.deleted),
            ("times the metadata was made anew", &self.recreated),
            ("requests of the writer asked again after a 5xx", &self.again),
        ]
        .map(|(what, counter)| (what, counter.load(Ordering::Relaxed)))
    }
}

/// Publishes the first packages.
pub(crate) fn begin(shelf: &Shelf) {
    let packages: Vec<_> = (0..PACKAGES).map(|number| shelf.package(&name(number), "first")).collect();
    upload::publish_all(&shelf.repository, &packages);
}

/// Changes until it is over.
pub(crate) fn write(shelf: &Shelf, random: &mut Random, writes: &Writes, course: &Course) {
    let Shelf { repository, .. } = shelf;
    let mut there: Vec<usize> = (0..PACKAGES).collect();
    for change in PACKAGES.. {
        course.pause(Duration::from_millis(random.below(PAUSE) as u64));
        if !course.goes_on() {
            return;
        }
        let place = random.below(there.len());
        let ask = |what: &str, request: &dyn Fn() -> Response| again::ask(what, &writes.again, request);
        let send = |package: &Package| {
            let mut request = package.request(repository);
            request["force"] = json!(true);
            let ticket = ask("a ticket", &|| upload::ticket(&request)).expect(201).json();
            let _ = ask("a PUT", &|| upload::put(&ticket, &package.bytes)).expect(200);
        };
        let count = match random.below(10) {
            0..3 => {
                send(&shelf.package(&name(there[place]), &format!("change {change}")));
                &writes.replaced
            }
            3..6 if there.len() > PACKAGES / 2 => {
                let package = shelf.package(&name(there.swap_remove(place)), "");
                let url = format!("/binaries/{}/{}/{}", repository.path(), package.arch, package.filename);
                let asked = ask("a deletion", &|| Client::uploader().send("DELETE", &url, &[], &[]));
                // What was replaced a moment ago may not have come in for the first time yet.
                assert!([200, 204, 404].contains(&asked.status), "{url}: {} {}", asked.status, asked.text());
                &writes.deleted
            }
            6 => {
                let url = format!("{}recreate", chacra::repository(repository));
                let asked = ask("new metadata", &|| Client::uploader().send("POST", &url, &[], &[]));
                assert!(asked.status < 300, "{url}: {} {}", asked.status, asked.text());
                &writes.recreated
            }
            _ => {
                send(&shelf.package(&name(change), "new"));
                there.push(change);
                &writes.published
            }
        };
        count.fetch_add(1, Ordering::Relaxed);
    }
}

fn name(number: usize) -> String {
    format!("tiny{number}")
}
