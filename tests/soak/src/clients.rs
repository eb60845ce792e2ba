//! dnf and apt refresh and install, over and over, through edges of a CDN that remember entry files for up to a minute, each
//! for itself, and forget whatever they like. Meanwhile packages come, are replaced and deleted, what was superseded is swept as
//! soon as nobody can ask for it, and two repositories more are purged and restored. All of it is signed, and everything is
//! checked. No refresh and no install may fail, unless all that is wrong is that a repository is purged.

mod apt;
mod cache;
mod dnf;
mod edges;
mod past;
mod purger;
mod rules;
mod sessions;
mod visitor;
mod writer;

use std::{sync::atomic::Ordering, thread, time::Duration};

use colca_tests::{keys, random::Random};

use crate::{
    arguments::Arguments,
    course::Course,
    plant::Plant,
    report::{Report, Table},
    shelf::{Format, Shelf},
};
use edges::{Door, Edges};
use visitor::{Done, Machine};

/// How many of each kind of client there are for what stays, and for what comes and goes. Each has a root of its own.
const EACH: [usize; 2] = [2, 1];

/// All that the threads share.
#[derive(Debug)]
struct Scene {
    /// Two that stay, one of each format, and two that come and go.
    shelves: [Shelf; 4],
    edges: Edges,
    sessions: sessions::Sessions,
    past: past::Past,
    writes: writer::Writes,
    purger: purger::Purger,
    by_address: dnf::ByAddress,
    /// Of the clients of each of the four.
    done: [Done; 4],
}

/// Runs the stage.
pub(crate) fn run(arguments: &Arguments, report: &mut Report) -> Result<(), String> {
    let scene = Scene {
        shelves: [
            ("soak-dnf", Format::Rpm),
            ("soak-apt", Format::Deb),
            ("soak-old-dnf", Format::Rpm),
            ("soak-old-apt", Format::Deb),
        ]
        .map(|(name, format)| Shelf::new(name, format)),
        edges: Edges::new(arguments.seed),
        sessions: sessions::Sessions::default(),
        past: past::Past::default(),
        writes: writer::Writes::default(),
        purger: purger::Purger::default(),
        by_address: dnf::ByAddress::default(),
        done: Default::default(),
    };
    // Preparing it takes part in nothing that is promised; but what fails then fails as a violation, with words.
    let course = Course::of(Duration::MAX);
    let signing =
        course.watch("before it began", || keys::sign(&scene.shelves.each_ref().map(|shelf| &shelf.repository)));
    if signing.is_none() {
        return course.verdict();
    }
    let verdict = scene.prepare().and_then(|files| {
        eprintln!("prepared after {} s", course.elapsed().as_secs());
        scene.play(&files, arguments)
    });
    eprintln!("all that was under way is done after {} s", course.elapsed().as_secs());
    let table = report.table("clients");
    let told = course.watch("in the end", || scene.tell(table, verdict.is_err()));
    // Signed by no key of ours any more, whatever was violated.
    course.watch("in the end", || drop(signing));
    verdict.and(told.map_or_else(|| course.verdict(), Ok))
}

impl Scene {
    /// Publishes the first packages: the repository files that clients have.
    fn prepare(&self) -> Result<[String; 4], String> {
        let (course, time) = (&Course::of(Duration::MAX), &Course::of(Duration::MAX));
        let publish = |(number, shelf)| {
            let begin = if number < 2 { writer::begin } else { purger::Purger::begin };
            course.watch("before it began", || begin(shelf));
        };
        thread::scope(|scope| {
            // What is superseded here already is what is swept first.
            scope.spawn(|| course.watch("time", || self.past.go_on(&self.shelves, &self.sessions, time)));
            let all: Vec<_> = self.shelves.iter().enumerate().map(|one| scope.spawn(move || publish(one))).collect();
            for one in all {
                let _ = one.join();
            }
            time.end();
        });
        course.verdict()?;
        let file =
            |shelf: &Shelf| shelf.repository.file(if shelf.format == Format::Rpm { "repo" } else { "repo.sources" });
        let files = course.watch("before it began", || self.shelves.each_ref().map(file));
        course.verdict().and_then(|()| files.ok_or_else(|| "there are no repository files".to_owned()))
    }

    /// All at once.
    fn play(&self, files: &[String; 4], arguments: &Arguments) -> Result<(), String> {
        let course = &Course::of(arguments.bound);
        thread::scope(|scope| {
            scope.spawn(|| course.watch("time", || self.past.go_on(&self.shelves, &self.sessions, course)));
            if arguments.plant == Some(Plant::Mismatch) {
                scope.spawn(|| {
                    course.watch("planting", || self.shelves[..2].iter().for_each(|shelf| Plant::Mismatch.set(shelf)))
                });
            }
            let door = self.edges.door();
            scope.spawn(move || course.watch("dnf by address", || self.by_address.go_on(&files[0], &door, course)));
            for (number, (shelf, file)) in self.shelves.iter().zip(files).enumerate() {
                let (comes_and_goes, mut random) = (number >= 2, Random::of(arguments.seed, 1000 + number));
                scope.spawn(move || {
                    course.watch("the writer", || match comes_and_goes {
                        false => writer::write(shelf, &mut random, &self.writes, course),
                        true => self.purger.go_on(shelf, &mut random, course),
                    })
                });
                for client in 0..EACH[usize::from(comes_and_goes)] {
                    let mut random = Random::of(arguments.seed, 2000 + 10 * number + client);
                    let (door, done) = (self.edges.door(), &self.done[number]);
                    let new = |door: &Door| -> Box<dyn Machine> {
                        match shelf.format {
                            Format::Rpm => Box::new(dnf::Dnf::new(file, door)),
                            Format::Deb => Box::new(apt::Apt::new(file, door)),
                        }
                    };
                    scope.spawn(move || {
                        let work = || {
                            visitor::go_on(&new, (&mut random, &door, comes_and_goes), (done, &self.sessions, course));
                        };
                        course.watch(
                            &format!("{:?} client {client} of {}", shelf.format, shelf.repository.project),
                            work,
                        );
                    });
                }
            }
        });
        course.verdict()
    }

    /// The figures.
    fn tell(&self, table: &mut Table, is_violated: bool) {
        let all =
            |of: fn(&Done) -> u64, which: &[usize]| which.iter().map(|number| of(&self.done[*number])).sum::<u64>();
        let refreshes = |done: &Done| done.refreshes.load(Ordering::Relaxed);
        let installs = |done: &Done| done.installs.load(Ordering::Relaxed);
        table.row("refreshes", all(refreshes, &[0, 1]));
        table.row("installs", all(installs, &[0, 1]));
        table.row("refreshes of what is purged and restored meanwhile", all(refreshes, &[2, 3]));
        table.row("installs from that", all(installs, &[2, 3]));
        table.row("times it was found to be gone", all(|done| done.gone.load(Ordering::Relaxed), &[2, 3]));
        table.row("failures", u64::from(is_violated));
        for (what, figure) in self.purger.counts().into_iter().chain(self.by_address.counts()) {
            table.row(what, figure);
        }
        for (what, figure) in self.writes.counts() {
            table.row(what, figure);
        }
        for (what, figure) in self.past.counts() {
            table.row(what, figure);
        }
        let by_format = [all(refreshes, &[0, 2]), all(refreshes, &[1, 3])];
        for (what, figure) in self.edges.counts(if is_violated { [0, 0] } else { by_format }) {
            table.row(what, figure);
        }
        for (shelf, done) in self.shelves[..2].iter().zip(&self.done) {
            let did = [refreshes(done), installs(done)];
            assert!(is_violated || !did.contains(&0), "in vain: {did:?} refreshes and installs of {:?}", shelf.format);
        }
    }
}
