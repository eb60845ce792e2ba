//! dnf and apt refresh and install, over and over, through edges of a CDN that remember entry files for up to a minute, each
//! for itself, and forget whatever they like. Meanwhile packages come, are replaced and deleted, and what was superseded is
//! swept. All of it is signed, and everything is checked. No refresh and no install may fail.

mod apt;
mod cache;
mod dnf;
mod edges;
mod grace;
mod rules;
mod writer;

use std::{
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::Duration,
};

use colca_tests::{functions, keys, random::Random};

use crate::{
    arguments::Arguments,
    course::Course,
    report::Report,
    shelf::{Format, Shelf},
};
use edges::Edges;

/// What is superseded stays so long, in seconds: longer than an entry file is remembered and a client at work.
const GRACE: u64 = 150;

/// How many of each kind of client there are. Each has a root of its own.
const EACH: usize = 2;

/// What clients did so far.
#[derive(Debug, Default)]
pub(crate) struct Done {
    refreshes: AtomicU64,
    installs: AtomicU64,
    failures: AtomicU64,
}

impl Done {
    fn refreshed(&self) {
        self.refreshes.fetch_add(1, Ordering::Relaxed);
    }

    fn installed(&self) {
        self.installs.fetch_add(1, Ordering::Relaxed);
    }

    fn failed(&self) {
        self.failures.fetch_add(1, Ordering::Relaxed);
    }
}

/// Runs the stage.
pub(crate) fn run(arguments: &Arguments, report: &mut Report) -> Result<(), String> {
    // Preparing it takes part in nothing that is promised; but what fails then fails as a violation, with words.
    let course = Course::of(Duration::MAX);
    let Some((grace, shelves)) = course.watch("before it began", || {
        let grace = grace::of(GRACE);
        (grace, [Shelf::new("soak-dnf", Format::Rpm), Shelf::new("soak-apt", Format::Deb)])
    }) else {
        return course.verdict();
    };
    let repositories = shelves.each_ref().map(|shelf| &shelf.repository);
    let Some(signing) = course.watch("before it began", || {
        let signing = keys::sign(&repositories);
        shelves.iter().for_each(writer::begin);
        signing
    }) else {
        return course.verdict();
    };
    let edges = Edges::open(arguments.seed);
    let (course, writes) = (Course::of(arguments.bound), writer::Writes::default());
    let [done, unlisted] = [Done::default(), Done::default()];
    thread::scope(|scope| {
        let (course, done, edges, writes) = (&course, &done, &edges, &writes);
        scope.spawn(|| {
            course.watch("dnf by address", || dnf::go_on_by_address(&shelves[0], edges, &unlisted, course));
        });
        for (number, shelf) in shelves.iter().enumerate() {
            let mut random = Random::of(arguments.seed, 1000 + number);
            scope.spawn(move || course.watch("the writer", || writer::write(shelf, &mut random, writes, course)));
            for client in 0..EACH {
                let mut random = Random::of(arguments.seed, 2000 + EACH * number + client);
                scope.spawn(move || {
                    let work = || match shelf.format {
                        Format::Rpm => dnf::go_on(shelf, &mut random, edges, done, course),
                        Format::Deb => apt::go_on(shelf, &mut random, edges, done, course),
                    };
                    course.watch(&format!("{:?} client {client}", shelf.format), work);
                });
            }
        }
    });
    let table = report.table("clients");
    let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    table.row("refreshes", count(&done.refreshes));
    table.row("installs", count(&done.installs));
    table.row("failures", u64::from(course.verdict().is_err()));
    table.row("for comparison, refreshes by `baseurl` instead of `mirrorlist`", count(&unlisted.refreshes));
    table.row("of these failed", count(&unlisted.failures));
    course.watch("in the end", || {
        for (what, figure) in edges.counts().into_iter().chain(writes.counts()) {
            table.row(what, figure);
        }
        let logged = functions::logged("reap");
        let swept: usize = shelves.iter().map(|shelf| writer::swept(shelf, &logged)).sum();
        table.row("superseded objects that were swept meanwhile", swept);
        drop(signing);
        drop(grace);
    });
    course.verdict()
}
