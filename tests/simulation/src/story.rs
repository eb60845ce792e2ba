//! One story, from a seed: users, functions and weather; then calm, and a look at what came of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use colca_store::ObjectKey;
use futures::future::join_all;
use tokio::task::{LocalSet, spawn_local};
use tokio::time::sleep;

use crate::cloud::{Bucket, GIVEN_UP, INCOMING, STORE};
use crate::heard;
use crate::lambda::Lambda;
use crate::named::Named;
use crate::package::Format;
use crate::published::top;
use crate::user::{Expected, User};
use crate::weather::{FROZEN, LATE};
use crate::world::{Counts, World};

/// How long all may take to become quiet, once nothing goes wrong any more: longer than any message is hidden, several times.
const SETTLES: Duration = Duration::from_secs(4 * 3600);

/// How long what went wrong goes on after nothing new goes wrong.
const AFTERMATH: Duration = Duration::from_millis(if LATE > FROZEN { LATE } else { FROZEN });

/// How long until all garbage is gone: unfinished work is kept for an hour, and everything is looked at twice.
const SWEPT: Duration = Duration::from_secs(5 * 3600);

/// What came of a story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ending {
    pub(crate) seed: u64,
    pub(crate) violations: Vec<String>,
    pub(crate) counts: Counts,
}

/// Tells a story, in its own time.
///
/// # Panics
/// If the code that is simulated does.
pub(crate) fn tell(seed: u64) -> Ending {
    // What the SDK and tokio leave to chance comes from here, too.
    fastrand::seed(seed);
    in_its_own_time(async {
        let world = World::new(seed);
        act(&world).await;
        let mut counts = world.counts();
        counts.insert("published", world.published.count());
        counts.insert("told", world.cloud.sqs.told.all().len() as u64);
        counts.insert(GIVEN_UP, 0);
        counts.extend(world.cloud.sqs.counts());
        Ending { seed, violations: world.published.violations(), counts }
    })
}

/// Runs something in which hours take no longer than what is done in them.
pub(crate) fn in_its_own_time<T>(story: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
    LocalSet::new().block_on(&runtime.expect("a runtime"), story)
}

async fn act(world: &Arc<World>) {
    // What is told must not matter to what is done.
    let is_heard = !world.chance.one_in(4);
    if is_heard {
        heard::listen(world).await;
    }
    let lambda = Lambda::start(world);
    let expected = Arc::<Mutex<Expected>>::default();
    let repository = |number| format!("p/main/{number}/{}", world.chance.pick(&Format::ALL).distro());
    let repositories: Vec<_> = (0..=world.chance.below(2)).map(repository).collect();
    let users = (0..2 + world.chance.below(5)).map(|number| {
        let (world, lambda, expected) = (world.clone(), lambda.clone(), expected.clone());
        let user = User { number, world, lambda, repositories: repositories.clone(), expected };
        let steps = 2 + user.world.chance.below(8);
        spawn_local(user.live(steps))
    });
    for user in join_all(users).await {
        if let Err(error) = user {
            std::panic::resume_unwind(error.into_panic());
        }
    }
    world.calm_down();
    // Who stands still, and what is late, counts as trouble until it is over.
    sleep(AFTERMATH).await;
    settle(world).await;
    let look = || {
        compare(world, &expected.lock().expect("no other thread").clone());
        if is_heard {
            heard::compare(world);
        }
    };
    look();
    sweep(world).await;
    // Calls that were late, PUTs that came once more, and processes that stood still have come to their end only now.
    look();
}

/// Waits until the grace is over, and looks at what is left.
pub(crate) async fn sweep(world: &World) {
    sleep(SWEPT).await;
    settle(world).await;
    nothing_else(world);
}

/// Waits until nobody has anything to do.
async fn settle(world: &World) {
    let step = Duration::from_secs(5);
    for _ in 0..SETTLES.as_secs() / step.as_secs() {
        sleep(step).await;
        if world.cloud.sqs.len() == 0 && dirty(world).is_empty() && unannounced(world).is_empty() {
            return;
        }
    }
    world.violated(format!(
        "after {SETTLES:?} there is still work: {} messages, {:?}, {:?}",
        world.cloud.sqs.len(),
        dirty(world),
        unannounced(world)
    ));
}

/// The repositories that are to be built.
fn dirty(world: &World) -> Vec<String> {
    let items = world.cloud.dynamo.items("catalog", "REPO#");
    let dirty = serde_json::json!({"S": "dirty"});
    items.iter().filter(|item| item.get("dirty") == Some(&dirty)).map(|item| item["pk"]["S"].to_string()).collect()
}

/// The uploads that were registered by somebody who died before he told anybody.
fn unannounced(world: &World) -> Vec<String> {
    let items = world.cloud.dynamo.items("jobs", "UPLOAD#");
    let is_registered = |item: &serde_json::Map<_, _>| item["state"] == serde_json::json!({"S": "registered"});
    let items = items.iter().filter(|item| item.contains_key("due_kind") && is_registered(item));
    items.map(|item| item["pk"]["S"].to_string()).collect()
}

/// What is published is what is registered, and what users were told.
fn compare(world: &World, expected: &Expected) {
    let mut published: BTreeMap<(String, String), String> = BTreeMap::new();
    for (entry, Named { packages, .. }) in world.published.entries() {
        let repository = entry.trim_start_matches("repos/").split("/flavors/").next().unwrap_or_default().to_owned();
        for (filename, sums) in packages {
            let [sum] = &sums[..] else {
                world.violated(format!("{entry} lists {filename} {} times", sums.len()));
                continue;
            };
            if published.insert((repository.clone(), filename.clone()), sum.clone()).is_some() {
                world.violated(format!("{entry} lists {filename}, which another entry file of {repository} lists"));
            }
        }
    }
    let text = |item: &serde_json::Map<String, serde_json::Value>, name: &str| {
        item[name]["S"].as_str().unwrap_or_default().to_owned()
    };
    let registered: BTreeMap<_, _> = world
        .cloud
        .dynamo
        .items("catalog", "FILES#")
        .iter()
        .map(|item| {
            ((text(item, "pk").trim_start_matches("FILES#").to_owned(), text(item, "filename")), text(item, "sha256"))
        })
        .collect();
    if published != registered {
        world.violated(format!("published is {published:?}, and registered {registered:?}"));
    }
    for (place, allowed) in expected {
        let there = published.remove(place);
        if !allowed.contains(&there) {
            world.violated(format!("{place:?} is {there:?}, and should be one of {allowed:?}"));
        }
    }
    for place in published.keys() {
        world.violated(format!("{place:?} is published, and nobody uploaded it"));
    }
}

/// After the grace nothing is left of what nobody needs.
fn nothing_else(world: &World) {
    let entries = world.published.entries();
    let named: BTreeSet<_> = entries.values().flat_map(|named| named.keys.union(&named.beside)).collect();
    let is_kept = |key: &str| {
        let is_entry = entries.contains_key(key) || key == ObjectKey::Settings.path() || key.ends_with("/mirrorlist");
        let is_snapshot = entries
            .iter()
            .any(|(entry, Named { revision, .. })| key.starts_with(&format!("{}@{revision}/", &entry[..top(entry)])));
        // What the next revision is made from.
        let is_list = entries.keys().any(|entry| {
            key.strip_prefix("state/lists/")
                .is_some_and(|list| format!("repos/{list}").starts_with(&entry[..top(entry)]))
        });
        is_entry || is_snapshot || is_list || named.contains(&key.to_owned())
    };
    let all = |bucket, prefix| {
        let keys = |bucket: &Bucket| bucket.list(prefix).into_iter().map(|(key, _)| key.to_owned()).collect::<Vec<_>>();
        world.cloud.s3.look(bucket, keys)
    };
    let mut left = all(STORE, "");
    left.retain(|key| !is_kept(key));
    // An upload whose message was given up stays until the rule of the bucket takes it, as does what was sent through a process that died.
    if !world.cloud.sqs.counts().contains_key(GIVEN_UP) {
        left.extend(all(INCOMING, "incoming/"));
    }
    if !left.is_empty() {
        world.violated(format!("nobody needs {left:?}, and nobody deleted them"));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::cloud::Ask;

    const PLACE: (&str, &str) = ("p/main/0/centos/9", "a.rpm");
    const TOP: &str = "repos/p/main/0/centos/9/flavors/default/";

    /// Registers a file of a checksum.
    async fn register(world: &World, sha256: &str) {
        let (pk, filename) = (format!("FILES#{}", PLACE.0), PLACE.1);
        let item =
            json!({"pk": {"S": pk}, "sk": {"S": filename}, "filename": {"S": filename}, "sha256": {"S": sha256}});
        let headers = BTreeMap::from([("x-amz-target".to_owned(), "DynamoDB_20120810.PutItem".to_owned())]);
        let body = json!({"TableName": "catalog", "Item": item}).to_string();
        let put = Ask::new("POST", "https://cloud/", headers, body.into());
        assert_eq!(world.answer(&put).await.status, 200);
    }

    /// What is found if entry files of these architectures list the file with these checksums.
    async fn compared(entries: &[(&str, &[&str])], registered: &[&str], allowed: Option<&str>) -> Vec<String> {
        let world = World::new(1);
        for (arch, sums) in entries {
            let packages = BTreeMap::from([(PLACE.1.to_owned(), sums.iter().map(|&sum| sum.to_owned()).collect())]);
            let named = Named { packages, ..Named::default() };
            world.published.enter(&format!("{TOP}{arch}/repodata/repomd.xml"), named);
        }
        for sha256 in registered {
            register(&world, sha256).await;
        }
        let place = (PLACE.0.to_owned(), PLACE.1.to_owned());
        let expected = allowed.map(|sha256| (place, BTreeSet::from([Some(sha256.to_owned())])));
        compare(&world, &expected.into_iter().collect());
        world.published.violations()
    }

    #[tokio::test]
    async fn what_is_published_and_not_registered_or_the_other_way_round_is_found() {
        assert_eq!(compared(&[("x86_64", &["1"])], &["1"], Some("1")).await, Vec::<String>::new());
        for (entries, registered, found) in [
            (&[][..], &["1"][..], "should be one of"),
            (&[("x86_64", &["1"][..])], &[], "registered {}"),
            (&[("x86_64", &["2"])], &["1"], "published is"),
            (&[("x86_64", &["2"])], &["2"], "should be one of"),
            (&[("x86_64", &["1", "1"])], &["1"], "lists a.rpm 2 times"),
            (&[("x86_64", &["1"]), ("noarch", &["1"])], &["1"], "which another entry file"),
        ] {
            let all = compared(entries, registered, Some("1")).await;
            assert!(all.iter().any(|violation| violation.contains(found)), "{found}: {all:?}");
        }
        let unknown = compared(&[("x86_64", &["1"])], &["1"], None).await;
        assert!(unknown.iter().any(|violation| violation.contains("nobody uploaded it")), "{unknown:?}");
    }

    #[tokio::test]
    async fn what_is_left_behind_is_found() {
        let world = World::new(1);
        nothing_else(&world);
        assert!(world.published.violations().is_empty());
        let keys =
            ["state/lists/p/main/0/centos/9/flavors/default/1", "state/fragments/1", "repos/x"].map(|key| (STORE, key));
        let keys = keys.into_iter().chain([(INCOMING, "incoming/1/a.rpm")]);
        for (number, (bucket, key)) in keys.enumerate() {
            let ask = Ask::new("PUT", &format!("https://cloud/{bucket}/{key}"), BTreeMap::new(), "left".into());
            assert_eq!(world.answer(&ask).await.status, 200);
            nothing_else(&world);
            let found = world.published.violations();
            assert!(found.last().is_some_and(|last| last.contains(key)), "{number}: {found:?}");
        }
    }
}
