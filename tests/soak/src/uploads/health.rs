//! Whether the stack is well after all that was done to it: every function that was killed does its work again, and nothing is
//! left in its queues.

use std::{
    sync::atomic::AtomicU64,
    time::{Duration, Instant},
};

use colca_tests::{Client, Response, aws, chacra, deliveries, functions, upload, upload::text, wait};
use serde_json::json;

use crate::{
    again,
    shelf::{Format, From, Shelf},
};

/// How long that may take.
const PATIENCE: Duration = Duration::from_secs(300);

/// How long a message of a builder that was killed is waited for: it comes again half a minute later.
const DRAIN: Duration = Duration::from_secs(90);

/// Waits until a package that is uploaded now is published, and until that is deleted again: how long it took.
///
/// # Panics
/// If it is not.
pub(crate) fn check() -> Duration {
    let begun = Instant::now();
    let asked = AtomicU64::new(0);
    let ask = |what: &str, request: &dyn Fn() -> Response| again::ask(what, &asked, request);
    let shelf = Shelf::new("soak-after", Format::Rpm);
    let package = shelf.package("after", "all is over");
    let ticket = ask("a ticket", &|| upload::ticket(&package.request(&shelf.repository))).expect(201).json();
    let _ = ask("a PUT", &|| upload::put(&ticket, &package.bytes)).expect(200);
    let url = format!("/uploads/{}", text(&ticket["upload_id"]));
    wait::until_within(PATIENCE, "an upload to be published when nobody is killed any more", || {
        let state = ask("an upload", &|| Client::uploader().get(&url)).expect(200).json();
        (state["published"] == json!(true)).then_some(())
    });
    let url = chacra::repository(&shelf.repository);
    let deleted = ask("a deletion", &|| Client::uploader().send("DELETE", &url, &[], &[]));
    assert!([200, 204, 404].contains(&deleted.status), "{url}: {} {}", deleted.status, deleted.text());
    wait::until_within(PATIENCE, "a deleted repository to go", || shelf.listed(From::Store).is_none().then_some(()));
    aws::invoke(functions::deployed("reap"), &json!({}));
    begun.elapsed()
}

/// Takes away what dead functions have left in the queues, all of which was made good: by itself it would come again a quarter of
/// an hour later, in the middle of something else.
pub(crate) fn tidy_up() {
    let queue = "COLCA_BUILD_QUEUE_URL";
    let begun = Instant::now();
    while deliveries::waiting(queue) > 0 && begun.elapsed() < DRAIN {
        std::thread::sleep(Duration::from_secs(1));
    }
    for queue in [queue, "COLCA_INGEST_QUEUE_URL"] {
        deliveries::purge(queue);
    }
}
