//! A way to publish: what all of them have in common, and what is found out about each.

use std::{
    collections::BTreeSet,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use colca_tests::{tiny, upload::Package};

use crate::{
    course::{Course, lock},
    report::Report,
    shelf::Format,
};

/// What one client sees at one moment.
#[derive(Debug, Default)]
pub(crate) struct Sight {
    /// The SHA-256 of all packages that are listed, as far as it can be read.
    pub(crate) listed: BTreeSet<String>,
    /// What makes clients give up: a file is missing that another names, or has another checksum.
    pub(crate) broken: Option<String>,
}

/// A way to publish.
pub(crate) trait Way: Sync {
    /// As it stands in the tables.
    fn name(&self) -> String;

    /// What it publishes.
    fn format(&self) -> Format;

    /// Publishes one package more, as one run of a CI does: whether it said that it had. Who waits for somebody waits no longer
    /// than the course goes on.
    fn publish(&self, package: &Package, course: &Course) -> bool;

    /// Reads what is public.
    fn look(&self) -> Sight;
}

/// Has CIs publish at once, each one package after the other, and a client look on. After the course nothing new begins.
pub(crate) fn measure(way: &dyn Way, (cis, rounds): (usize, usize), course: &Course, report: &mut Report) {
    let said = Mutex::new(BTreeSet::new());
    let [failed, looks, broken] = [const { AtomicU64::new(0) }; 3];
    let example = Mutex::new(String::new());
    let watching = Course::of(Duration::MAX);
    let begun = Instant::now();
    let run = |ci: usize| {
        for round in (0..rounds).take_while(|_| course.goes_on()) {
            let name = format!("ci{ci}x{round}");
            let package = match way.format() {
                Format::Rpm => tiny::rpm(&name, "1.0", "a test"),
                Format::Deb => tiny::deb(&name, "1.0", "a test"),
            };
            if way.publish(&package, course) {
                lock(&said).insert(package.sha256());
            } else {
                failed.fetch_add(1, Ordering::Relaxed);
            }
        }
    };
    let run = &run;
    thread::scope(|scope| {
        scope.spawn(|| {
            course.watch("a client", || {
                while watching.goes_on() {
                    looks.fetch_add(1, Ordering::Relaxed);
                    if let Some(what) = way.look().broken {
                        broken.fetch_add(1, Ordering::Relaxed);
                        *lock(&example) = what;
                    }
                    watching.pause(Duration::from_millis(100));
                }
            });
        });
        let all: Vec<_> = (0..cis).map(|ci| scope.spawn(move || course.watch("a CI", || run(ci)))).collect();
        for one in all {
            let _ = one.join();
        }
        watching.end();
    });
    let table = report.table(&format!("{}, {cis} CIs at once", way.name()));
    let said = lock(&said);
    table.row("packages published, as it said", said.len());
    table.row("runs that failed and said so", failed.load(Ordering::Relaxed));
    let end = course.watch("in the end", || way.look()).unwrap_or_default();
    table.row("of them lost: not listed in the end", said.difference(&end.listed).count());
    table.row("times a client read the metadata", looks.load(Ordering::Relaxed));
    table.row("of these with a file missing or of another checksum", broken.load(Ordering::Relaxed));
    let example = lock(&example).clone();
    for (what, broken) in [("for example", Some(example)), ("what is wrong in the end", end.broken)] {
        if let Some(broken) = broken.filter(|broken| !broken.is_empty()) {
            table.row(what, broken);
        }
    }
    table.row("seconds", begun.elapsed().as_secs());
}
