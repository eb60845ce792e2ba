//! One of many who upload: what it does in its rounds follows from the seed.

use std::{
    thread,
    time::{Duration, Instant},
};

use colca_tests::{
    Client, deliveries,
    random::Random,
    upload::{self, Package, text},
};
use serde_json::{Value, json};

use super::{hands::Hands, ledger::Ledger};
use crate::{course::Course, shelf::Shelf};

/// How many names the uploaders of a repository fight for.
const CONTESTED: usize = 3;

/// How long the first look at an upload's state is waited for, and the longest time between two. The many who look take more of
/// the machine than what they wait for, if they look often.
const LOOKS: (Duration, Duration) = (Duration::from_secs(3), Duration::from_secs(15));

/// How long a message is waited for until another is sent, and the longest time between two: the last one may have died with
/// its function, and comes again after a quarter of an hour. The sweep sends one every five minutes. Each takes twice the time
/// of the one before, so that a machine that is slow is not given more to do for it.
const HURRIES: (Duration, Duration) = (Duration::from_secs(20), Duration::from_secs(80));

/// An upload that has not ended by then never will: ten times what a machine took that had other things to do as well.
const NEVER: Duration = Duration::from_secs(600);

/// One of them.
#[derive(Debug)]
pub(crate) struct Uploader<'a> {
    number: usize,
    shelf: (usize, &'a Shelf),
    random: Random,
    ledger: &'a Ledger,
    hands: &'a Hands,
    /// What it has in the repository by itself.
    own: Vec<Package>,
}

impl<'a> Uploader<'a> {
    /// One who uploads to a repository.
    pub(crate) fn new(
        seed: u64,
        number: usize,
        shelf: (usize, &'a Shelf),
        (ledger, hands): (&'a Ledger, &'a Hands),
    ) -> Self {
        Self { number, shelf, random: Random::of(seed, number), ledger, hands, own: vec![] }
    }

    /// Uploads, replaces and deletes, one after the other, until told to stop. Whatever was begun is waited for.
    pub(crate) fn run(mut self, rounds: usize, uploading: &Course, course: &Course) {
        for round in 0..rounds {
            if !uploading.goes_on() || !course.goes_on() {
                return;
            }
            let text = format!("{} {round}", self.number);
            match (self.random.below(10), self.own.is_empty()) {
                (0, false) => self.delete(),
                (1 | 2, false) => {
                    let place = self.random.below(self.own.len());
                    let name = self.own[place].filename.split(['-', '_']).next().expect("a name").to_owned();
                    let package = self.shelf.1.package(&name, &text);
                    Hands::count(&self.hands.replacements);
                    self.send(&package, true);
                    self.own[place] = package;
                }
                (3, _) => {
                    let name = format!("contested{}", self.random.below(CONTESTED));
                    Hands::count(&self.hands.contested);
                    self.send(&self.shelf.1.package(&name, &text), true);
                }
                _ => {
                    let package = self.shelf.1.package(&format!("own{}x{round}", self.number), &text);
                    Hands::count(&self.hands.uploads);
                    self.send(&package, false);
                    self.own.push(package);
                }
            }
        }
    }

    /// Uploads a package and waits for its end.
    fn send(&self, package: &Package, force: bool) {
        let mut request = package.request(&self.shelf.1.repository);
        request["force"] = json!(force);
        let ticket = self.hands.ask("a ticket", || upload::ticket(&request)).expect(201).json();
        let id = text(&ticket["upload_id"]);
        self.ledger.asked(id);
        let _ = self.hands.ask("a PUT", || upload::put(&ticket, &package.bytes)).expect(200);
        self.ledger.sent(&package.sha256());
        let end = self.end(id);
        let overtaken = || force && text(&end["reason"]).contains("whose ticket is newer");
        match text(&end["state"]) {
            "registered" => self.ledger.registered(self.shelf.0, &package.filename, id, &package.sha256()),
            "rejected" if overtaken() => Hands::count(&self.hands.overtaken),
            _ => panic!("{} was refused: {end}", package.filename),
        }
        Hands::count(&self.hands.done);
    }

    fn end(&self, id: &str) -> Value {
        let begun = Instant::now();
        let (mut look, mut patience, mut hurried) = (LOOKS.0, HURRIES.0, begun);
        loop {
            thread::sleep(look);
            look = (look * 3 / 2).min(LOOKS.1);
            let state = self.hands.ask("the state of an upload", || Client::uploader().get(&format!("/uploads/{id}")));
            let state = state.expect(200).json();
            if state["state"] != "pending" {
                return state;
            }
            if hurried.elapsed() > patience {
                Hands::count(&self.hands.hurried);
                deliveries::send("COLCA_INGEST_QUEUE_URL", &json!({"upload": id}));
                (hurried, patience) = (Instant::now(), (patience * 2).min(HURRIES.1));
            }
            assert!(begun.elapsed() < NEVER, "upload {id} does not end: {}", state["state"]);
        }
    }

    fn delete(&mut self) {
        let package = self.own.swap_remove(self.random.below(self.own.len()));
        let Shelf { repository, .. } = self.shelf.1;
        let url = format!("/binaries/{}/{}/{}", repository.path(), package.arch, package.filename);
        let asked = self.hands.ask("a deletion", || Client::uploader().send("DELETE", &url, &[], &[]));
        // Whoever deleted it the first time may have died before saying so.
        assert!([200, 204, 404].contains(&asked.status), "{url}: {} {}", asked.status, asked.text());
        Hands::count(&self.hands.deletions);
        self.ledger.deleted(self.shelf.0, &package.filename);
    }
}
