//! Many upload, replace and delete in a few repositories, while processes of the functions are killed.
//!
//! In the end every package that was said to be registered, and neither replaced nor deleted, must be listed once and be
//! there as it was sent; and nothing else may be listed. Meanwhile a reader checks all metadata through the CDN.

mod dead_letters;
mod hands;
mod health;
mod killer;
mod ledger;
mod log;
mod reader;
mod uploader;

use std::{
    thread,
    time::{Duration, Instant},
};

use colca_tests::{aws, random::Random, stack};
use serde_json::json;

use crate::{
    arguments::Arguments,
    course::{Course, lock},
    plant::Plant,
    report::{Report, Table},
    shelf::{Format, Shelf},
};
use hands::Hands;
use ledger::Ledger;
use log::Log;
use uploader::Uploader;

/// How many repositories they share.
const SHELVES: usize = 6;

/// How long what was begun may take to end once nothing new begins: many times what a killed builder's message needs to come
/// again.
const DRAIN: Duration = Duration::from_secs(600);

/// How long what is planted takes to begin.
const PLANTED: Duration = Duration::from_secs(5);

/// Runs the stage.
pub(crate) fn run(arguments: &Arguments, report: &mut Report) -> Result<(), String> {
    let formats = [Format::Rpm, Format::Deb];
    let shelves: Vec<_> =
        (0..SHELVES).map(|number| Shelf::new(&format!("soak-{number}"), formats[number % 2])).collect();
    let (course, uploading) = (Course::of(arguments.bound + 2 * DRAIN), Course::of(arguments.bound));
    let (ledger, hands, log) = (Ledger::default(), Hands::default(), Log::from_now());
    let before = dead_letters::before();
    let killed = thread::scope(|scope| {
        let killer = scope.spawn(|| {
            let random = Random::of(arguments.seed, usize::MAX);
            course.watch("the killer", || killer::kill(random, &hands, &uploading, &course)).unwrap_or_default()
        });
        scope.spawn(|| course.watch("a reader", || reader::read(&shelves, &ledger, &course)));
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
        course.watch("in the end", || {
            settle(&shelves, &course);
            if let Some(plant @ (Plant::Lost | Plant::Checksum)) = arguments.plant {
                plant.set(&shelves[0]);
                thread::sleep(PLANTED);
                settle(&shelves, &course);
            }
        });
        course.end();
        eprintln!("sent after {} s, settled after {} s", sent.as_secs(), course.elapsed().as_secs());
        killed
    });

    let checked = course.verdict().is_ok().then(|| course.watch("in the end", || ledger.check(&shelves))).flatten();
    course.watch("in the end", health::tidy_up);
    let well = course.watch("afterwards", health::check);
    let mut words = ledger.ids();
    words.extend(shelves.iter().map(|shelf| shelf.repository.project.clone()));
    let dead = course.watch("the dead letters", || dead_letters::take_out(&words, &before)).unwrap_or_default();
    let table = report.table("uploads");
    table.row("uploaders", arguments.uploaders);
    table.row("repositories", SHELVES);
    for (what, count) in hands.counts() {
        table.row(what, count);
    }
    table.row("processes killed", killed);
    course.watch("the figures", || {
        let published = builds(&shelves, table);
        let did = published > 0 && killed > 0;
        assert!(did || course.verdict().is_err(), "in vain: {published} builds published, {killed} processes killed");
    });
    table.row("messages that a queue gave up, made good by the sweep, and taken out", dead.ours);
    table.row("messages that it gave up of others, left there", dead.others);
    for (what, count) in log.counts() {
        table.row(what, count);
    }
    table.row("metadata read and checked through the CDN meanwhile", lock(&ledger.read).to_owned());
    table.times("from the end of a PUT to listed", ledger.times());
    if let Some(listed) = checked {
        table.row("packages listed in the end, each checked", listed);
        table.row("lost, twice, of another checksum", 0);
    }
    if let Some(took) = well {
        table.row("after all that, seconds in which the stack took, published and deleted a package", took.as_secs());
    }
    course.verdict()
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

/// Each build takes a revision's number when it begins, and each publish writes the entry file; of each repository the first
/// thousand are counted. How many published.
fn builds(shelves: &[Shelf], table: &mut Table) -> u64 {
    let (mut begun, mut published) = (0, 0);
    for Shelf { repository, format } in shelves {
        let entry = match format {
            Format::Rpm => "noarch/repodata/repomd.xml",
            Format::Deb => "dists/bookworm/Release",
        };
        begun += repository.object().and_then(|object| object["revision"].as_u64()).unwrap_or(0);
        published += aws::versions(stack().store(), &format!("{}/{entry}", repository.prefix())) as u64;
    }
    table.row("builds begun", begun);
    table.row("builds that published", published);
    table.row("builds killed, or begun again", begun.saturating_sub(published));
    published
}
