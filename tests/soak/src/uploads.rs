//! Many upload, replace and delete in a few repositories, while processes of the functions are killed.
//!
//! In the end every package that was said to be registered, and neither replaced nor deleted, must be listed once and be
//! there as it was sent; and nothing else may be listed. Meanwhile a reader checks all metadata through the CDN.

mod hands;
mod killer;
mod ledger;
mod log;
mod reader;
mod uploader;

use std::{
    thread,
    time::{Duration, Instant},
};

use colca_tests::{aws, deliveries, functions, random::Random, stack};
use serde_json::json;

use crate::{
    arguments::Arguments,
    course::{Course, lock},
    report::Report,
    shelf::{Format, Shelf},
};
use hands::Hands;
use ledger::Ledger;
use log::Log;
use uploader::Uploader;

/// How many repositories they share.
const SHELVES: usize = 6;

/// How long what was begun may take to end once nothing new begins: more than a killed builder's message needs to come again.
const DRAIN: Duration = Duration::from_secs(300);

/// How often the sweep is asked to run, which it does by itself once a minute.
const SWEEP: Duration = Duration::from_secs(10);

/// Runs the stage.
pub(crate) fn run(arguments: &Arguments, report: &mut Report) -> Result<(), String> {
    let formats = [Format::Rpm, Format::Deb];
    let shelves: Vec<_> =
        (0..SHELVES).map(|number| Shelf::new(&format!("soak-{number}"), formats[number % 2])).collect();
    let (course, uploading) = (Course::of(arguments.bound + DRAIN), Course::of(arguments.bound));
    let (ledger, hands, log) = (Ledger::default(), Hands::default(), Log::from_now());
    let killed = thread::scope(|scope| {
        let killer = scope.spawn(|| {
            let random = Random::of(arguments.seed, usize::MAX);
            course.watch("the killer", || killer::kill(random, &uploading, &course)).unwrap_or_default()
        });
        scope.spawn(|| course.watch("a reader", || reader::read(&shelves, &ledger, &course)));
        scope.spawn(|| course.watch("the sweep", || sweep(&course)));
        let uploaders: Vec<_> = (0..arguments.uploaders)
            .map(|number| {
                let shelf = number % SHELVES;
                let uploader = Uploader::new(arguments.seed, number, (shelf, &shelves[shelf]), (&ledger, &hands));
                let (course, uploading) = (&course, &uploading);
                scope.spawn(move || {
                    let who = format!("uploader {number}");
                    course.watch(&who, || uploader.run(arguments.rounds, uploading, course));
                })
            })
            .collect();
        for uploader in uploaders {
            let _ = uploader.join();
        }
        uploading.end();
        let killed = killer.join().unwrap_or_default();
        let sent = uploading.elapsed();
        course.watch("in the end", || settle(&shelves, &course));
        course.end();
        eprintln!("sent after {} s, settled after {} s", sent.as_secs(), course.elapsed().as_secs());
        killed
    });

    let checked = course.watch("in the end", || ledger.check(&shelves));
    let table = report.table("uploads");
    table.row("uploaders", arguments.uploaders);
    table.row("repositories", SHELVES);
    for (what, count) in hands.counts() {
        table.row(what, count);
    }
    table.row("processes killed", killed);
    course.watch("the figures", || {
        let begun: u64 = shelves.iter().map(begun).sum();
        let published: usize = shelves.iter().map(published).sum();
        table.row("builds begun", begun);
        table.row("builds that published", published);
        table.row("builds killed, or overtaken by another", begun.saturating_sub(published as u64));
        let names = ["COLCA_INGEST_DLQ_URL", "COLCA_BUILD_DLQ_URL"];
        table
            .row("messages given up by a queue, done by the sweep", names.map(deliveries::waiting).iter().sum::<u64>());
    });
    for (what, count) in log.counts() {
        table.row(what, count);
    }
    table.row("metadata read and checked through the CDN meanwhile", lock(&ledger.read).to_owned());
    table.times("from the end of a PUT to listed", ledger.times());
    if let Some(listed) = checked {
        table.row("packages listed in the end, each checked", listed);
        table.row("lost, twice, of another checksum", 0);
    }
    course.verdict()
}

/// Nobody waits for minutes where nothing happens: what was forgotten is looked for more often.
fn sweep(course: &Course) {
    while course.goes_on() {
        course.pause(SWEEP);
        // One that is killed is only one that the next makes good.
        let _ = aws::invoked(functions::deployed("reap"), &json!({}));
    }
}

/// Waits until nothing is pending anywhere.
fn settle(shelves: &[Shelf], course: &Course) {
    let begun = Instant::now();
    for Shelf { repository, .. } in shelves {
        loop {
            let object = repository.object();
            let busy = |object: &serde_json::Value| {
                ["needs_update", "is_queued", "is_updating"].iter().any(|flag| object[flag] == json!(true))
            };
            if !object.as_ref().is_some_and(busy) {
                break;
            }
            assert!(begun.elapsed() < DRAIN, "{} does not settle: {object:?}", repository.prefix());
            if !course.goes_on() {
                return;
            }
            thread::sleep(Duration::from_millis(500));
        }
    }
}

/// Each build takes a revision's number when it begins.
fn begun(shelf: &Shelf) -> u64 {
    shelf.repository.object().and_then(|object| object["revision"].as_u64()).unwrap_or(0)
}

/// Each publish writes the entry file; the first thousand are counted.
fn published(shelf: &Shelf) -> usize {
    let entry = match shelf.format {
        Format::Rpm => "noarch/repodata/repomd.xml",
        Format::Deb => "dists/bookworm/Release",
    };
    aws::versions(stack().store(), &format!("{}/{entry}", shelf.repository.prefix()))
}
