//! What a function leaves behind that dies: of an upload, when it had made the public copy and somebody else was registered under
//! the same name before its message came again; of a build, when the message never came again.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use colca_model::RepoPath;
use colca_runtime::Services;
use colca_store::{Change, Garbage, Owner, Purpose, Status, What};
use serde_json::Value;
use tokio::time::sleep;

use crate::cloud::{Ask, STORE};
use crate::heard;
use crate::lambda::Lambda;
use crate::many::with_room;
use crate::package::{Format, Package};
use crate::process::Process;
use crate::story::{in_its_own_time, sweep};
use crate::user::User;
use crate::world::World;

const REPOSITORY: &str = "p/main/0/centos/9";
const TOP: &str = "repos/p/main/0/centos/9/flavors/default";

/// A user of a world in which nothing goes wrong by itself.
fn user() -> User {
    let world = World::new(1);
    world.calm_down();
    let lambda = Lambda::start(&world);
    User { number: 1, world, lambda, repositories: vec![REPOSITORY.to_owned()], expected: Arc::<Mutex<_>>::default() }
}

fn path() -> RepoPath {
    format!("{REPOSITORY}/flavors/default").parse().expect("a path")
}

/// Makes the copy that an upload gets.
async fn copied(user: &User, ticket: &Value, package: &Package) -> String {
    let key = format!("{TOP}/x86_64/{}", package.filename);
    let upload = ticket["upload_id"].as_str().expect("an id").to_owned();
    let headers = [("x-amz-meta-upload".to_owned(), upload), ("cache-control".to_owned(), "immutable".to_owned())];
    let ask = Ask::new("PUT", &format!("http://cloud/{STORE}/{key}"), BTreeMap::from(headers), package.bytes.clone());
    assert_eq!(user.world.answer(&ask).await.status, 200);
    key
}

async fn another_is_registered_first(content: [&str; 2]) -> Vec<String> {
    let user = user();
    let [first, second] = content.map(|content| Package::new(Format::Rpm, "shared", content));
    let tickets = [user.ticket(REPOSITORY, &first).await, user.ticket(REPOSITORY, &second).await];
    copied(&user, &tickets[1], &second).await;
    for (ticket, package) in tickets.iter().zip([&first, &second]) {
        user.put(ticket, package).await;
        assert!(user.is_registered(ticket).await, "{ticket}");
    }
    sweep(&user.world).await;
    user.world.published.violations()
}

/// A copy that was given up, of an upload that has not ended.
async fn is_noted_and_awaited() -> [bool; 2] {
    let user = user();
    let package = Package::new(Format::Rpm, "shared", "one");
    let ticket = user.ticket(REPOSITORY, &package).await;
    let key = copied(&user, &ticket, &package).await;
    let owner = Owner::File {
        repository: path(),
        arch: Format::Rpm.arch().parse().expect("a name"),
        filename: package.filename.parse().expect("a name"),
    };
    let services = Process::start(&user.world).services;
    services.jobs.discard([Garbage::new(key.clone(), owner)], user.world.now()).await.expect("noted");
    let is_there = async |after| {
        sleep(after).await;
        user.world.cloud.s3.look(STORE, |store| store.get(&key).is_some())
    };
    // A ticket is good for an hour, and S3 may take the bytes for another one.
    let before = is_there(Duration::from_mins(30)).await;
    [before, is_there(Duration::from_hours(6)).await]
}

/// The first is registered while the copy of one lies under the plain name; that one comes too late and is given up, and its copy swept.
/// What replaces the first then must not get that name.
async fn a_name_that_was_swept() -> Vec<String> {
    let user = user();
    let [late, first, third] = ["late", "first", "third"].map(|content| Package::new(Format::Rpm, "shared", content));
    let tickets = [user.ticket(REPOSITORY, &late).await, user.ticket(REPOSITORY, &first).await];
    let key = copied(&user, &tickets[0], &late).await;
    user.put(&tickets[1], &first).await;
    assert!(user.is_registered(&tickets[1]).await);
    user.put(&tickets[0], &late).await;
    assert!(!user.is_registered(&tickets[0]).await, "the later ticket wins");
    sweep(&user.world).await;
    assert!(!user.world.cloud.s3.look(STORE, |store| store.get(&key).is_some()));
    let ticket = user.ticket(REPOSITORY, &third).await;
    user.put(&ticket, &third).await;
    assert!(user.is_registered(&ticket).await);
    sweep(&user.world).await;
    user.world.published.violations()
}

/// How far the last builder came that died at a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum CameTo {
    Lease,
    Wish,
    Word,
    End,
}

/// What the builder does that dies.
async fn build(services: &Services, came: CameTo) -> colca_store::Result<()> {
    let path = path();
    let now = services.clock.now();
    let lease = services
        .catalog
        .lease(&path, "message", Purpose::Changes, now, now + Duration::from_secs(15))
        .await?
        .expect("a free one");
    let wish = Change::new(services.ids.upload_id(), What::Asked { anew: true, all: false });
    if came >= CameTo::Wish {
        services.catalog.add_change(&path, &wish).await?;
    }
    if came >= CameTo::Word {
        services.tell(&path, Status::Building, &lease.fence).await?;
    }
    if came == CameTo::End {
        services.catalog.release(&path, &lease, false).await?;
    }
    Ok(())
}

/// The message of a repository with nothing to publish came again, until it was given up; `settings` are those from then on.
async fn every_builder_dies(came: CameTo, settings: &str) -> Vec<String> {
    let user = user();
    heard::listen(&user.world).await;
    let package = Package::new(Format::Rpm, "shared", "one");
    let ticket = user.ticket(REPOSITORY, &package).await;
    user.put(&ticket, &package).await;
    assert!(user.is_registered(&ticket).await, "{ticket}");
    sweep(&user.world).await;
    heard::configure(&user.world, settings).await;
    build(&Process::start(&user.world).services, came).await.expect("nothing goes wrong here");
    sweep(&user.world).await;
    heard::compare(&user.world);
    let changes = Process::start(&user.world).services.catalog.changes(&path()).await.expect("nothing goes wrong here");
    assert_eq!(changes, [], "{came:?}");
    user.world.published.violations()
}

#[test]
fn whatever_a_builder_left_that_nobody_followed_is_done_and_told() {
    let disabled = format!("{}repos.p.disabled = true\n", heard::SETTINGS);
    let as_before = [CameTo::Lease, CameTo::Wish, CameTo::Word, CameTo::End].map(|came| (came, heard::SETTINGS));
    for (came, settings) in as_before.into_iter().chain([(CameTo::Lease, &disabled[..])]) {
        let settings = settings.to_owned();
        let violations = with_room(move || in_its_own_time(every_builder_dies(came, &settings)));
        assert_eq!(violations.expect("no panic"), [""; 0], "{came:?}");
    }
}

#[test]
fn nobody_gets_a_name_that_was_swept() {
    let violations = with_room(|| in_its_own_time(a_name_that_was_swept()));
    assert_eq!(violations.expect("no panic"), [""; 0]);
}

#[test]
fn what_may_be_registered_yet_is_not_swept() {
    let is_there = with_room(|| in_its_own_time(is_noted_and_awaited()));
    assert_eq!(is_there.expect("no panic"), [true, false]);
}

#[test]
fn other_bytes_take_the_place_that_was_made_for_them() {
    let violations = with_room(|| in_its_own_time(another_is_registered_first(["one", "another"])));
    assert_eq!(violations.expect("no panic"), [""; 0]);
}

#[test]
fn the_copy_of_the_same_bytes_is_swept() {
    let violations = with_room(|| in_its_own_time(another_is_registered_first(["the same", "the same"])));
    assert_eq!(violations.expect("no panic"), [""; 0]);
}
